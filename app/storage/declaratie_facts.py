"""What earlier declaraties mean for the next one: numbers used, debits, credits, and room taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from app.domain.bedrag import Bedrag
from app.domain.codelijsten import DebetCredit
from app.domain.dossier import EerderePrestatie
from app.storage.declaratie_records import Uitkomst, prestatie_of
from app.storage.declaratie_tables import BoekingRow, PrestatieRow
from app.storage.prepared import Prepared, Target, Values, among
from app.storage.toewijzing_tables import ToewijzingRow
from app.storage.wire import Answer

Line = tuple[str, int]


def used_referenties(session: Session, *, gemeente: str, aanbieder: str, nummers: Collection[str]) -> frozenset[str]:
    """Which of these ReferentieNummers the aanbieder used at the gemeente before."""
    return ask_used_referenties(session, gemeente=gemeente, aanbieder=aanbieder, nummers=nummers).get()


def ask_used_referenties(
    session: Session, *, gemeente: str, aanbieder: str, nummers: Collection[str]
) -> Answer[frozenset[str]]:
    """The same, to be answered along with what is asked next."""
    asked = _USED.ask(session, _asked(gemeente, aanbieder, nummers))
    return asked.then(lambda rows: frozenset(row.referentie_nummer for row in rows))


def debets(session: Session, *, gemeente: str, aanbieder: str, nummers: Collection[str]) -> dict[str, EerderePrestatie]:
    """The earlier debit lines with these ReferentieNummers; each on the toewijzing where its bookings count now."""
    if not nummers:
        return {}
    asked = _asked(gemeente, aanbieder, nummers)
    boekingen, counts_on = _boekingen(session, asked), _counts_on(session, asked)
    return {
        row.referentie_nummer: EerderePrestatie(
            bsn=row.bsn,
            prestatie=prestatie_of(row),
            granted=row.uitkomst != Uitkomst.AFGEWEZEN.value,
            toegekend=Bedrag(row.toegekend_cents),
            toewijzing_sleutel=counts_on.get((row.declaratie_id, row.volgorde), row.sleutel),
            retour_codes=tuple(row.retour_codes),
            boekingen=tuple(boekingen[row.declaratie_id, row.volgorde]),
        )
        for row in _DEBETS.rows(session, asked)
    }


def gecrediteerd(session: Session, *, gemeente: str, aanbieder: str, nummers: Collection[str]) -> frozenset[str]:
    """Which of these ReferentieNummers an accepted credit took back already."""
    if not nummers:
        return frozenset()
    found = _CREDITS.rows(session, _asked(gemeente, aanbieder, nummers))
    return frozenset(row.vorig_referentie_nummer for row in found if row.vorig_referentie_nummer is not None)


def geboekt(session: Session, *, gemeente: str, sleutels: Collection[str]) -> dict[tuple[str, date], int]:
    """The granted volume by toewijzing and first day of the room period, in the units of `Room`."""
    rows = _GEBOEKT.rows(session, {"van": gemeente, "sleutels": list(sleutels)})
    return {(row.sleutel, row.periode_begin): int(row.volume) for row in rows}


def toegekend_by_period(session: Session, *, gemeente: str, toewijzing_sleutel: str) -> dict[date, tuple[int, int]]:
    """Granted volume (units of `Room`) and cents by first day of the room period.

    The cents of a line over several periods stand wholly at its first.
    """
    rows = session.execute(
        select(BoekingRow.periode_begin, func.sum(BoekingRow.volume), func.sum(BoekingRow.toegekend_cents))
        .join(ToewijzingRow, ToewijzingRow.id == BoekingRow.toewijzing_id)
        .where(ToewijzingRow.gemeente == gemeente, ToewijzingRow.sleutel == toewijzing_sleutel)
        .group_by(BoekingRow.periode_begin)
    )
    return {periode_begin: (int(volume), int(cents)) for periode_begin, volume, cents in rows}


def _counts_on(session: Session, asked: Values) -> dict[Line, str]:
    """The sleutel on which the bookings of each line stand: that of a successor when its toewijzing was split."""
    return {(row.declaratie_id, row.volgorde): row.sleutel for row in _COUNTS_ON.rows(session, asked)}


def _boekingen(session: Session, asked: Values) -> defaultdict[Line, list[tuple[date, int]]]:
    found: defaultdict[Line, list[tuple[date, int]]] = defaultdict(list)
    for row in _BOEKINGEN.rows(session, asked):
        found[row.declaratie_id, row.volgorde].append((row.periode_begin, row.volume))
    return found


def _asked(gemeente: str, aanbieder: str, nummers: Collection[str]) -> Values:
    return {"van": gemeente, "aan": aanbieder, "nummers": list(nummers)}


# All lines that the aanbieder `aan` declared to the gemeente `van` under one of the `nummers`.
_OF_PARTIES: Final = (PrestatieRow.gemeente == bindparam("van"), PrestatieRow.aanbieder == bindparam("aan"))
_OF_LINE: Final = and_(
    PrestatieRow.declaratie_id == BoekingRow.declaratie_id, PrestatieRow.volgorde == BoekingRow.volgorde
)


def _telt(dialect: Target) -> ColumnElement[bool]:
    return and_(*_OF_PARTIES, among(dialect, PrestatieRow.referentie_nummer, "nummers"), PrestatieRow.telt)


def _debet(dialect: Target) -> ColumnElement[bool]:
    return and_(_telt(dialect), PrestatieRow.debet_credit == DebetCredit.DEBET.value)


# In the words of the index uq_prestatie_gecrediteerd: with a parameter for them a plan that serves every parameter
# cannot use it, and reads all lines there are.
_CREDIT: Final = literal_column(f"'{DebetCredit.CREDIT.value}'", Text())
_TOEGEKEND: Final = literal_column(f"'{Uitkomst.TOEGEKEND.value}'", Text())

_USED: Final = Prepared(lambda dialect: select(PrestatieRow.referentie_nummer).where(_telt(dialect)))
_DEBETS: Final = Prepared(
    lambda dialect: (
        select(*PrestatieRow.__table__.columns, ToewijzingRow.sleutel)
        .join(ToewijzingRow, ToewijzingRow.id == PrestatieRow.toewijzing_id, isouter=True)
        .where(_debet(dialect))
    )
)
_CREDITS: Final = Prepared(
    lambda dialect: select(PrestatieRow.vorig_referentie_nummer).where(
        *_OF_PARTIES,
        among(dialect, PrestatieRow.vorig_referentie_nummer, "nummers"),
        PrestatieRow.debet_credit == _CREDIT,
        PrestatieRow.uitkomst == _TOEGEKEND,
    )
)
_GEBOEKT: Final = Prepared(
    lambda dialect: (
        select(ToewijzingRow.sleutel, BoekingRow.periode_begin, func.sum(BoekingRow.volume).label("volume"))
        .join(BoekingRow, BoekingRow.toewijzing_id == ToewijzingRow.id)
        .where(ToewijzingRow.gemeente == bindparam("van"), among(dialect, ToewijzingRow.sleutel, "sleutels"))
        .group_by(ToewijzingRow.sleutel, BoekingRow.periode_begin)
    )
)
_COUNTS_ON: Final = Prepared(
    lambda dialect: (
        select(BoekingRow.declaratie_id, BoekingRow.volgorde, ToewijzingRow.sleutel)
        .join(ToewijzingRow, ToewijzingRow.id == BoekingRow.toewijzing_id)
        .join(PrestatieRow, _OF_LINE)
        .where(_debet(dialect))
    )
)
_BOEKINGEN: Final = Prepared(
    lambda dialect: (
        select(BoekingRow.declaratie_id, BoekingRow.volgorde, BoekingRow.periode_begin, BoekingRow.volume)
        .join(PrestatieRow, _OF_LINE)
        .where(_debet(dialect))
        .order_by(BoekingRow.periode_begin)
    )
)
