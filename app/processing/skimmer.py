"""Large 303s are read as they come in by a process beside this one; the other side is `app.skimming`.

A thread would hold the interpreter in turns with every small message beside it. What is told is what it takes to keep
the message and settle it later; whatever cannot be read that way is read here, which also says what is wrong with it.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from app.iwmo.parsing import in_pieces
from app.iwmo.reading import Skimmed
from app.processing.beside import Beside

ATTEMPTS = 2
"""It may have ended meanwhile, for want of work."""


class Skimmer:
    """The process that reads, with the schemas of a folder; one message at a time, and nothing before the first."""

    def __init__(self, schemas: Path) -> None:
        self._beside = Beside("app.skimming", schemas)
        self._busy = Lock()

    def skim(self, body: bytes) -> Skimmed | None:
        """What a 303 says that the XSD accepts; None when it takes `recognise` to say more, or the process is gone."""
        with self._busy:
            for _ in range(ATTEMPTS):
                try:
                    return self._asked(body)
                except (EOFError, OSError):
                    self._beside.forget()
        return None

    def close(self) -> None:
        """End the process, whatever it reads."""
        self._beside.close()

    def _asked(self, body: bytes) -> Skimmed | None:
        connection = self._beside.connection()
        for piece in in_pieces(body):
            connection.send_bytes(piece)
        connection.send_bytes(b"")
        return connection.recv()
