"""How a transaction talks to its database: what needs no answer goes along with the next question, or with the commit.

On PostgreSQL every answer that is waited for is a trip to the server and back, and most of what a transaction says
needs none. What the server did not want of it is raised where the next answer is waited for, at the latest by the
commit, as the error of the statement that it is about; the transaction is undone as ever. In a SQLite file nothing has
to travel, so there everything is done at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, Final, Generic, Protocol, TypeVar, cast

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

WIRE: Final = "wire"
"""Under which the connection of a transaction has its wire."""

BEGIN: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"
BEGIN_READING: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
COMMIT: Final = "COMMIT"

T = TypeVar("T")
S = TypeVar("S")
Rows = list[Any]


class Answer(Generic[T]):
    """What a question is answered with; who needs it waits for it, and for all that was said before."""

    __slots__ = ("_wait",)

    def __init__(self, wait: Callable[[], T]) -> None:
        self._wait = wait

    def get(self) -> T:
        """The answer; raises what the question, or something that was said before it, failed with."""
        return self._wait()

    def then(self, read: Callable[[T], S]) -> Answer[S]:
        """What can be read in the answer, once it is there."""
        return Answer(lambda: read(self._wait()))


def known(value: T) -> Answer[T]:
    """An answer that is there already."""
    return Answer(lambda: value)


class Wire(Protocol):
    """The connection of a transaction; statements and values are those of the driver."""

    connection: Connection

    def ask(self, sql: str, values: Sequence[Any]) -> Answer[Rows]:
        """Have it done and want to know the rows that come back."""
        ...

    def tell(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Have it done for each of the rows."""
        ...

    def settle(self) -> None:
        """Wait until all that was said is done; raises what one of them failed with."""
        ...


class SqliteWire:
    """A file: whatever is said is done at once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._driver: Any = connection.connection.driver_connection

    def ask(self, sql: str, values: Sequence[Any]) -> Answer[Rows]:
        """The rows are there when it returns."""
        _tell_listeners(self.connection, sql, values, many=False)
        try:
            rows = self._driver.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise told(self.connection, sql, error) from error
        return Answer(lambda: rows)

    def tell(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """It is done when it returns."""
        one = len(rows) == 1
        _tell_listeners(self.connection, sql, rows[0] if one else rows, many=not one)
        try:
            self._driver.execute(sql, rows[0]) if one else self._driver.executemany(sql, rows)
        except sqlite3.Error as error:
            raise told(self.connection, sql, error) from error

    def settle(self) -> None:
        """There is nothing to wait for."""


class _Said:
    """A statement on its way; `rows` is there once it was answered."""

    __slots__ = ("cursor", "many", "rows", "sql", "values")

    def __init__(self, sql: str, values: Sequence[Any], *, many: bool = False) -> None:
        self.sql = sql
        self.values = values
        self.many = many
        self.cursor: psycopg.RawCursor[Any] | None = None
        self.rows: Rows | None = None

    def send(self, driver: Any) -> None:  # noqa: ANN401  (a connection with rows of any kind)
        self.cursor = cursor = psycopg.RawCursor(driver)
        if self.many:
            cursor.executemany(self.sql.encode(), self.values)
        else:
            cursor.execute(self.sql.encode(), self.values)

    def is_answered(self) -> bool:
        return self.cursor is not None and self.cursor.pgresult is not None

    def hear(self) -> None:
        cursor = cast("psycopg.RawCursor[Any]", self.cursor)
        self.rows = cursor.fetchall() if not self.many and cursor.description else []


class PostgresqlWire:
    """A server: what is said waits for the next question, and goes with it in one trip; BEGIN with the first."""

    def __init__(self, connection: Connection, begin: str) -> None:
        self.connection = connection
        self._driver: Any = connection.connection.driver_connection
        self._waiting = [_Said(begin, ())]
        self._begun = False

    def ask(self, sql: str, values: Sequence[Any]) -> Answer[Rows]:
        """It goes when the answer is wanted."""
        _tell_listeners(self.connection, sql, values, many=False)
        said = _Said(sql, values)
        self._waiting.append(said)
        return Answer(lambda: self._rows(said))

    def tell(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """It goes with what is asked next, or with the commit."""
        many = len(rows) > 1
        values = rows if many else rows[0]
        _tell_listeners(self.connection, sql, values, many=many)
        self._waiting.append(_Said(sql, values, many=many))

    def settle(self) -> None:
        """One trip for all that waits, none when nothing does."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._begun = True
        together = self._driver.pipeline() if len(waiting) > 1 else nullcontext()
        try:
            with together:
                for said in waiting:
                    said.send(self._driver)
        except psycopg.Error as error:
            failed = next((said for said in waiting if not said.is_answered()), waiting[-1])
            raise told(self.connection, failed.sql, error) from error
        for said in waiting:
            said.hear()

    def commit(self) -> None:
        """The same with the commit behind it, that comes to nothing when something before it fails.

        RuntimeError: it failed earlier, and somebody went on; the server then undoes all and finds that no error.
        """
        if not self._begun and len(self._waiting) == 1:  # nothing was said but BEGIN
            self._waiting = []
            return
        commit = _Said(COMMIT, ())
        self._waiting.append(commit)
        self.settle()
        if commit.cursor is None or commit.cursor.statusmessage != COMMIT:
            raise RuntimeError("a statement of this transaction failed, so nothing of it is kept")

    def _rows(self, said: _Said) -> Rows:
        if said.rows is None:
            self.settle()
        if said.rows is None:
            raise RuntimeError("this was asked in a transaction that failed")
        return said.rows


def told(connection: Connection, sql: str, error: sqlite3.Error | psycopg.Error) -> BaseException:
    """The error as SQLAlchemy raises it, without values; a connection that is lost is not used again."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(cast("Any", error), cast("Any", connection.connection.driver_connection), None)
    keep_first_line(error)
    base = psycopg.Error if isinstance(error, psycopg.Error) else sqlite3.Error
    made = DBAPIError.instance(
        sql, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )
    if lost:
        connection.invalidate(error)
    return made


def keep_first_line(error: BaseException | None) -> None:
    """Cut an error to its first line: below it PostgreSQL writes the values of the row, maybe of a client."""
    if error is not None and error.args:
        error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def _tell_listeners(connection: Connection, sql: str, values: Sequence[Any], *, many: bool) -> None:
    for tell in connection.engine.dispatch.before_cursor_execute:
        tell(connection, None, sql, values, None, many)
