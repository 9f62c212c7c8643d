"""Statements of the busiest path: written with SQLAlchemy, compiled once, and given to the driver as they are.

What SQLAlchemy does around an ordinary statement takes several times as long as the statement. Here nothing is left of
that but what must stay: types, the transaction of the session, who listens to statements, and the errors.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias, cast

import psycopg
from sqlalchemy import ARRAY, JSON, ColumnElement, Connection, Dialect, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.storage.columns import POSTGRESQL
from app.storage.engines import keep_first_line

Convert: TypeAlias = Callable[[Any], Any]
Values: TypeAlias = Mapping[str, Any]
WIRE: Final = "wire"


class Prepared:
    """A statement that is the same every time but for its parameters.

    `build` makes it for a dialect (`sqlite`, `postgresql`); what changes is a named `bindparam` in it. An INSERT has
    one for each of `columns`.
    """

    def __init__(self, build: Callable[[str], Any], *, columns: Sequence[str] | None = None) -> None:
        self._build = build
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Session, values: Values) -> list[Any]:
        """What it answers, as named tuples; raises what SQLAlchemy raises."""
        wire = _wire_of(session)
        compiled = self._for(wire.connection.dialect)
        return compiled.read(wire.execute(compiled.sql, compiled.write(values)))

    def first(self, session: Session, values: Values) -> Any:  # noqa: ANN401  (a row of any columns)
        """The first row of the answer, None when there is none."""
        found = self.rows(session, values)
        return found[0] if found else None

    def each(self, session: Session, rows: Sequence[Values]) -> list[Any]:
        """What it answers to each of the rows, in one list."""
        if len(rows) == 1:
            return self.rows(session, rows[0])
        wire = _wire_of(session)
        compiled = self._for(wire.connection.dialect)
        return compiled.read(wire.execute_each(compiled.sql, [compiled.write(row) for row in rows]))

    def tell(self, session: Session, rows: Sequence[Values]) -> None:
        """Have it done once for each of the rows; it has no answer."""
        if not rows:
            return
        wire = _wire_of(session)
        compiled = self._for(wire.connection.dialect)
        if len(rows) == 1:
            wire.execute(compiled.sql, compiled.write(rows[0]))
        else:
            wire.execute_many(compiled.sql, [compiled.write(row) for row in rows])

    def _for(self, dialect: Dialect) -> _Compiled:
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _compile(self._build(dialect.name), dialect, self._columns)
        return known


def among(dialect: str, column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """Whether the column holds one of the values of the parameter `name`, a list of any length."""
    if dialect == POSTGRESQL:
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    element = func.json_each(bindparam(name, type_=JSON())).table_valued("value")
    return column.in_(select(element.c.value))


class _Compiled(NamedTuple):
    """The text for the driver, and how values and rows are turned into what the driver knows and back."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]
    writers: tuple[tuple[int, Convert], ...]
    readers: tuple[tuple[int, Convert], ...]
    row: Callable[[Iterable[Any]], Any]

    def write(self, values: Values) -> tuple[Any, ...]:
        given = {**self.constants, **values} if self.constants else values
        written = [given[name] for name in self.names]
        try:
            for place, convert in self.writers:
                written[place] = convert(written[place])
        except Exception as error:
            raise StatementError(
                f"({type(error).__name__}) {error}", self.sql, None, error, hide_parameters=True
            ) from error
        return tuple(written)

    def read(self, rows: list[Any]) -> list[Any]:
        if not self.readers:
            return [self.row(row) for row in rows]
        read: list[Any] = []
        for row in rows:
            values = list(row)
            for place, convert in self.readers:
                values[place] = convert(values[place])
            read.append(self.row(values))
        return read


@cache
def _numbered() -> Dialect:
    """PostgreSQL with its own parameters ($1), so that psycopg does not have to look for them."""
    return PGDialect_psycopg(paramstyle="numeric_dollar")


def _compile(statement: Any, dialect: Dialect, columns: Sequence[str] | None) -> _Compiled:  # noqa: ANN401
    target = _numbered() if dialect.name == POSTGRESQL else dialect
    compiled = statement.compile(dialect=target, column_keys=columns)
    names: tuple[str, ...] = tuple(compiled.positiontup)
    writers = [compiled.binds[name].type.dialect_impl(target).bind_processor(target) for name in names]
    answer = list(statement.exported_columns)
    readers = [column.type.dialect_impl(target).result_processor(target, None) for column in answer]
    return _Compiled(
        sql=compiled.string,
        names=names,
        constants={name: compiled.params[name] for name in names if not compiled.binds[name].required},
        writers=_converting(writers),
        readers=_converting(readers),
        row=namedtuple("Row", [column.key for column in answer])._make,  # pyright: ignore
    )


def _converting(converters: Iterable[Convert | None]) -> tuple[tuple[int, Convert], ...]:
    return tuple((place, convert) for place, convert in enumerate(converters) if convert is not None)


@dataclass(frozen=True, slots=True)
class _Wire:
    """The connection of a session, and that of the driver under it."""

    connection: Connection
    driver: Any
    is_postgresql: bool

    def execute(self, sql: str, values: Sequence[Any]) -> list[Any]:
        self._tell_listeners(sql, values, many=False)
        try:
            cursor = (
                self._raw().execute(sql.encode(), values) if self.is_postgresql else self.driver.execute(sql, values)
            )
            return cursor.fetchall() if cursor.description else []
        except (sqlite3.Error, psycopg.Error) as error:
            raise self._told(sql, error) from error

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._tell_listeners(sql, rows, many=True)
        try:
            if self.is_postgresql:
                self._raw().executemany(sql.encode(), rows)
            else:
                self.driver.executemany(sql, rows)
        except (sqlite3.Error, psycopg.Error) as error:
            raise self._told(sql, error) from error

    def execute_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        if not self.is_postgresql:
            return [answer for row in rows for answer in self.execute(sql, row)]
        self._tell_listeners(sql, rows, many=True)
        try:
            cursor = self._raw()
            cursor.executemany(sql.encode(), rows, returning=True)
            return [answer for result in cursor.results() for answer in result]
        except psycopg.Error as error:
            raise self._told(sql, error) from error

    def _raw(self) -> psycopg.RawCursor[Any]:
        return psycopg.RawCursor(self.driver)

    def _tell_listeners(self, sql: str, values: Sequence[Any], *, many: bool) -> None:
        listeners = self.connection.engine.dispatch.before_cursor_execute
        if listeners:
            for tell in listeners:
                tell(self.connection, None, sql, values, None, many)

    def _told(self, sql: str, error: sqlite3.Error | psycopg.Error) -> BaseException:
        """The error as SQLAlchemy raises it, without values; a connection that is lost is not used again."""
        dialect = self.connection.dialect
        lost = dialect.is_disconnect(cast("Any", error), self.driver, None)
        keep_first_line(error)
        base = psycopg.Error if isinstance(error, psycopg.Error) else sqlite3.Error
        told = DBAPIError.instance(
            sql, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=dialect
        )
        if lost:
            self.connection.invalidate(error)
        return told


def attach(session: Session) -> None:
    """Begin the transaction of the session, on the connection that it keeps until its end."""
    session.info[WIRE] = _wire(session.connection())


def _wire_of(session: Session) -> _Wire:
    return session.info.get(WIRE) or _wire(session.connection())


def _wire(connection: Connection) -> _Wire:
    return _Wire(connection, connection.connection.driver_connection, connection.dialect.name == POSTGRESQL)
