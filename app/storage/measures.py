"""Counts for who watches the service: quick to ask, whatever the history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.werk import JobStatus
from app.storage.bericht_tables import BerichtRow
from app.storage.job_tables import JobRow

LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


def jobs_by_soort(session: Session, *, status: JobStatus) -> dict[str, int]:
    """How many jobs have a status, by soort."""
    query = select(JobRow.soort, func.count()).where(JobRow.status == status).group_by(JobRow.soort)
    return {soort: count for soort, count in session.execute(query)}


def berichten_since(session: Session, *, moment: datetime) -> dict[tuple[str, str], int]:
    """How many berichten came since a moment, by soort (empty when unreadable) and status."""
    columns = (func.coalesce(BerichtRow.soort, ""), BerichtRow.status)
    # Ids begin with the moment they were made: the primary key finds the new ones, not the whole log is read.
    query = select(*columns, func.count()).where(BerichtRow.id >= first_id_at(moment)).group_by(*columns)
    return {(soort, status): count for soort, status, count in session.execute(query)}


def moment_in(id: str) -> datetime:
    """The moment at which an id was made (UUID version 7), and of any other one a moment too.

    >>> moment_in("0160af04-9000-7000-8000-000000000000").isoformat()
    '2018-01-01T00:00:00+00:00'
    >>> moment_in("ffffffff-ffff-7fff-bfff-ffffffffffff").year
    9999
    """
    return datetime.fromtimestamp(min(int(id[:8] + id[9:13], 16) / 1000, LATEST), UTC)


def first_id_at(moment: datetime) -> str:
    """The lowest id that can be made at a moment (UUID version 7).

    >>> first_id_at(datetime.fromisoformat("2018-01-01T00:00:00+00:00"))
    '0160af04-9000-7000-8000-000000000000'
    """
    milliseconds = f"{int(moment.timestamp() * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:]}-7000-8000-000000000000"
