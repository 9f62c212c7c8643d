"""Insert the many lines of a large declaratie at the speed of the driver, three to five times that of SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain, islice
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import JSON, Date, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import KeyedColumnElement

from app.storage.columns import Base, is_postgresql
from app.storage.inserts import insert_rows
from app.storage.prepared import wire_of
from app.storage.wire import told

CHUNK = 1000
FEW = 50
"""Up to so many rows a statement that is compiled already takes less than the way for many."""

Values = tuple[Any, ...]
Writers = dict[type, Callable[[Any], str]]


def insert_many(session: Session, row: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Insert the rows, each with a value for every column; errors are those of any other statement."""
    columns = list(row.__table__.columns)
    names = [column.name for column in columns]
    insert_values(session, row, ([one[name] for name in names] for one in rows))


def insert_values(session: Session, row: type[Base], rows: Iterable[list[Any]]) -> None:
    """The same for rows that are a list of values in the order of the columns; the lists are used up."""
    columns = list(row.__table__.columns)
    first = list(islice(rows := iter(rows), FEW + 1))
    if len(first) <= FEW:
        insert_rows(
            session, row, [{column.key: value for column, value in zip(columns, one, strict=True)} for one in first]
        )
        return
    rows = chain(first, rows)
    if is_postgresql(session):
        _copy(session, columns, _written(rows, columns, {JSON: _json}))
    else:
        _execute_many(session, row, _written(rows, columns, {JSON: _json, Date: date.isoformat}))


def _written(
    rows: Iterable[list[Any]], columns: Sequence[KeyedColumnElement[Any]], writers: Writers
) -> Iterator[Values]:
    places = [(at, write) for at, column in enumerate(columns) for kind, write in writers.items() if _is(column, kind)]
    for row in rows:
        for at, write in places:
            if row[at] is not None:
                row[at] = write(row[at])
        yield tuple(row)


def _json(value: object) -> str:
    return "[]" if value == [] else json.dumps(value)  # nearly always empty


def _is(column: KeyedColumnElement[Any], kind: type) -> bool:
    return isinstance(column.type, kind)


def _execute_many(session: Session, row: type[Base], values: Iterator[Values]) -> None:
    connection = session.connection()
    statement = str(insert(row).compile(dialect=connection.dialect))
    while chunk := list(islice(values, CHUNK)):
        connection.exec_driver_sql(statement, chunk)


def _copy(session: Session, columns: Sequence[KeyedColumnElement[Any]], values: Iterator[Values]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(columns[0].table.name), sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    )
    wire = wire_of(session)
    wire.settle()
    driver: Any = wire.connection.connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in values:
                copy.write_row(row)
    except psycopg.Error as error:
        raise told(wire.connection, "COPY", error) from error
