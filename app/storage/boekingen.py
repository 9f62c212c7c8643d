"""Bookings that go to another toewijzing, where the first one goes on under another number."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.storage.declaratie_tables import BoekingRow
from app.storage.toewijzing_tables import ToewijzingRow


def move_boekingen(session: Session, *, gemeente: str, van: str, naar: str, vanaf: date) -> None:
    """Let what was booked on toewijzing `van` (sleutel) from a day on count on `naar`, and its credits after it.

    The lines keep the toewijzing that they name and were judged on.
    """
    session.execute(
        update(BoekingRow)
        .where(BoekingRow.toewijzing_id == _id(gemeente, van), BoekingRow.periode_begin >= vanaf)
        .values(toewijzing_id=_id(gemeente, naar))
        .execution_options(synchronize_session=False)
    )


def _id(gemeente: str, sleutel: str):  # noqa: ANN202
    return (
        select(ToewijzingRow.id)
        .where(ToewijzingRow.gemeente == gemeente, ToewijzingRow.sleutel == sleutel)
        .scalar_subquery()
    )
