"""The process that settles large 303s beside the one that started it: `python -m app.settling`, from there alone."""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import NoReturn

import structlog

from app.observability import configure_logging
from app.parts import create_runtime
from app.processing import verwerking
from app.processing.aside import Ending, Outcome, Word
from app.processing.beside import KEPT
from app.processing.runtime import Runtime
from app.settings import Settings
from app.storage.jobs import Job, LeaseLost
from app.storage.outages import DatabaseUnavailable

log = structlog.get_logger(__name__)


class OtherSide:
    """The process that gives the work. When that is gone this one is too, in the middle of what it does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = Lock()
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._turns: SimpleQueue[Word] = SimpleQueue()

    def listen(self) -> None:
        """Hear it from now on, on a thread of its own."""
        Thread(target=self._listening, daemon=True).start()

    def say(self, said: Word | Outcome) -> None:
        """Tell it something."""
        with self._sending:
            self._connection.send(said)

    def job(self) -> Job | None:
        """The next job; None when there was none for a while."""
        try:
            return self._jobs.get(timeout=KEPT)
        except Empty:
            return None

    def __enter__(self) -> None:
        """Wait for the turn to write."""
        self.say(Word.MY_TURN)
        self._turns.get()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next one write."""
        self.say(Word.WRITTEN)

    def _listening(self) -> NoReturn:
        while True:
            try:
                said = self._connection.recv()
            except (EOFError, OSError):
                os._exit(0)
            if isinstance(said, Job):
                self._jobs.put(said)
            else:
                self._turns.put(said)


def work_for(connection: Connection) -> None:
    """Do what is asked over the connection until nothing more is; the settings come first."""
    settings = connection.recv()
    if not isinstance(settings, Settings):
        raise TypeError("the settings come first")
    configure_logging(settings.log_format, settings.log_level)
    other = OtherSide(connection)
    runtime = create_runtime(settings, beside=other)
    other.listen()
    while job := other.job():
        other.say(_settled(runtime, job))
    other.say(Word.LEFT)


def _settled(runtime: Runtime, job: Job) -> Outcome:
    try:
        verwerking.settle(runtime, job)
    except LeaseLost:
        return Outcome(Ending.LOST)
    except DatabaseUnavailable:
        return Outcome(Ending.UNAVAILABLE)
    except Exception as error:
        log.exception("settling_failed", job_id=job.id)
        return Outcome(Ending.FAILED, type(error).__name__)
    return Outcome(Ending.DONE)


def main() -> None:
    """Work for the process that started this one, which alone decides when it ends."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    work_for(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    main()
