"""What earlier declaraties mean for the next one: numbers used, debits, credits, and room taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.domain.bedrag import Bedrag
from app.domain.codelijsten import DebetCredit
from app.domain.dossier import EerderePrestatie
from app.storage.columns import one_of
from app.storage.declaratie_records import Uitkomst, prestatie_of
from app.storage.declaratie_tables import BoekingRow, PrestatieRow
from app.storage.toewijzing_tables import ToewijzingRow

Line = tuple[str, int]


def used_referenties(session: Session, *, gemeente: str, aanbieder: str, nummers: Collection[str]) -> frozenset[str]:
    """Which of these ReferentieNummers the aanbieder used at the gemeente before."""
    query = select(PrestatieRow.referentie_nummer).where(_telt(session, gemeente, aanbieder, nummers))
    return frozenset(session.scalars(query))


def debets(session: Session, *, gemeente: str, aanbieder: str, nummers: Collection[str]) -> dict[str, EerderePrestatie]:
    """The earlier debit lines with these ReferentieNummers; each on the toewijzing where its bookings count now."""
    which = and_(_telt(session, gemeente, aanbieder, nummers), PrestatieRow.debet_credit == DebetCredit.DEBET.value)
    boekingen, counts_on = _boekingen(session, which), _counts_on(session, which)
    rows = session.execute(
        select(*PrestatieRow.__table__.columns, ToewijzingRow.sleutel)
        .join(ToewijzingRow, ToewijzingRow.id == PrestatieRow.toewijzing_id, isouter=True)
        .where(which)
    )
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
        for row in rows
    }


def gecrediteerd(session: Session, *, gemeente: str, aanbieder: str, nummers: Collection[str]) -> frozenset[str]:
    """Which of these ReferentieNummers an accepted credit took back already."""
    query = select(PrestatieRow.vorig_referentie_nummer).where(
        PrestatieRow.gemeente == gemeente,
        PrestatieRow.aanbieder == aanbieder,
        one_of(session, PrestatieRow.vorig_referentie_nummer, nummers),
        PrestatieRow.debet_credit == DebetCredit.CREDIT.value,
        PrestatieRow.uitkomst == Uitkomst.TOEGEKEND.value,
    )
    return frozenset(nummer for nummer in session.scalars(query) if nummer is not None)


def geboekt(session: Session, *, gemeente: str, sleutels: Collection[str]) -> dict[tuple[str, date], int]:
    """The granted volume by toewijzing and first day of the room period, in the units of `Room`."""
    rows = session.execute(
        select(ToewijzingRow.sleutel, BoekingRow.periode_begin, func.sum(BoekingRow.volume))
        .join(BoekingRow, BoekingRow.toewijzing_id == ToewijzingRow.id)
        .where(ToewijzingRow.gemeente == gemeente, one_of(session, ToewijzingRow.sleutel, sleutels))
        .group_by(ToewijzingRow.sleutel, BoekingRow.periode_begin)
    )
    return {(sleutel, periode_begin): int(volume) for sleutel, periode_begin, volume in rows}


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


def _telt(session: Session, gemeente: str, aanbieder: str, nummers: Collection[str]) -> ColumnElement[bool]:
    return and_(
        PrestatieRow.gemeente == gemeente,
        PrestatieRow.aanbieder == aanbieder,
        one_of(session, PrestatieRow.referentie_nummer, nummers),
        PrestatieRow.telt,
    )


def _counts_on(session: Session, which: ColumnElement[bool]) -> dict[Line, str]:
    """The sleutel on which the bookings of each line stand: that of a successor when its toewijzing was split."""
    rows = session.execute(
        select(BoekingRow.declaratie_id, BoekingRow.volgorde, ToewijzingRow.sleutel)
        .join(ToewijzingRow, ToewijzingRow.id == BoekingRow.toewijzing_id)
        .join(
            PrestatieRow,
            and_(PrestatieRow.declaratie_id == BoekingRow.declaratie_id, PrestatieRow.volgorde == BoekingRow.volgorde),
        )
        .where(which)
    )
    return {(declaratie_id, volgorde): sleutel for declaratie_id, volgorde, sleutel in rows}


def _boekingen(session: Session, which: ColumnElement[bool]) -> defaultdict[Line, list[tuple[date, int]]]:
    rows = session.execute(
        select(BoekingRow.declaratie_id, BoekingRow.volgorde, BoekingRow.periode_begin, BoekingRow.volume)
        .join(
            PrestatieRow,
            and_(PrestatieRow.declaratie_id == BoekingRow.declaratie_id, PrestatieRow.volgorde == BoekingRow.volgorde),
        )
        .where(which)
        .order_by(BoekingRow.periode_begin)
    )
    found: defaultdict[Line, list[tuple[date, int]]] = defaultdict(list)
    for declaratie_id, volgorde, periode_begin, volume in rows:
        found[declaratie_id, volgorde].append((periode_begin, volume))
    return found
