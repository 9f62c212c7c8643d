"""Which DeclarantFactuurNummers are in use (RC-0030)."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Date, bindparam, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from app.storage.columns import insert_in_dialect
from app.storage.declaratie_tables import FactuurnummerRow
from app.storage.prepared import Prepared
from app.storage.wire import Answer

YEARS_IN_USE = 5


def claim_factuurnummer(
    session: Session, *, gemeente: str, aanbieder: str, nummer: str, declaratie_id: str, today: date
) -> bool:
    """Take the number for a declaratie; False when another one has used it in the last five years.

    Of simultaneous claims one wins: the others wait until its transaction ends.
    """
    claimed = ask_claim(
        session, gemeente=gemeente, aanbieder=aanbieder, nummer=nummer, declaratie_id=declaratie_id, today=today
    )
    return claimed.get()


def ask_claim(
    session: Session, *, gemeente: str, aanbieder: str, nummer: str, declaratie_id: str, today: date
) -> Answer[bool]:
    """The same, to be answered along with what is asked next."""
    named = {"gemeente": gemeente, "aanbieder": aanbieder, "nummer": nummer}
    taken = {"declaratie_id": declaratie_id, "gebruikt_op": today, "free_before": five_years_before(today)}
    return _CLAIM.ask(session, {**named, **taken}).then(bool)


def _claim(dialect: str) -> ReturningInsert[str]:
    new = insert_in_dialect(dialect, FactuurnummerRow)
    free = FactuurnummerRow.gebruikt_op < bindparam("free_before", type_=Date())
    return new.on_conflict_do_update(
        index_elements=["gemeente", "aanbieder", "nummer"],
        set_={"declaratie_id": new.excluded.declaratie_id, "gebruikt_op": new.excluded.gebruikt_op},
        where=or_(free, FactuurnummerRow.declaratie_id == new.excluded.declaratie_id),
    ).returning(FactuurnummerRow.declaratie_id)


_CLAIM: Final = Prepared(_claim, columns=("gemeente", "aanbieder", "nummer", "declaratie_id", "gebruikt_op"))


def factuurnummer_used(session: Session, *, gemeente: str, aanbieder: str, nummer: str, today: date) -> bool:
    """Whether a claim would fail now."""
    query = select(FactuurnummerRow.nummer).where(
        FactuurnummerRow.gemeente == gemeente,
        FactuurnummerRow.aanbieder == aanbieder,
        FactuurnummerRow.nummer == nummer,
        FactuurnummerRow.gebruikt_op >= five_years_before(today),
    )
    return session.scalars(query).one_or_none() is not None


def five_years_before(today: date) -> date:
    """The first day that lies within the last five years (of 29 February: 28 February)."""
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=max(today.year - YEARS_IN_USE, 1), day=28 if is_leap_day else today.day)
