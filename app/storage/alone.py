"""On SQLite one process serves and one works: two of a kind would hold each other up, or take over living work."""

from __future__ import annotations

import fcntl
from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

ROLES: Final = frozenset({"dienst", "werker"})


class NotAlone(Exception):
    """Another process does this on the database already"""


def is_for_one(url: str) -> bool:
    """Whether one process at a time may serve on the database."""
    return make_url(url).get_backend_name() == "sqlite"


def database_file(url: str | URL) -> Path | None:
    """The file of a SQLite database; None for one that is in no file."""
    database = make_url(url)
    name = database.database or ":memory:"
    in_file = database.get_backend_name() == "sqlite" and not name.startswith((":memory:", "file:"))
    return Path(name) if in_file else None


def is_database_url(url: str) -> bool:
    """Whether this can be read as where a database is."""
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        return False
    return True


@contextmanager
def alone(url: str | URL, *roles: str) -> Generator[None]:
    """Hold the roles (`dienst`, `werker`) of a SQLite database until the end of the block; free when a process dies.

    Raises NotAlone when another process has one. On another database every process may have every role.
    """
    database = make_url(url)
    if database.get_backend_name() != "sqlite" or not database.database:
        yield
        return
    Path(database.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = [Path(f"{database.database}.{role}.lock").open("ab") for role in sorted(roles)]  # noqa: SIM115
    try:
        _lock(files)
        yield
    finally:
        for file in files:
            file.close()


@contextmanager
def nobody_else(url: str | URL, *, holding: Collection[str] = ()) -> Generator[None]:
    """Hold every role of a SQLite database, besides those that this process has: nobody serves or works meanwhile.

    Raises NotAlone when another process does.
    """
    with alone(url, *ROLES.difference(holding)):
        yield


def _lock(files: Iterable[IO[bytes]]) -> None:
    for file in files:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAlone("Een ander proces werkt al met deze SQLite-database; op PostgreSQL kan dat wel.") from None
