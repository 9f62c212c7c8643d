"""The base of the tables, the column types that both databases share, and the conditions built on them."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Text,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

POSTGRESQL = "postgresql"

BigIdentity = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER counts up by itself in SQLite


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC; always timezone-aware in Python, on SQLite too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without timezone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy wants a plain dict)
        str: Text(),
        int: BigInteger(),
        bool: Boolean(),
        datetime: UtcDateTime(),
    }


Identity = Annotated[int, mapped_column(BigIdentity, primary_key=True, autoincrement=True)]


def insert_or_conflict(session: Session, row: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may have an ON CONFLICT clause, for the database of the session."""
    return insert_in_dialect(dialect_of(session), row)


def insert_in_dialect(dialect: str, row: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may have an ON CONFLICT clause, for a statement that is built once and kept."""
    table = row.__table__
    return postgresql.insert(table) if dialect == POSTGRESQL else sqlite.insert(table)  # type: ignore[arg-type]


def dialect_of(session: Session) -> str:
    """`postgresql` or `sqlite`."""
    return session.get_bind().dialect.name


def is_postgresql(session: Session) -> bool:
    """Whether the session talks to PostgreSQL (else SQLite)."""
    return dialect_of(session) == POSTGRESQL


def one_of(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[str] | Collection[int]
) -> ColumnElement[bool]:
    """Whether the column holds one of the values, as one parameter however many there are."""
    given = list(values)
    if is_postgresql(session):
        return column == any_(bindparam(None, given, ARRAY(column.type)))
    element = func.json_each(json.dumps(given)).table_valued("value")
    return column.in_(select(element.c.value))
