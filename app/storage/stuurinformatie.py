"""What was assigned and declared, added up by the database: however much there is, few rows come out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.domain.codelijsten import Frequentie
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
from app.storage.prestatie_sommen import PrestatieSomRow
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow

OF_VERSIE: Final = ("bsn", "categorie", "code", "eenheid", "frequentie", "volume", "ingangsdatum", "einddatum")
MOST_GROUPS = 50_000
"""A gemeente has some thousands; more are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keuze:
    """Which figures: of one gemeente, and when given of one aanbieder or product."""

    gemeente: str
    aanbieder: str | None = None
    product: str | None = None


def toegewezen_groepen(
    session: Session, *, keuze: Keuze, perioden: Sequence[GeslotenPeriode], whole: bool
) -> list[Groep] | None:
    """The toewijzingen with a day in the periods, those that count the same way as one group; None: there are too many.

    `perioden` follow on each other; `whole`: a Volume per four weeks counts wholly in a period that has any day of it.
    """
    deciding = _deciding(keuze, perioden[-1].einddatum)
    row = deciding.c
    begin, end = literal(perioden[0].begindatum, Date()), literal(perioden[-1].einddatum, Date())
    same = (
        row.aanbieder,
        row.categorie,
        row.code,
        row.eenheid,
        row.frequentie,
        *_days(deciding, perioden, whole=whole),
    )
    query = select(*same, func.sum(row.volume), func.count()).where(_touches(deciding, begin, end)).group_by(*same)
    rows = session.execute(query.limit(MOST_GROUPS + 1)).all()
    return [_groep(keuze.gemeente, *row) for row in rows] if len(rows) <= MOST_GROUPS else None


def _days(
    deciding: Subquery, perioden: Sequence[GeslotenPeriode], *, whole: bool
) -> tuple[ColumnElement[date | None], ...]:
    """The first day, the last day and `tot`, those that count the same way made the same."""
    row, begin, end = deciding.c, literal(perioden[0].begindatum, Date()), literal(perioden[-1].einddatum, Date())
    is_whole = row.frequentie == Frequentie.PER_VIER_WEKEN.value if whole else false()
    inside = row.frequentie != Frequentie.TOTAAL.value  # a total is spread over its days outside the span too
    begindatum = case(
        (is_whole, _snapped(row.ingangsdatum, perioden, last=False)),
        (and_(row.ingangsdatum < begin, inside), begin),
        else_=row.ingangsdatum,
    )
    einddatum = case(
        (is_whole, _snapped(row.einddatum, perioden, last=True)),
        (and_(row.einddatum > end, inside), end),
        else_=row.einddatum,
    )
    tot = case(
        (and_(row.tot > end, inside), null()),
        (is_whole, _snapped(row.tot, perioden, last=False)),
        else_=row.tot,
    )
    return begindatum, einddatum, tot


def _groep(gemeente: str, *row: Any) -> Groep:  # noqa: ANN401  (columns of several types)
    aanbieder, categorie, code, eenheid, frequentie, begindatum, einddatum, tot, volume, aantal = row
    return Groep(
        sleutel=Sleutel(gemeente, aanbieder, categorie, code),
        eenheid=eenheid,
        frequentie=frequentie,
        begindatum=begindatum,
        einddatum=einddatum,
        tot=tot,
        volume=None if volume is None else int(volume),
        aantal=aantal,
    )


def _snapped(
    day: ColumnElement[date], perioden: Sequence[GeslotenPeriode], *, last: bool
) -> ColumnElement[date | None]:
    """The first or last day of the period that holds a day; of the last one for a later day, none for no day."""
    until = [(day <= literal(one.einddatum, Date()), one) for one in perioden]
    after = case((day.is_(None), null()), else_=day)
    return case(
        *((condition, literal(one.einddatum if last else one.begindatum, Date())) for condition, one in until),
        else_=after,
    )


