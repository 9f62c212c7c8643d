"""A lock of one or more places, that threads get in the order in which they asked."""

from __future__ import annotations

from collections import deque
from threading import Lock, get_ident
from types import TracebackType


class FairLock:
    """A lock that as many threads hold as there are places; first come first served, none starves; not reentrant."""

    def __init__(self, places: int = 1) -> None:
        self._guard = Lock()
        self._places = places
        self._holders: set[int] = set()
        self._waiting: deque[tuple[int, Lock]] = deque()

    def __enter__(self) -> None:
        thread = get_ident()
        turn = Lock()
        with self._guard:
            if thread in self._holders:
                raise RuntimeError("this thread is already writing")
            if len(self._holders) < self._places:
                self._holders.add(thread)
                return
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
                    self._pass_on(thread)
            raise

    def _pass_on(self, thread: int) -> None:
        self._holders.discard(thread)
        if self._waiting:
            following, turn = self._waiting.popleft()
            self._holders.add(following)
            turn.release()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            self._pass_on(get_ident())
