"""What many threads ask at the same time is asked at once: whoever comes first asks for all who wait by then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Generic, TypeVar

from app.storage.outages import DatabaseUnavailable

MOST: Final = 64
"""Of one turn, so that a transaction stays short."""

T = TypeVar("T")
R = TypeVar("R")


def _taken() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True, eq=False)
class _Asked(Generic[T, R]):
    """An item that a thread waits for, woken by `woken`: to an answer, an error, or to its turn to ask."""

    item: T
    woken: Lock = field(default_factory=_taken)
    answer: list[R] = field(default_factory=list[R])
    error: BaseException | None = None

    def outcome(self) -> R:
        if self.error is not None:
            raise self.error
        return self.answer[0]


class Together(Generic[T, R]):
    """Asks one thing for many. There is one turn at a time; nobody waits for more company than there is.

    `ask` gives an answer to each of the items, in order, or raises. When it raises for several each is asked by itself,
    so that one item spoils nothing for the others; except when the database is gone, for then it is gone for all.
    """

    def __init__(self, ask: Callable[[Sequence[T]], Sequence[R]]) -> None:
        self._ask = ask
        self._guard = Lock()
        self._busy = False
        self._waiting: list[_Asked[T, R]] = []

    def __call__(self, item: T) -> R:
        """The answer to the item; raises what asking it raised."""
        mine = _Asked[T, R](item)
        with self._guard:
            self._waiting.append(mine)
            if self._busy:
                first = None
            else:
                first, self._busy = mine, True
        if first is None:
            mine.woken.acquire()
        if not mine.answer and mine.error is None:
            self._take_turn()
        return mine.outcome()

    def _take_turn(self) -> None:
        """Ask for the first who wait, this thread's own item before all, and hand the turn on."""
        with self._guard:
            asked, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            self._answer(asked)
        except BaseException as error:
            for one in asked:
                one.error = one.error or error
            raise
        finally:
            with self._guard:
                following = self._waiting[0] if self._waiting else None
                self._busy = following is not None
            for one in [*asked[1:], *([following] if following else [])]:
                one.woken.release()

    def _answer(self, asked: Sequence[_Asked[T, R]]) -> None:
        try:
            answers = self._ask([one.item for one in asked])
        except DatabaseUnavailable as error:
            for one in asked:
                one.error = error
        except Exception as error:
            if len(asked) == 1:
                asked[0].error = error
                return
            for one in asked:
                self._answer([one])
        else:
            for one, answer in zip(asked, answers, strict=True):
                one.answer.append(answer)
