"""What is left of a toewijzing, period by period."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.budget_rows import BudgetRow, budget_rows
from app.domain.inrichting import Inrichting
from app.processing.inrichtingen import find_inrichting
from app.processing.runtime import Runtime
from app.storage.declaraties import toegekend_by_period
from app.storage.toewijzing_records import ToewijzingRecord

__all__ = ["BudgetRow", "budget_in", "budget_of"]


def budget_of(runtime: Runtime, record: ToewijzingRecord) -> tuple[BudgetRow, ...]:
    """The rows of the budget; none when every version was refused, or there is no Omvang."""
    with runtime.storage.reading() as session:
        return budget_in(session, runtime, record)


def budget_in(session: Session, runtime: Runtime, record: ToewijzingRecord) -> tuple[BudgetRow, ...]:
    """The same, as the session sees it."""
    toewijzing = record.toewijzing
    if toewijzing is None:
        return ()
    known = find_inrichting(session, runtime, record.gemeente)
    toegekend = toegekend_by_period(session, gemeente=record.gemeente, toewijzing_sleutel=record.sleutel)
    inrichting = known or Inrichting(gemeente=record.gemeente)
    return budget_rows(toewijzing, inrichting, toegekend, today=runtime.today())
