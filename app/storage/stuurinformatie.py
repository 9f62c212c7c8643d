"""What was assigned and declared, added up by the database: however much there is, few rows come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.domain.codelijsten import REDEN_VERWIJDERD, Frequentie
from app.domain.periode import GeslotenPeriode
from app.domain.stapeling import (
    BEGELEIDING,
    BEGELEIDING_PRODUCT,
    HUISHOUDELIJK,
    VERBLIJF_EXTRA,
    GestapeldeClient,
    Stapelsoort,
    Toegewezen,
)
from app.domain.uitnutting import Groep, Regel, Sleutel
from app.storage.columns import one_of
from app.storage.declaratie_tables import PrestatieRow
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow

MOST_GROUPS = 50_000
"""A gemeente has some thousands; more are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keuze:
    """Which figures: of one gemeente, and when given of one aanbieder or product."""

    gemeente: str
    aanbieder: str | None = None
    product: str | None = None


def toegewezen_groepen(session: Session, *, keuze: Keuze, span: GeslotenPeriode) -> list[Groep]:
    """The toewijzingen with a day in the span, those that count the same way as one group."""
    deciding = _deciding(keuze)
    row, begin, end = deciding.c, literal(span.begindatum, Date()), literal(span.einddatum, Date())
    # Days outside the span are all the same, but for a total that is spread over them.
    whole = row.frequentie == Frequentie.TOTAAL.value
    begindatum = case((and_(row.ingangsdatum < begin, ~whole), begin), else_=row.ingangsdatum)
    einddatum = case((and_(row.einddatum > end, ~whole), end), else_=row.einddatum)
    same = (row.aanbieder, row.categorie, row.code, row.eenheid, row.frequentie, begindatum, einddatum, row.tot)
    query = (
        select(*same, func.sum(row.volume), func.count())
        .where(_touches(deciding, begin, end))
        .group_by(*same)
        .limit(MOST_GROUPS)
    )
    return [
        Groep(
            sleutel=Sleutel(keuze.gemeente, aanbieder, categorie, code),
            eenheid=eenheid,
            frequentie=frequentie,
            begindatum=van,
            einddatum=tot_en_met,
            tot=tot,
            volume=None if volume is None else int(volume),
            aantal=aantal,
        )
        for aanbieder, categorie, code, eenheid, frequentie, van, tot_en_met, tot, volume, aantal in session.execute(
            query
        )
    ]


def declared_regels(session: Session, *, keuze: Keuze, span: GeslotenPeriode) -> list[Regel]:
    """What was asked and granted for products that began in the span, by first day."""
    row = PrestatieRow
    same = (row.begindatum, row.aanbieder, row.categorie, row.code)
    conditions = [row.gemeente == keuze.gemeente, row.begindatum.between(span.begindatum, span.einddatum)]
    if keuze.aanbieder is not None:
        conditions.append(row.aanbieder == keuze.aanbieder)
    if keuze.product is not None:
        conditions.append(row.code == keuze.product)
    query = select(*same, func.sum(row.bedrag_cents), func.sum(row.toegekend_cents)).where(*conditions)
    return [
        Regel(Sleutel(keuze.gemeente, aanbieder, categorie, code), begindatum, int(asked), int(granted))
        for begindatum, aanbieder, categorie, code, asked, granted in session.execute(query.group_by(*same))
    ]


def count_gestapeld(session: Session, *, keuze: Keuze, day: date) -> dict[Stapelsoort, int]:
    """How many clients have which things together on a day."""
    clients = _clients(keuze, day)
    counts = [func.count().filter(_is(clients, soort)) for soort in Stapelsoort]
    return dict(zip(Stapelsoort, session.execute(select(*counts).select_from(clients)).one(), strict=True))


def count_clients(session: Session, *, keuze: Keuze, day: date) -> int:
    """How many clients have anything on a day."""
    return session.execute(select(func.count()).select_from(_clients(keuze, day))).scalar_one()


def list_gestapeld(
    session: Session, *, keuze: Keuze, day: date, soort: Stapelsoort, limit: int, offset: int = 0
) -> list[GestapeldeClient]:
    """Clients who have these things together on a day, in order of bsn, with all that they have."""
    clients = _clients(keuze, day)
    query = select(clients.c.bsn).where(_is(clients, soort)).order_by(clients.c.bsn).limit(limit).offset(offset)
    bsns = list(session.scalars(query))
    of_these = select(ToewijzingVersieRow.toewijzing_id).where(one_of(session, ToewijzingVersieRow.bsn, bsns))
    own = _on(_deciding(keuze, ToewijzingRow.id.in_(of_these)), day).c
    rows = select(own.bsn, own.sleutel, own.aanbieder, own.categorie, own.code)
    found: dict[str, list[Toegewezen]] = {bsn: [] for bsn in bsns}
    for bsn, naam, aanbieder, categorie, code in session.execute(
        rows.where(own.bsn.in_(bsns)).order_by(own.categorie, own.code, own.sleutel)
    ):
        found[bsn].append(Toegewezen(naam=naam, aanbieder=aanbieder, categorie=categorie, code=code))
    return [GestapeldeClient(gemeente=keuze.gemeente, bsn=bsn, toewijzingen=tuple(own)) for bsn, own in found.items()]


