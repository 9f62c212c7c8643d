"""Insert the many lines of a large declaratie."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.storage.columns import Base

CHUNK = 1000


def insert_many(session: Session, row: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Insert the rows, each with a value for every column."""
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        session.execute(insert(row.__table__), chunk)  # type: ignore[arg-type]
