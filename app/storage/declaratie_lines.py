"""The lines of a declaratie: a part of them in order, their totals, and what was left of the room after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.domain.bedrag import Bedrag
from app.domain.codelijsten import DebetCredit
from app.domain.settlement import Uitkomst
from app.storage.bericht_tables import BerichtRow
from app.storage.columns import one_of
from app.storage.declaratie_records import DeclaratieRecord, PrestatieRecord, declaratie_of, line_of
from app.storage.declaratie_tables import BoekingRow, DeclaratieRow, PrestatieRow
from app.storage.toewijzing_tables import ToewijzingRow
from app.storage.zicht import Zicht

Boeking = tuple[str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regel:
    """A line and its place in the declaratie, counted from 0."""

    volgorde: int
    line: PrestatieRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Totaal:
    """How many lines, how many of those are credits, and their signed sums."""

    aantal: int
    credits: int
    ingediend: Bedrag
    toegekend: Bedrag


def lines_of(
    session: Session,
    declaratie_id: str,
    *,
    uitkomsten: Collection[Uitkomst] | None = None,
    volgordes: Collection[int] | None = None,
    vanaf: int = 0,
    limit: int | None = None,
) -> tuple[Regel, ...]:
    """The lines in order, of some outcomes or places only when those are named, from a place on."""
    conditions: list[ColumnElement[bool]] = [PrestatieRow.declaratie_id == declaratie_id]
    if vanaf:
        conditions.append(PrestatieRow.volgorde >= vanaf)
    if uitkomsten is not None:
        conditions.append(PrestatieRow.uitkomst.in_([uitkomst.value for uitkomst in uitkomsten]))
    if volgordes is not None:
        conditions.append(one_of(session, PrestatieRow.volgorde, volgordes))
    rows = session.execute(
        select(*PrestatieRow.__table__.columns, ToewijzingRow.sleutel)
        .join(ToewijzingRow, ToewijzingRow.id == PrestatieRow.toewijzing_id, isouter=True)
        .where(*conditions)
        .order_by(PrestatieRow.volgorde)
        .limit(limit)
    ).all()
    boekingen = _boekingen(session, declaratie_id, [row.volgorde for row in rows])
    return tuple(
        Regel(volgorde=row.volgorde, line=line_of(row, row.sleutel, tuple(boekingen[row.volgorde]))) for row in rows
    )


def totals_of(session: Session, declaratie_id: str) -> dict[Uitkomst, Totaal]:
    """How many lines of each outcome there are, and their sums."""
    rows = session.execute(
        select(
            PrestatieRow.uitkomst,
            func.count(),
            func.sum(case((PrestatieRow.debet_credit == DebetCredit.CREDIT.value, 1), else_=0)),
            func.sum(PrestatieRow.bedrag_cents),
            func.sum(PrestatieRow.toegekend_cents),
        )
        .where(PrestatieRow.declaratie_id == declaratie_id)
        .group_by(PrestatieRow.uitkomst)
    )
    return {
        Uitkomst(uitkomst): Totaal(
            aantal=aantal, credits=int(credits), ingediend=Bedrag(int(asked)), toegekend=Bedrag(int(granted))
        )
        for uitkomst, aantal, credits, asked, granted in rows
    }


def with_lines_granted(session: Session, *, declaratie_ids: Collection[str]) -> frozenset[str]:
    """Those of which some line was granted, if only in part: a credit and a debet together may come to nothing."""
    query = select(PrestatieRow.declaratie_id).where(
        one_of(session, PrestatieRow.declaratie_id, declaratie_ids), PrestatieRow.uitkomst != Uitkomst.AFGEWEZEN.value
    )
    return frozenset(session.scalars(query.distinct()))


def declaratie_of_bericht(session: Session, *, bericht_id: str, zicht: Zicht) -> DeclaratieRecord | None:
    """The declaratie that a 303 became, None when there is none to see."""
    visible = zicht.of(DeclaratieRow.gemeente, [DeclaratieRow.aanbieder, DeclaratieRow.servicebureau])
    query = select(DeclaratieRow).where(DeclaratieRow.bericht_id == bericht_id, visible)
    row = session.scalars(query).one_or_none()
    return declaratie_of(row) if row else None


def antwoord_of(session: Session, *, bericht_id: str) -> str | None:
    """The id of the bericht that answers another."""
    return session.scalars(select(BerichtRow.id).where(BerichtRow.antwoord_op_id == bericht_id)).one_or_none()


def crediting(session: Session, *, gemeente: str, aanbieder: str, nummers: Collection[str]) -> dict[str, str]:
    """By ReferentieNummer the id of the declaratie whose accepted credit took that line back."""
    rows = session.execute(
        select(PrestatieRow.vorig_referentie_nummer, PrestatieRow.declaratie_id).where(
            PrestatieRow.gemeente == gemeente,
            PrestatieRow.aanbieder == aanbieder,
            one_of(session, PrestatieRow.vorig_referentie_nummer, nummers),
            PrestatieRow.debet_credit == DebetCredit.CREDIT.value,
            PrestatieRow.uitkomst == Uitkomst.TOEGEKEND.value,
        )
    )
    return {str(nummer): declaratie_id for nummer, declaratie_id in rows}


def booked_on(session: Session, *, declaratie_id: str, volgordes: Collection[int]) -> dict[int, str]:
    """The sleutel on which the bookings of each line count: that of a successor where a toewijzing was split."""
    rows = session.execute(
        select(BoekingRow.volgorde, ToewijzingRow.sleutel)
        .join(ToewijzingRow, ToewijzingRow.id == BoekingRow.toewijzing_id)
        .where(BoekingRow.declaratie_id == declaratie_id, one_of(session, BoekingRow.volgorde, volgordes))
    )
    return {volgorde: sleutel for volgorde, sleutel in rows}


def geboekt_until(
    session: Session, *, gemeente: str, sleutels: Collection[str], declaratie_id: str
) -> dict[Boeking, int]:
    """The granted volume by toewijzing and first day of the room period, up to and with a declaratie."""
    rows = session.execute(
        select(ToewijzingRow.sleutel, BoekingRow.periode_begin, func.sum(BoekingRow.volume))
        .join(BoekingRow, BoekingRow.toewijzing_id == ToewijzingRow.id)
        .where(
            ToewijzingRow.gemeente == gemeente,
            one_of(session, ToewijzingRow.sleutel, sleutels),
            BoekingRow.declaratie_id <= declaratie_id,  # ids follow the order of settling
        )
        .group_by(ToewijzingRow.sleutel, BoekingRow.periode_begin)
    )
    return {(sleutel, periode_begin): int(volume) for sleutel, periode_begin, volume in rows}


def _boekingen(
    session: Session, declaratie_id: str, volgordes: Sequence[int]
) -> defaultdict[int, list[tuple[date, int]]]:
    found: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    if not volgordes:
        return found
    rows = session.execute(
        select(BoekingRow.volgorde, BoekingRow.periode_begin, BoekingRow.volume)
        .where(
            BoekingRow.declaratie_id == declaratie_id,
            BoekingRow.volgorde.between(volgordes[0], volgordes[-1]),
        )
        .order_by(BoekingRow.volgorde, BoekingRow.periode_begin)
    )
    for volgorde, periode_begin, volume in rows:
        found[volgorde].append((periode_begin, volume))
    return found
