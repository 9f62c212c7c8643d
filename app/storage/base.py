"""The database: sessions that read, sessions that write, and its schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, func, make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import app
from app.storage.at_end import finish
from app.storage.columns import Base, UtcDateTime
from app.storage.engines import checkpoint, create_engine_for, reading_engine
from app.storage.fair_lock import FairLock
from app.storage.outages import outages_told
from app.storage.prepared import Prepared, attach
from app.storage.together import Together
from app.storage.wakes import adds_work

__all__ = ["Base", "Storage", "Turn", "create_storage"]

MAX_ATTEMPTS = 5
WRITERS = 3
"""So many threads of a process write to PostgreSQL at once. More get no more done, for they share one interpreter; and
what they lock in the database they get in no order, so that some wait long."""
MIGRATION_LOCK = 1708_0301  # any number, the same on every node
SYNCHRONOUS_FULL = 2
MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
LOST_RACE_SQLSTATES = {"23503", "23505", "40001", "40P01"}
"""Foreign key (what it names was just deleted), unique violation, serialization failure, deadlock."""
LOST_RACE_SQLITE_CODES = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}

T = TypeVar("T")
R = TypeVar("R")
Turn: TypeAlias = AbstractContextManager[None]
"""What a writer holds during its transaction, so that there are no more at a time than is good."""


class Storage:
    """One database. A session lives as long as its `with` block and belongs to one thread.

    Everything that asks the database raises DatabaseUnavailable when it is gone or busy for too long. `turn` is what
    each writer holds, for a process that writes for this one.
    """

    def __init__(self, url: str, *, turn: Turn | None = None) -> None:
        self._url = make_url(url)
        self._writer = create_engine_for(self._url)
        self._reader = reading_engine(self._writer)
        self._listeners: list[Callable[[], None]] = []
        self.turn: Turn = (turn or FairLock()) if self.dialect == "sqlite" else FairLock(WRITERS)
        self._together: dict[object, Together[Any, Any]] = {}

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @property
    def url(self) -> URL:
        """Where the database is; it may hold a password."""
        return self._url

    @contextmanager
    def reading(self) -> Generator[Session]:
        """A session that sees one moment and can change nothing; on SQLite no writer makes it wait."""
        with outages_told(), Session(self._reader, autoflush=False, expire_on_commit=False) as session:
            attach(session)
            yield session
            session.commit()  # with ROLLBACK psycopg forgets each statement that the server has prepared

    @contextmanager
    def writing(self) -> Generator[Session]:
        """A transaction: committed at the end of the block, undone when the block raises.

        On SQLite there is one writer at a time, on PostgreSQL three in a process, in the order in which they came.
        """
        with outages_told(), self.turn, Session(self._writer) as session, session.begin():
            attach(session)  # BEGIN IMMEDIATE now: what the block reads stays true until it writes
            yield session
            finish(session)
        if adds_work(session):
            for tell in self._listeners:
                tell()

    def when_work_is_added(self, tell: Callable[[], None]) -> None:
        """Hear, on any thread, of each commit in this process that added work; of other processes nothing is heard."""
        self._listeners = [*self._listeners, tell]

    def run(self, work: Callable[[Session], T]) -> T:
        """The result of the work, done in one transaction.

        When it loses a race (a unique constraint, a deadlock) it is done again from the start, now with the winner
        visible, at most five times; so the work must have no effect but on the session.
        """
        for _ in range(MAX_ATTEMPTS - 1):
            try:
                with self.writing() as session:
                    return work(session)
            except DBAPIError as error:
                if not _lost_race(error):
                    raise
        with self.writing() as session:
            return work(session)

    def read_together(self, work: Callable[[Session, Sequence[T]], Sequence[R]], item: T) -> R:
        """What `work` finds for an item, read in one session with what other threads want of the same work meanwhile.

        `work` is a function that lives as long as the database is used, and gives an answer to each item, in order.
        """

        def read(items: Sequence[T]) -> Sequence[R]:
            with self.reading() as session:
                return work(session, items)

        return self._together.setdefault(work, Together(read))(item)

    def run_together(self, work: Callable[[Session, Sequence[T]], Sequence[R]], item: T) -> R:
        """The result of `work` for an item, in one transaction with those of other threads; done again as with `run`.

        When it raises, each item gets a transaction of its own.
        """

        def write(items: Sequence[T]) -> Sequence[R]:
            return self.run(lambda session: work(session, items))

        return self._together.setdefault(work, Together(write))(item)

    def unsafe_settings(self) -> list[str]:
        """Which settings of the database let a commit get lost when the power fails; empty: none."""
        with self._writer.connect() as connection:
            if self.dialect == "sqlite":
                level = connection.execute(text("PRAGMA synchronous")).scalar_one()
                return [] if level >= SYNCHRONOUS_FULL else ["synchronous"]
            shown = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in MUST_BE_ON}
            return [name for name, value in shown.items() if value in {"off", "local"}]

    def schema_is_current(self) -> bool:
        """Whether the tables are those of this version of the code."""
        with outages_told(), self._reader.connect() as connection:
            current = MigrationContext.configure(connection).get_current_heads()
        return frozenset(current) == newest_revisions()

    def upgrade(self, revision: str = "head", *, seal: Callable[[Session], None] | None = None) -> None:
        """Bring the schema up to date: all migrations that are missing, or none when one fails.

        `seal`: what makes the keys of before 0019 work, in the same transaction, when this upgrade comes past it. That
        it did is told in memory: a mark in the database would be for whoever writes there.
        """
        with self._migrating() as config:
            command.upgrade(config, revision)
            if seal is not None and config.attributes.get("keys_of_before"):
                with Session(config.attributes["connection"]) as session:
                    seal(session)
                    session.flush()

    def downgrade(self, revision: str) -> None:
        """Take the schema back to a revision (`base` is an empty database)."""
        with self._migrating() as config:
            command.downgrade(config, revision)

    def check(self) -> None:
        """Raise alembic's `AutogenerateDiffsDetected` when the tables differ from the migrations."""
        with self._migrating() as config:
            command.check(config)

    def wipe(self) -> None:
        """Have nothing left of deleted rows, as far as the database can: in its log file, or for who reads its pages.

        SQLite overwrote them already (`secure_delete`) and forgets its log, unless somebody reads on; PostgreSQL
        frees the space. Backups and the log files of PostgreSQL are for who runs it.
        """
        if self.dialect == "sqlite":
            with outages_told(), self.turn:
                checkpoint(self._writer)
            return
        with outages_told(), self._writer.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM (SKIP_LOCKED)"))

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _migrating(self) -> Generator[Config]:
        # Rebuilding a table in SQLite drops it for a moment: foreign keys are checked at the end instead.
        engine = create_engine_for(self._url, foreign_keys=False, poolclass=NullPool)
        with self.turn, engine.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            config = migration_config()
            config.attributes["connection"] = connection
            yield config
            _check_foreign_keys(connection)


