"""The process that reads the large 303s that another receives: `python -m app.skimming`, from there alone."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection

from app.iwmo.reading import Skimmed, skim
from app.iwmo.schema_files import SchemasUnusable
from app.iwmo.xsd import Schemas
from app.processing.beside import KEPT
from app.processing.collector import collector_paused
from app.processing.skimmer import Failed, Told


def work_for(connection: Connection) -> None:
    """Read what comes over the connection, after what is told before all, until nothing comes for a while."""
    schemas = _same(connection.recv())
    while connection.poll(KEPT):
        connection.send(_skimmed(connection, schemas))


def _same(told: Told) -> Schemas | None:
    """The schemas, None when they are not (any more) those of who receives."""
    try:
        schemas = Schemas.load(told.directory)
    except (SchemasUnusable, OSError):
        return None
    return schemas if schemas.digests() == told.digests else None


def _skimmed(connection: Connection, schemas: Schemas | None) -> Skimmed | Failed | None:
    pieces = iter(connection.recv_bytes, b"")
    try:
        with collector_paused():
            return skim(pieces, schemas) if schemas else None
    except (EOFError, ConnectionError):
        raise
    except Exception as error:
        return Failed(type(error).__name__)
    finally:
        _pass_over(pieces)


def _pass_over(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


def main() -> None:
    """Work for the process that started this one, which alone decides when it ends."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    try:
        work_for(Connection(int(sys.argv[1])))
    except (EOFError, ConnectionError):
        return  # it is gone


if __name__ == "__main__":
    main()
