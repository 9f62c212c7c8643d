"""Threads that do what they are given, one thing each, and are kept for the next."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread


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
