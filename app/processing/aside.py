"""Large 303s are settled in a process beside this one, so that reading one holds up nothing that is done here.

A thread would: it holds the interpreter while it walks through a message. There is one such process at a time; it
starts when there is work, and ends when there was none for a while, so that its memory goes back. What it does counts
under the lease of the job as if this process did it. `app.settling` is the other side.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum, auto
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from app.processing.beside import Beside
from app.storage.base import Turn
from app.storage.jobs import Job, LeaseLost
from app.storage.outages import DatabaseUnavailable


class Died(Exception):
    """The process that settled a 303 ended before it said what became of it"""


class SettlingFailed(Exception):
    """Settling raised an error that nobody foresaw; `error` is the name of its type"""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Word(Enum):
    """What the two sides say to each other, besides the job and what became of it."""

    MY_TURN = auto()
    """It wants to write; the answer, the same word, is that it may."""

    WRITTEN = auto()
    """It has written."""

    LEFT = auto()
    """It had nothing to do for a while and is gone; a job that crossed this it did not begin."""


class Ending(Enum):
    """How the work on a job ended."""

    DONE = auto()
    LOST = auto()
    UNAVAILABLE = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job; `error` is the type of an error that nobody foresaw."""

    ending: Ending
    error: str = ""


class Aside:
    """The process beside this one, which knows the same settings; nothing runs before there is work."""

    def __init__(self, settings: object) -> None:
        self._beside = Beside("app.settling", settings)
        self._busy = Lock()

    def settle(self, job: Job, *, turn: Turn) -> None:
        """Have the 303 of a job settled; `turn` is what a writer to the database holds.

        Raises what settling it here would (LeaseLost, DatabaseUnavailable), SettlingFailed for any other error, and
        Died when nothing is known of it: then its lease ends, and it is tried again.
        """
        with self._busy:
            outcome = self._outcome(job, turn)
        match outcome.ending:
            case Ending.DONE:
                return
            case Ending.LOST:
                raise LeaseLost(job.id)
            case Ending.UNAVAILABLE:
                raise DatabaseUnavailable
            case Ending.FAILED:
                raise SettlingFailed(outcome.error)

    def close(self) -> None:
        """End the process, whatever it does: what is not committed never happened."""
        self._beside.close()

    def _outcome(self, job: Job, turn: Turn) -> Outcome:
        try:
            said = Word.LEFT
            while said is Word.LEFT:
                said = _asked(self._beside.connection(), job, turn)
                if said is Word.LEFT:
                    self._beside.forget()
        except (EOFError, OSError):
            self._beside.forget()
            raise Died(job.id) from None
        return said


def _asked(connection: Connection, job: Job, turn: Turn) -> Any:  # noqa: ANN401
    """What the other side says of a job in the end; it writes when it is its turn here."""
    connection.send(job)
    with ExitStack() as held:
        while True:
            said = connection.recv()
            if said is Word.MY_TURN:
                held.enter_context(turn)
                connection.send(Word.MY_TURN)
            elif said is Word.WRITTEN:
                held.close()
            else:
                return said
