"""The process that reads the large 303s that another receives: `python -m app.skimming`, from there alone."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection

from app.iwmo.reading import Skimmed, skim
from app.iwmo.xsd import Schemas
from app.processing.beside import KEPT
from app.processing.collector import collector_paused


def work_for(connection: Connection) -> None:
    """Read what comes over the connection, after the folder of the schemas, until nothing comes for a while."""
    schemas = Schemas.load(connection.recv())
    while connection.poll(KEPT):
        connection.send(_skimmed(connection, schemas))


def _skimmed(connection: Connection, schemas: Schemas) -> Skimmed | None:
    pieces = iter(connection.recv_bytes, b"")
    try:
        with collector_paused():
            return skim(pieces, schemas)
    except (EOFError, OSError):
        raise
    except Exception:
        return None  # the other side meets the same error, and tells of it
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
    except (EOFError, OSError):
        return  # it is gone


if __name__ == "__main__":
    main()
