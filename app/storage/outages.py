"""When the database cannot be reached or does not answer in time: not a bug, and better in a while."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

# Connection failure, out of resources, operator intervention (a shutdown), a failing disk; no state: no connection.
SQLSTATE_CLASSES: Final = frozenset({"08", "53", "57", "58"})
SQLITE_CODES: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
    }
)
PRIMARY_CODE: Final = 0xFF


class DatabaseUnavailable(Exception):
    """The database is gone, closed, full or busy for too long; what was under way is undone"""


@contextmanager
def outages_told() -> Generator[None]:
    """Raise DatabaseUnavailable instead of an error of the block that means just that."""
    try:
        yield
    except NoFreeConnection as error:
        raise DatabaseUnavailable("no free connection") from error
    except DBAPIError as error:
        if not is_outage(error):
            raise
        raise DatabaseUnavailable(type(error.orig).__name__) from error


def is_outage(error: DBAPIError) -> bool:
    """Whether the database failed, and not the question that was put to it."""
    if error.connection_invalidated:
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)  # none when the driver cannot make text of what it read
        return code is not None and code & PRIMARY_CODE in SQLITE_CODES
    sqlstate = getattr(error.orig, "sqlstate", None)
    return sqlstate is None or sqlstate[:2] in SQLSTATE_CLASSES
