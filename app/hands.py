"""Threads that do what they are given, one thing each, and are kept for the next."""

from __future__ import annotations

import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Final

TURN: Final = 0.0005
"""Seconds that a thread computes while another waits for the interpreter."""


def take_short_turns() -> None:
    """Let threads of this process wait a short time for one that computes.

    Whoever asks the database stands in line for the interpreter after each answer, ten times as long by default. So one
    that reads a large message made every small one beside it take half a second.
    """
    sys.setswitchinterval(TURN)


class Hands:
    """As many threads as there was work at once. Work that hangs keeps its thread and holds up nothing else.

    They end with the process, whatever they do then. Work handles its own errors.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle = 0
        self._given: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def give(self, work: Callable[[], None]) -> None:
        """Have it done at once; RuntimeError: there can be no more threads."""
        with self._lock:
            if self._idle:
                self._idle -= 1
                self._given.put(work)
                return
        Thread(target=self._do, args=(work,), daemon=True).start()

    def _do(self, work: Callable[[], None]) -> None:
        while True:
            work()
            with self._lock:
                self._idle += 1
            work = self._given.get()
