"""Large 303s are read as they come in by a process beside this one; the other side is `app.skimming`.

A thread would hold the interpreter in turns with every small message beside it. What is told is what it takes to keep
the message and settle it later; whatever cannot be read that way is read here, which also says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import structlog

from app.iwmo.parsing import in_pieces
from app.iwmo.reading import Skimmed
from app.processing.beside import PATIENCE, Beside

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 2
"""It may have ended meanwhile, for want of work."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the other side is told before all: where the schemas are, and which they are here."""

    directory: Path
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failed:
    """The other side met an error that nobody foresaw, of this type."""

    error: str


class Skimmer:
    """The process that reads, with the schemas of a folder; one message at a time, and nothing before the first."""

    def __init__(self, told: Told) -> None:
        self._beside = Beside("app.skimming", told)
        self._busy = Lock()

    def skim(self, body: bytes) -> Skimmed | None:
        """What a 303 says that the XSD accepts; None when it takes `recognise` to say more, or the process fails."""
        with self._busy:
            for _ in range(ATTEMPTS):
                try:
                    return self._asked(body)
                except (EOFError, ConnectionError):
                    self._beside.forget()
                except Exception as error:
                    self._beside.forget()  # or it would be one answer behind
                    log.warning("skimmer_failed", error=type(error).__name__)
                    return None
                except BaseException:
                    self._beside.forget()
                    raise
        log.warning("skimmer_failed", error=EOFError.__name__)
        return None

    def close(self) -> None:
        """End the process, whatever it reads."""
        self._beside.close()

    def _asked(self, body: bytes) -> Skimmed | None:
        connection = self._beside.connection()
        for piece in in_pieces(body):
            connection.send_bytes(piece)
        connection.send_bytes(b"")
        if not connection.poll(PATIENCE):
            raise TimeoutError
        said = connection.recv()
        if isinstance(said, Failed):
            log.warning("skimmer_failed", error=said.error)
            return None
        return said