def moment_of(session: Session) -> datetime:
    """Now (UTC) by the clock of PostgreSQL, the same for every node that works on it."""
    return _MOMENT.rows(session, {})[0].moment


_MOMENT = Prepared(lambda _dialect: select(func.clock_timestamp(type_=UtcDateTime()).label("moment")))


def create_storage(url: str, *, turn: Turn | None = None) -> Storage:
    """The database at the URL (`sqlite:///path` or `postgresql+psycopg://…`); the schema is not touched.

    `turn` is that of the process for which this one works; None: nobody else here writes to a SQLite file.
    """
    return Storage(url, turn=turn)


@cache
def newest_revisions() -> frozenset[str]:
    """Where the migrations of this version of the code end; reading them all takes longer than asking a database."""
    return frozenset(ScriptDirectory.from_config(migration_config()).get_heads())


def migration_config() -> Config:
    """Alembic's settings, whatever the current directory is."""
    config = Config(stdout=StringIO())  # what alembic prints is nobody's output
    folder = Path(app.__path__[0]).resolve().parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        if broken:
            raise RuntimeError(f"the migration breaks {len(broken)} foreign keys")


def _lost_race(error: DBAPIError) -> bool:
    sqlstate = getattr(error.orig, "sqlstate", None)
    sqlite_code = getattr(error.orig, "sqlite_errorcode", None)
    return sqlstate in LOST_RACE_SQLSTATES or sqlite_code in LOST_RACE_SQLITE_CODES