def declared_regels(session: Session, *, keuze: Keuze, span: GeslotenPeriode) -> list[Regel]:
    """What was asked and granted for products that began in the span, by first day."""
    row = PrestatieSomRow
    conditions = [row.gemeente == keuze.gemeente, row.begindatum.between(span.begindatum, span.einddatum)]
    if keuze.aanbieder is not None:
        conditions.append(row.aanbieder == keuze.aanbieder)
    if keuze.product is not None:
        conditions.append(row.code == keuze.product)
    query = select(row.begindatum, row.aanbieder, row.categorie, row.code, row.bedrag_cents, row.toegekend_cents)
    return [
        Regel(Sleutel(keuze.gemeente, aanbieder, categorie, code), begindatum, asked, granted)
        for begindatum, aanbieder, categorie, code, asked, granted in session.execute(query.where(*conditions))
    ]


def gestapelde_clients(session: Session, *, keuze: Keuze, day: date) -> Iterator[tuple[str, frozenset[Stapelsoort]]]:
    """Everybody who has something on a day, in order of bsn, with what comes together there."""
    own = _on(_deciding(keuze, day), day).c

    def has(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.max(case((condition, 1), else_=0))

    query = select(
        own.bsn,
        func.count((own.categorie + "|" + func.coalesce(own.code, "")).distinct()) > 1,
        func.count(own.aanbieder.distinct()) > 1,
        has(own.categorie == HUISHOUDELIJK) + has(own.categorie == BEGELEIDING) > 1,
        has(own.code == VERBLIJF_EXTRA) + has(own.code == BEGELEIDING_PRODUCT) > 1,
    )
    for bsn, *holds in session.execute(query.group_by(own.bsn).order_by(own.bsn)):
        yield bsn, frozenset(soort for soort, found in zip(Stapelsoort, holds, strict=True) if found)


def clients_with_all(session: Session, *, keuze: Keuze, day: date, bsns: Collection[str]) -> list[GestapeldeClient]:
    """These clients with all that they have on a day."""
    own = _on(_deciding(keuze, day, one_of(session, ToewijzingVersieRow.bsn, bsns)), day).c
    rows = select(own.bsn, ToewijzingRow.sleutel, own.aanbieder, own.categorie, own.code)
    found: dict[str, list[Toegewezen]] = {bsn: [] for bsn in bsns}
    for bsn, naam, aanbieder, categorie, code in session.execute(
        rows.join(ToewijzingRow, ToewijzingRow.id == own.toewijzing_id).order_by(
            own.categorie, own.code, ToewijzingRow.sleutel
        )
    ):
        found[bsn].append(Toegewezen(naam=naam, aanbieder=aanbieder, categorie=categorie, code=code))
    return [
        GestapeldeClient(gemeente=keuze.gemeente, bsn=bsn, toewijzingen=tuple(every)) for bsn, every in found.items()
    ]


def _deciding(keuze: Keuze, until: date, *which: ColumnElement[bool]) -> Subquery:
    """Every version that decides days up to and including `until`, with the first day (`tot`) that newer ones decide.

    The same as app.domain.versies.Toewijzing.segments, which app.storage.toewijzing_dagen keeps.
    """
    row = ToewijzingVersieRow
    columns = (row.toewijzing_id, row.aanbieder, *(getattr(row, name) for name in OF_VERSIE))
    query = select(*columns, row.loopt_tot, row.beslist_tot.label("tot")).where(
        row.gemeente == keuze.gemeente, row.ingangsdatum <= until, *which
    )
    if keuze.aanbieder is not None:
        query = query.where(row.aanbieder == keuze.aanbieder)
    return (query if keuze.product is None else query.where(row.code == keuze.product)).subquery()


def _touches(deciding: Subquery, begin: ColumnElement[date], end: ColumnElement[date]) -> ColumnElement[bool]:
    row = deciding.c
    return and_(row.ingangsdatum <= end, row.loopt_tot >= begin, or_(row.tot.is_(None), row.tot > begin))


def _on(deciding: Subquery, day: date) -> Subquery:
    given = literal(day, Date())
    return select(deciding).where(_touches(deciding, given, given)).subquery()
