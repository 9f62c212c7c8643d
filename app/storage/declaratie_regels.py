"""The lines of a declaratie as one asks for them on a screen: how many of each outcome, and some of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.settlement import Uitkomst
from app.storage.declaratie_records import PrestatieRecord, line_of
from app.storage.declaratie_tables import PrestatieRow
from app.storage.toewijzing_tables import ToewijzingRow


class NumberedLine(NamedTuple):
    """A line with its place in the declaratie, counted from 0."""

    volgorde: int
    line: PrestatieRecord


def lines_by_uitkomst(session: Session, *, declaratie_id: str) -> Mapping[Uitkomst, int]:
    """How many lines got what; an outcome that no line got is 0."""
    query = (
        select(PrestatieRow.uitkomst, func.count())
        .where(PrestatieRow.declaratie_id == declaratie_id)
        .group_by(PrestatieRow.uitkomst)
    )
    found = {Uitkomst(uitkomst): number for uitkomst, number in session.execute(query)}
    return {uitkomst: found.get(uitkomst, 0) for uitkomst in Uitkomst}


def lines_not_granted(session: Session, *, declaratie_id: str, after: int, limit: int) -> list[NumberedLine]:
    """At most `limit` lines after a place that did not get what they asked, in order."""
    rows = session.execute(
        select(*PrestatieRow.__table__.columns, ToewijzingRow.sleutel)
        .join(ToewijzingRow, ToewijzingRow.id == PrestatieRow.toewijzing_id, isouter=True)
        .where(
            PrestatieRow.declaratie_id == declaratie_id,
            PrestatieRow.volgorde > after,
            PrestatieRow.uitkomst != Uitkomst.TOEGEKEND,
        )
        .order_by(PrestatieRow.volgorde)
        .limit(limit)
    )
    return [NumberedLine(row.volgorde, line_of(row, row.sleutel, ())) for row in rows]
