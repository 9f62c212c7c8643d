"""The rows of the logboek about one object."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.logboek import COLUMNS, LogRecord
from app.storage.logboek import record_of
from app.storage.logboek_tables import LogboekRow

_COLUMNS: Final = [getattr(LogboekRow, name) for name in COLUMNS]


def logboek_of_object(session: Session, *, object_id: str, limit: int) -> list[LogRecord]:
    """At most `limit` rows about an object, newest first; whether the caller may see them was asked before."""
    query = select(*_COLUMNS).where(LogboekRow.object_id == object_id).order_by(LogboekRow.id.desc()).limit(limit)
    return [record_of(row) for row in session.execute(query)]
