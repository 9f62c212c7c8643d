"""Inserts that are compiled once for the columns that they name, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from app.storage.columns import Base
from app.storage.prepared import Prepared


def insert_rows(session: Session, row: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns, in order; a column that they do not name gets NULL or its own number."""
    if rows:
        _insert(row, tuple(rows[0])).tell(session, rows)


@cache
def _insert(row: type[Base], columns: tuple[str, ...]) -> Prepared:
    # Inline: else PostgreSQL is asked for the number that it gave, which nobody wants to know.
    return Prepared(lambda _dialect: insert(cast("Table", row.__table__)).inline(), columns=columns)
