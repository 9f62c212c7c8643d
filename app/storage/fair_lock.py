"""A lock that threads get in the order in which they asked."""

from __future__ import annotations

from collections import deque
from threading import Lock, get_ident
from types import TracebackType


class FairLock:
    """A lock, first come first served, so that no writer starves; not reentrant."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._holder: int | None = None
        self._waiting: deque[tuple[int, Lock]] = deque()

    def __enter__(self) -> None:
        thread = get_ident()
        turn = Lock()
        with self._guard:
            if self._holder is None:
                self._holder = thread
                return
            if self._holder == thread:
                raise RuntimeError("this thread is already writing")
            turn.acquire()
            self._waiting.append((thread, turn))
        self._await(thread, turn)

    def _await(self, thread: int, turn: Lock) -> None:
        try:
            turn.acquire()
        except BaseException:  # interrupted: leave the queue, or hand on the turn that just came
            with self._guard:
                if (thread, turn) in self._waiting:
                    self._waiting.remove((thread, turn))
                else:
                    self._pass_on()
            raise

    def _pass_on(self) -> None:
        if self._waiting:
            self._holder, turn = self._waiting.popleft()
            turn.release()
        else:
            self._holder = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            self._pass_on()
