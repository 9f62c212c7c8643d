"""What a figure is set against: the least that anyone has to do with the same bytes on the same kind of database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final, Protocol

import psycopg
from lxml import etree
from sqlalchemy import make_url

from app.main import OWN_SCHEMAS

COLUMNS: Final = 15
CHUNK: Final = 1_000
TABLE: Final = "CREATE TABLE bare (id INTEGER, place INTEGER, " + "".join(
    f"c{number} {'TEXT' if number % 2 else 'INTEGER'}, " for number in range(2, COLUMNS)
)
INDEXES: Final = ("CREATE INDEX bare_c3 ON bare (c3)", "CREATE INDEX bare_c4 ON bare (c4, c5)")
Line = tuple[int | str, ...]


class Judge:
    """Parses and validates as lxml does by itself: no limits, the patterns of the standard as they are."""

    def __init__(self, soort: str) -> None:
        self._schema = etree.XMLSchema(etree.parse(OWN_SCHEMAS / "2.3" / f"{soort}.xsd"))

    def demand_valid(self, body: bytes) -> None:
        """AssertionError when the body is not valid."""
        assert self._schema.validate(etree.fromstring(body))


class Bare(Protocol):
    """A database with a table of bodies and one of lines, spoken to by its driver alone."""

    def store(self, body: bytes) -> None:
        """Keep a body, durable when this returns."""
        ...

    def store_lines(self, lines: Sequence[Line]) -> None:
        """Insert lines in bulk, in one transaction."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


def bare_on(url: str) -> Bare:
    """Make the tables on a database that has none of them."""
    return BareSqlite(url) if url.startswith("sqlite") else BarePostgresql(url)


def lines_of(count: int, number: int) -> list[Line]:
    """Lines of fifteen columns, as a 303 has them."""
    return [
        (number, place, *(f"P{number}-{place}" if column % 2 else place for column in range(2, COLUMNS)))
        for place in range(count)
    ]


class BareSqlite:
    """As the service opens it: with a log file that is written through at each commit."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE body (id INTEGER PRIMARY KEY, bytes BLOB)")
        for statement in (f"{TABLE} PRIMARY KEY (id, place))", *INDEXES):
            self._connection.execute(statement)

    def store(self, body: bytes) -> None:
        """One transaction for one body."""
        self._connection.execute("INSERT INTO body (bytes) VALUES (?)", (body,))

    def store_lines(self, lines: Sequence[Line]) -> None:
        """By executemany."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * COLUMNS)})", lines)  # noqa: S608
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class BarePostgresql:
    """With the settings of the server: fsync on, a commit waits for it."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(conninfo(url), autocommit=True)
        self._connection.execute("CREATE TABLE body (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, bytes bytea)")
        for statement in (f"{TABLE} PRIMARY KEY (id, place))", *INDEXES):
            self._connection.execute(statement.encode())

    def store(self, body: bytes) -> None:
        """One transaction for one body."""
        self._connection.execute("INSERT INTO body (bytes) VALUES (%b)", (body,))

    def store_lines(self, lines: Sequence[Line]) -> None:
        """By COPY."""
        with self._connection.transaction(), self._connection.cursor().copy("COPY bare FROM STDIN") as copy:
            for line in lines:
                copy.write_row(line)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def conninfo(url: str) -> str:
    """A URL of SQLAlchemy as the driver of PostgreSQL reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