def known_partijen(session: Session, *, gemeenten: Sequence[str]) -> list[tuple[str, str]]:
    """(gemeente, aanbieder) of every toewijzing."""
    query = select(ToewijzingRow.gemeente, ToewijzingRow.aanbieder).where(ToewijzingRow.gemeente.in_(gemeenten))
    return [(gemeente, aanbieder) for gemeente, aanbieder in session.execute(query.distinct())]


def _deciding(keuze: Keuze, *which: ColumnElement[bool]) -> Subquery:
    """Every version that counts and decides days, with the first day (`tot`) that newer ones decide.

    The same as app.domain.versies.Toewijzing.segments: what was deleted leaves nothing, and does not come back.
    """
    versie = ToewijzingVersieRow
    newer: dict[str, Any] = {
        "partition_by": versie.toewijzing_id,
        "order_by": (versie.toewijzingsdatum.desc(), versie.toewijzingstijd.desc()),
        "rows": (None, -1),
    }
    is_void = and_(versie.einddatum == versie.ingangsdatum, versie.reden_wijziging == REDEN_VERWIJDERD)
    void = case((is_void, 1), else_=0)
    conditions = [ToewijzingRow.gemeente == keuze.gemeente, versie.vervallen == false(), *which]
    if keuze.aanbieder is not None:
        conditions.append(ToewijzingRow.aanbieder == keuze.aanbieder)
    ranked = (
        select(
            ToewijzingRow.aanbieder,
            ToewijzingRow.sleutel,
            versie.bsn,
            versie.categorie,
            versie.code,
            versie.eenheid,
            versie.frequentie,
            versie.volume,
            versie.ingangsdatum,
            versie.einddatum,
            func.min(versie.ingangsdatum).over(**newer).label("tot"),
            (void + func.coalesce(func.max(void).over(**newer), 0)).label("verwijderd"),
        )
        .join(ToewijzingRow, ToewijzingRow.id == versie.toewijzing_id)
        .where(*conditions)
        .subquery()
    )
    row = ranked.c
    decides = and_(
        row.verwijderd == 0,
        or_(row.tot.is_(None), row.ingangsdatum < row.tot),
        or_(row.einddatum.is_(None), row.ingangsdatum <= row.einddatum),
    )
    query = select(ranked).where(decides)
    return (query if keuze.product is None else query.where(row.code == keuze.product)).subquery()


def _touches(deciding: Subquery, begin: ColumnElement[date], end: ColumnElement[date]) -> ColumnElement[bool]:
    row = deciding.c
    return and_(
        row.ingangsdatum <= end,
        or_(row.einddatum.is_(None), row.einddatum >= begin),
        or_(row.tot.is_(None), row.tot > begin),
    )


def _on(deciding: Subquery, day: date) -> Subquery:
    given = literal(day, Date())
    return select(deciding).where(_touches(deciding, given, given)).subquery()


def _clients(keuze: Keuze, day: date) -> Subquery:
    """Every client who has something on a day, with what tells whether things come together."""
    own = _on(_deciding(keuze), day)
    product = own.c.categorie + "|" + func.coalesce(own.c.code, "")

    def has(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
        return func.max(case((condition, 1), else_=0)).label(name)

    query = select(
        own.c.bsn,
        func.count(product.distinct()).label("producten"),
        func.count(own.c.aanbieder.distinct()).label("aanbieders"),
        has(own.c.categorie == HUISHOUDELIJK, "huishoudelijk"),
        has(own.c.categorie == BEGELEIDING, "begeleiding"),
        has(own.c.code == VERBLIJF_EXTRA, "verblijf_extra"),
        has(own.c.code == BEGELEIDING_PRODUCT, "begeleiding_product"),
    )
    return query.group_by(own.c.bsn).subquery()


def _is(clients: Subquery, soort: Stapelsoort) -> ColumnElement[bool]:
    """The same question as app.domain.stapeling.soorten_of, about columns."""
    row = clients.c
    match soort:
        case Stapelsoort.PRODUCTEN:
            return row.producten > 1
        case Stapelsoort.AANBIEDERS:
            return row.aanbieders > 1
        case Stapelsoort.HUISHOUDELIJK_EN_BEGELEIDING:
            return and_(row.huishoudelijk == 1, row.begeleiding == 1)
        case Stapelsoort.DUBBEL_BEKOSTIGD:
            return and_(row.verblijf_extra == 1, row.begeleiding_product == 1)
