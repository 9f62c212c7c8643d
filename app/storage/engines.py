"""How each database is opened: durable, with foreign keys, and without personal data in its errors."""

from __future__ import annotations

import os
import select
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import URL, Connection, Engine, ExceptionContext, NullPool, Pool, QueuePool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from app.storage.alone import database_file
from app.storage.wire import BEGIN, BEGIN_READING, WIRE, PostgresqlWire, SqliteWire, keep_first_line

KEPT_CONNECTIONS = 15
"""So many stay open; on PostgreSQL there are no more. To open one takes longer than an ordinary transaction."""

BUSY_TIMEOUT_SECONDS = 30
CONNECT_TIMEOUT_SECONDS = 5  # a server that is gone may leave a connection attempt without any answer
IDLE_IN_TRANSACTION_SECONDS = 120
TRANSACTION_SECONDS = 600
"""On PostgreSQL what a process that stands still has locked is free again after the first, or after the second: work
sent in a pipeline can leave the first unset. Our longest transaction takes a tenth of that."""

KEPT_STATEMENTS = 1000
"""So many the server of PostgreSQL keeps prepared for a connection: all that we have."""

TRUSTED_SECONDS: Final = 5.0
"""So long a connection that lay still is believed to work."""

BEGINS_WITH: Final = "begins_with"
CAME_BACK: Final = "came_back"
HAS_TRANSACTION_TIMEOUT = 170_000
LOG_PAGES = 4000
"""Of 4 KB, so 16 MB: a page that many messages change is written into the file once for all of them."""

SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    f"PRAGMA wal_autocheckpoint = {LOG_PAGES}",
    "PRAGMA synchronous = FULL",  # NORMAL loses commits when the power fails
    "PRAGMA secure_delete = ON",  # what is deleted is overwritten, not left in the file
)


def create_engine_for(url: URL, *, foreign_keys: bool = True, poolclass: type[Pool] = QueuePool) -> Engine:
    """An engine that writes; on SQLite each of its transactions is BEGIN IMMEDIATE."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, poolclass, begin="BEGIN IMMEDIATE", pragmas=_foreign_keys(on=foreign_keys))
    return _postgresql_engine(url, poolclass)


def reading_engine(writer: Engine) -> Engine:
    """An engine on the same database whose transactions see one moment and can change nothing."""
    if writer.dialect.name == "sqlite":
        return _sqlite_engine(writer.url, QueuePool, begin="BEGIN", pragmas=("PRAGMA query_only = ON",))
    return writer.execution_options(**{BEGINS_WITH: BEGIN_READING})


def checkpoint(engine: Engine) -> None:
    """Write the log of a SQLite database into its file and empty it, as far as its readers allow."""
    driver = engine.raw_connection()
    try:
        driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        driver.close()


def _foreign_keys(*, on: bool) -> tuple[str, ...]:
    return (f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}",)


def _sqlite_engine(url: URL, poolclass: type[Pool], *, begin: str, pragmas: tuple[str, ...]) -> Engine:
    if path := database_file(url):
        _make_private(path)
    unbounded = {"pool_size": KEPT_CONNECTIONS, "max_overflow": -1} if poolclass is QueuePool else {}  # none waits
    engine = create_engine(
        url,
        poolclass=poolclass,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
        **unbounded,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.isolation_level = None  # the driver begins nothing by itself
        for pragma in (*SQLITE_PRAGMAS, *pragmas):
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        _begin(connection, begin)

    return engine


def _make_private(path: Path) -> None:
    """Make the file and its folder for their owner alone; what is there stays as it is. Its log files take its mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(OSError):  # it is there, or SQLite tells what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _postgresql_engine(url: URL, poolclass: type[Pool]) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT_SECONDS), **url.query})
    bounded = {"pool_size": KEPT_CONNECTIONS, "max_overflow": 0} if poolclass is QueuePool else {}
    engine = create_engine(url, poolclass=poolclass, hide_parameters=True, **bounded)
    event.listen(engine, "handle_error", _without_values)
    event.listen(engine, "begin", _start_wire)
    event.listen(engine, "before_cursor_execute", _settle_first)
    event.listen(engine, "commit", _commit_over_wire)
    event.listen(engine, "checkin", _note_moment)
    event.listen(engine, "checkout", _demand_alive)
    if poolclass is not NullPool:  # a migration takes as long as it takes
        event.listen(engine, "connect", _limit_transactions)
    return engine


def _start_wire(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        connection.info.pop(WIRE, None)
        return
    driver: Any = connection.connection.driver_connection
    if not driver.autocommit:
        driver.autocommit = True  # BEGIN is ours to say, so that it goes with the first statement
    connection.info[WIRE] = PostgresqlWire(connection, options.get(BEGINS_WITH, BEGIN))


def _settle_first(connection: Connection, cursor: object, *_statement: object) -> None:
    """What SQLAlchemy itself says comes after what was said before."""
    if cursor is not None and (wire := connection.info.get(WIRE)):
        wire.settle()


def _commit_over_wire(connection: Connection) -> None:
    if wire := connection.info.get(WIRE):
        wire.commit()  # SQLAlchemy then finds nothing that is left to commit


def _note_moment(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[CAME_BACK] = time.monotonic()


def _demand_alive(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection whether its server is there, unless it answered a moment ago and heard nothing since.

    A server that ends a connection says so; a trip before every transaction is not needed to find that out.
    """
    driver: Any = connection
    now = time.monotonic()
    still = now - record.info.get(CAME_BACK, now)  # one that is new was not there before
    try:
        if still < TRUSTED_SECONDS and not _hears_something(driver):
            return
        driver.autocommit = True
        driver.execute("SELECT 1")
    except psycopg.Error as error:
        raise InvalidatePoolError from error  # it and those beside it are made anew


def _hears_something(driver: Any) -> bool:  # noqa: ANN401  (a connection with rows of any kind)
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _limit_transactions(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS}s'")
    if connection.info.server_version >= HAS_TRANSACTION_TIMEOUT:
        cursor.execute(f"SET transaction_timeout = '{TRANSACTION_SECONDS}s'")
    cursor.close()
    connection.commit()
    connection.prepared_max = KEPT_STATEMENTS


def _begin(connection: Connection, begin: str) -> None:
    """Begin a transaction on SQLite, with nothing of what SQLAlchemy does around a statement but its errors."""
    connection.info[WIRE] = SqliteWire(connection)
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(begin)
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            begin, None, error, sqlite3.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


def _without_values(context: ExceptionContext) -> None:
    keep_first_line(context.original_exception)
    keep_first_line(context.sqlalchemy_exception)
