"""Inserts that are built and compiled once, whatever the number of rows; the ORM would build one for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, insert
from sqlalchemy.orm import Session

from app.storage.columns import Base


def insert_rows(session: Session, row: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns, in order; a column that they do not name gets NULL or its own number."""
    if rows:
        session.connection().execute(_insert(row), rows if len(rows) > 1 else rows[0])


@cache
def _insert(row: type[Base]) -> Insert:
    return insert(cast("Table", row.__table__))
