"""Statements of the busiest path: written with SQLAlchemy, compiled once, and given to the driver as they are.

What SQLAlchemy does around an ordinary statement takes several times as long as the statement. Here nothing is left of
that but what must stay: types, the transaction of the session, who listens to statements, and the errors. What is told
or asked goes when an answer is waited for (`app.storage.wire`).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple, Self, TypeAlias

from sqlalchemy import ARRAY, JSON, ColumnElement, Dialect, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.storage.columns import POSTGRESQL
from app.storage.wire import WIRE, Answer, Wire

Convert: TypeAlias = Callable[[Any], Any]
Values: TypeAlias = Mapping[str, Any]
Names: TypeAlias = frozenset[str]

NONE: Final[Names] = frozenset()


class Target(str):
    """The dialect (`sqlite`, `postgresql`) that a statement is built for, and which of its lists hold one value.

    `lists` are those that it turns out to have. A list of one is asked as that value: PostgreSQL then plans the
    statement once and not every time, and SQLite has no list to take apart.
    """

    __slots__ = ("alone", "lists")

    alone: Names
    lists: set[str]

    def __new__(cls, dialect: str, alone: Names = NONE) -> Self:
        """Not filled yet."""
        target = super().__new__(cls, dialect)
        target.alone, target.lists = alone, set()
        return target


class Prepared:
    """A statement that is the same every time but for its parameters.

    `build` makes it for a database; what changes is a named `bindparam` in it. An INSERT has one for each of `columns`.
    """

    def __init__(self, build: Callable[[Target], Any], *, columns: Sequence[str] | None = None) -> None:
        self._build = build
        self._columns = columns
        self._compiled: dict[tuple[str, Names], _Compiled] = {}

    def ask(self, session: Session, values: Values) -> Answer[list[Any]]:
        """What it will answer, as named tuples."""
        wire = wire_of(session)
        compiled = self._for(wire.connection.dialect, values)
        return wire.ask(compiled.sql, compiled.write(values)).then(compiled.read)

    def rows(self, session: Session, values: Values) -> list[Any]:
        """What it answers, as named tuples; raises what SQLAlchemy raises."""
        return self.ask(session, values).get()

    def first(self, session: Session, values: Values) -> Any:  # noqa: ANN401  (a row of any columns)
        """The first row of the answer, None when there is none."""
        found = self.rows(session, values)
        return found[0] if found else None

    def each(self, session: Session, rows: Sequence[Values]) -> list[Any]:
        """What it answers to each of the rows, in one list."""
        asked = [self.ask(session, row) for row in rows]
        return [answer for one in asked for answer in one.get()]

    def tell(self, session: Session, rows: Sequence[Values]) -> None:
        """Have it done once for each of the rows; it has no answer."""
        if not rows:
            return
        wire = wire_of(session)
        compiled = self._for(wire.connection.dialect, rows[0] if len(rows) == 1 else None)
        wire.tell(compiled.sql, [compiled.write(row) for row in rows])

    def _for(self, dialect: Dialect, values: Values | None) -> _Compiled:
        """What is compiled for these values; for values of any length when there are none."""
        compiled = self._with(dialect, NONE)
        if not compiled.lists or values is None:
            return compiled
        return self._with(dialect, frozenset(name for name in compiled.lists if len(values[name]) == 1))

    def _with(self, dialect: Dialect, alone: Names) -> _Compiled:
        known = self._compiled.get((dialect.name, alone))
        if known is None:
            target = Target(dialect.name, alone)
            known = _compile(self._build(target), target, dialect, self._columns)
            self._compiled[dialect.name, alone] = known
        return known


def among(target: Target, column: InstrumentedAttribute[Any], name: str) -> ColumnElement[bool]:
    """Whether the column holds one of the values of the parameter `name`, a list of any length."""
    target.lists.add(name)
    if name in target.alone:
        return column == bindparam(name, type_=column.type)
    if target == POSTGRESQL:
        return column == any_(bindparam(name, type_=ARRAY(column.type)))
    element = func.json_each(bindparam(name, type_=JSON())).table_valued("value")
    return column.in_(select(element.c.value))


class _Compiled(NamedTuple):
    """The text for the driver, and how values and rows are turned into what the driver knows and back."""

    sql: str
    names: tuple[str, ...]
    lists: Names
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


def _compile(statement: Any, target: Target, dialect: Dialect, columns: Sequence[str] | None) -> _Compiled:  # noqa: ANN401
    dialect = _numbered() if target == POSTGRESQL else dialect
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    names: tuple[str, ...] = tuple(compiled.positiontup)
    processors = {name: compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    writers = [_of_first(processors[name]) if name in target.alone else processors[name] for name in names]
    answer = list(statement.exported_columns)
    readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in answer]
    return _Compiled(
        sql=compiled.string,
        names=names,
        lists=frozenset(target.lists),
        constants={name: compiled.params[name] for name in names if not compiled.binds[name].required},
        writers=_converting(writers),
        readers=_converting(readers),
        row=namedtuple("Row", [column.key for column in answer])._make,  # pyright: ignore
    )


def _of_first(convert: Convert | None) -> Convert:
    return (lambda values: convert(values[0])) if convert else itemgetter(0)


def _converting(converters: Iterable[Convert | None]) -> tuple[tuple[int, Convert], ...]:
    return tuple((place, convert) for place, convert in enumerate(converters) if convert is not None)


def attach(session: Session) -> None:
    """Begin the transaction of the session, on the connection that it keeps until its end."""
    session.info[WIRE] = session.connection().info[WIRE]


def wire_of(session: Session) -> Wire:
    """What the session talks over."""
    return session.info.get(WIRE) or session.connection().info[WIRE]
