"""What came of a toewijzing: its messages, the lines that were claimed on it, and what those booked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, select, tuple_, union
from sqlalchemy.orm import Session

from app.domain.codelijsten import Eenheid
from app.domain.settlement import Uitkomst
from app.storage.declaratie_tables import BoekingRow, DeclaratieRow, PrestatieRow
from app.storage.toewijzing_tables import ToewijzingVersieRow, VersieBerichtRow
from app.storage.zicht import Zicht


class RegelNaam(NamedTuple):
    """What names a line of a declaratie."""

    declaratie_id: str
    volgorde: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regel:
    """A line of a 303 on a toewijzing, and its outcome; amounts are signed."""

    naam: RegelNaam
    bericht_id: str
    factuurnummer: str
    ontvangen_op: datetime
    referentie_nummer: str
    vorig_referentie_nummer: str | None
    begindatum: date
    einddatum: date
    volume: int
    eenheid: Eenheid
    bedrag_cents: int
    uitkomst: Uitkomst
    toegekend_cents: int
    retour_codes: tuple[str, ...]


class BoekingNaam(NamedTuple):
    """The place of a booking among those of its toewijzing, in order of days."""

    periode_begin: date
    declaratie_id: str
    volgorde: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Boeking:
    """What a line used of a period, in ledger units; a credit is negative."""

    naam: BoekingNaam
    volume: int
    toegekend_cents: int
    referentie_nummer: str
    vorig_referentie_nummer: str | None
    factuurnummer: str
    ontvangen_op: datetime

    @property
    def begin(self) -> date:
        """The first day of the period on which it was booked."""
        return self.naam.periode_begin


def regels_of(
    session: Session, *, toewijzing_id: int, zicht: Zicht, limit: int, before: RegelNaam | None = None
) -> list[Regel]:
    """At most `limit` lines that were judged on a toewijzing or are booked on it now, newest first.

    Who may see the toewijzing may not see what another aanbieder claimed on it in vain.
    """
    lines = union(
        select(PrestatieRow.declaratie_id, PrestatieRow.volgorde).where(
            PrestatieRow.toewijzing_id == toewijzing_id, zicht.of(PrestatieRow.gemeente, [PrestatieRow.aanbieder])
        ),
        select(BoekingRow.declaratie_id, BoekingRow.volgorde).where(BoekingRow.toewijzing_id == toewijzing_id),
    ).subquery()
    place = tuple_(lines.c.declaratie_id, lines.c.volgorde)
    newest = select(lines.c.declaratie_id, lines.c.volgorde)
    if before is not None:
        newest = newest.where(place < tuple_(*before))
    newest = newest.order_by(lines.c.declaratie_id.desc(), lines.c.volgorde.desc()).limit(limit)
    page = newest.subquery()
    on_page = (PrestatieRow.declaratie_id == page.c.declaratie_id) & (PrestatieRow.volgorde == page.c.volgorde)
    query = (
        select(*PrestatieRow.__table__.columns, *_OF_DECLARATIE)
        .join(page, on_page)
        .join(DeclaratieRow, DeclaratieRow.id == PrestatieRow.declaratie_id)
        .order_by(PrestatieRow.declaratie_id.desc(), PrestatieRow.volgorde.desc())
    )
    return [_regel(row) for row in session.execute(query)]


def boekingen_of(
    session: Session, *, toewijzing_id: int, limit: int, after: BoekingNaam | None = None
) -> list[Boeking]:
    """At most `limit` bookings of a toewijzing in order of days, those `after` a place."""
    place = (BoekingRow.periode_begin, BoekingRow.declaratie_id, BoekingRow.volgorde)
    query = (
        select(
            *place,
            BoekingRow.volume,
            BoekingRow.toegekend_cents,
            PrestatieRow.referentie_nummer,
            PrestatieRow.vorig_referentie_nummer,
            DeclaratieRow.factuurnummer,
            DeclaratieRow.ontvangen_op,
        )
        .join(
            PrestatieRow,
            (PrestatieRow.declaratie_id == BoekingRow.declaratie_id) & (PrestatieRow.volgorde == BoekingRow.volgorde),
        )
        .join(DeclaratieRow, DeclaratieRow.id == BoekingRow.declaratie_id)
        .where(BoekingRow.toewijzing_id == toewijzing_id)
        .order_by(*place)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    return [_boeking(row) for row in session.execute(query)]


def bericht_ids_of(session: Session, *, toewijzing_id: int, limit: int, before: str | None = None) -> Sequence[str]:
    """At most `limit` of the 301s that gave its versions and the 303s with a line on it, newest first."""
    found = union(_gave(toewijzing_id), _claimed(toewijzing_id)).subquery()
    query = select(found.c.bericht_id).order_by(found.c.bericht_id.desc()).limit(limit)
    return session.scalars(query if before is None else query.where(found.c.bericht_id < before)).all()


_OF_DECLARATIE = (DeclaratieRow.bericht_id, DeclaratieRow.factuurnummer, DeclaratieRow.ontvangen_op)


def _gave(toewijzing_id: int) -> Select[str]:
    return (
        select(VersieBerichtRow.bericht_id)
        .join(ToewijzingVersieRow, ToewijzingVersieRow.id == VersieBerichtRow.versie_id)
        .where(ToewijzingVersieRow.toewijzing_id == toewijzing_id)
    )


def _claimed(toewijzing_id: int) -> Select[str]:
    lines = select(PrestatieRow.declaratie_id).where(PrestatieRow.toewijzing_id == toewijzing_id)
    booked = select(BoekingRow.declaratie_id).where(BoekingRow.toewijzing_id == toewijzing_id)
    return select(DeclaratieRow.bericht_id).where(DeclaratieRow.id.in_(union(lines, booked)))


def _regel(row: Any) -> Regel:  # noqa: ANN401  (a row of many columns)
    return Regel(
        naam=RegelNaam(row.declaratie_id, row.volgorde),
        bericht_id=row.bericht_id,
        factuurnummer=row.factuurnummer,
        ontvangen_op=row.ontvangen_op,
        referentie_nummer=row.referentie_nummer,
        vorig_referentie_nummer=row.vorig_referentie_nummer,
        begindatum=row.begindatum,
        einddatum=row.einddatum,
        volume=row.volume,
        eenheid=Eenheid(row.eenheid),
        bedrag_cents=row.bedrag_cents,
        uitkomst=Uitkomst(row.uitkomst),
        toegekend_cents=row.toegekend_cents,
        retour_codes=tuple(row.retour_codes),
    )


def _boeking(row: Any) -> Boeking:  # noqa: ANN401  (a row of many columns)
    return Boeking(
        naam=BoekingNaam(row.periode_begin, row.declaratie_id, row.volgorde),
        volume=row.volume,
        toegekend_cents=row.toegekend_cents,
        referentie_nummer=row.referentie_nummer,
        vorig_referentie_nummer=row.vorig_referentie_nummer,
        factuurnummer=row.factuurnummer,
        ontvangen_op=row.ontvangen_op,
    )
