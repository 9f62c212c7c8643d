"""Threads that ask at the same time are asked for at once, each gets its own answer, and nobody waits for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock

import pytest

from app.storage.outages import DatabaseUnavailable
from app.storage.together import MOST, Together

ENOUGH = 60.0


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + ENOUGH
    while not holds():
        assert time.monotonic() < end, "it never happens"
        time.sleep(0.002)


class Asking:
    """Answers with ten times the item, remembers who were asked together, and holds the first turn until told."""

    def __init__(self, refuse: Callable[[Sequence[int]], None] = lambda _items: None) -> None:
        self.turns: list[list[int]] = []
        self.go_on = Event()
        self._refuse = refuse
        self._one_at_a_time = Lock()
        self.together = Together(self._ask)

    def _ask(self, items: Sequence[int]) -> list[int]:
        assert self._one_at_a_time.acquire(blocking=False)
        try:
            self.turns.append(list(items))
            if len(self.turns) == 1:
                assert self.go_on.wait(ENOUGH)
            self._refuse(items)
            return [10 * item for item in items]
        finally:
            self._one_at_a_time.release()

    def all_at_once(self, pool: ThreadPoolExecutor, items: Sequence[int]) -> list[Future[int]]:
        """The first is asked; the rest come meanwhile, in order."""
        first = pool.submit(self.together, items[0])
        until(lambda: self.turns == [[items[0]]])
        asked = [first]
        for count, item in enumerate(items[1:], 1):
            asked.append(pool.submit(self.together, item))
            until(lambda count=count: len(self.together._waiting) == count)
        self.go_on.set()
        return asked


@pytest.fixture
def pool():
    with ThreadPoolExecutor(MOST + 10) as threads:
        yield threads


def test_who_comes_alone_waits_for_nobody():
    asking = Asking()
    asking.go_on.set()
    assert [asking.together(1), asking.together(2)] == [10, 20]
    assert asking.turns == [[1], [2]]


def test_who_come_meanwhile_are_asked_together(pool):
    asking = Asking()
    answers = asking.all_at_once(pool, [1, 2, 3, 4])
    assert [answer.result(ENOUGH) for answer in answers] == [10, 20, 30, 40]
    assert asking.turns == [[1], [2, 3, 4]]


def test_a_turn_has_an_end(pool):
    asking = Asking()
    answers = asking.all_at_once(pool, list(range(MOST + 3)))
    assert [answer.result(ENOUGH) for answer in answers] == [10 * item for item in range(MOST + 3)]
    assert [len(turn) for turn in asking.turns] == [1, MOST, 2]


def test_what_fails_for_one_fails_for_that_one(pool):
    def refuse(items: Sequence[int]) -> None:
        if 3 in items:
            raise ValueError(items)

    asking = Asking(refuse)
    answers = asking.all_at_once(pool, [1, 2, 3, 4])
    assert [answers[place].result(ENOUGH) for place in (0, 1, 3)] == [10, 20, 40]
    with pytest.raises(ValueError, match=r"\[3\]"):
        answers[2].result(ENOUGH)


def test_a_database_that_is_gone_is_asked_once(pool):
    def refuse(items: Sequence[int]) -> None:
        if len(items) > 1:
            raise DatabaseUnavailable

    asking = Asking(refuse)
    answers = asking.all_at_once(pool, [1, 2, 3])
    for answer in answers[1:]:
        with pytest.raises(DatabaseUnavailable):
            answer.result(ENOUGH)
    assert asking.turns == [[1], [2, 3]]
    assert asking.together(4) == 40


def test_a_thread_that_is_ended_leaves_nobody_waiting(pool):
    class Ended(BaseException):
        pass

    def refuse(items: Sequence[int]) -> None:
        if 2 in items:
            raise Ended

    asking = Asking(refuse)
    answers = asking.all_at_once(pool, [1, 2, 3])
    for answer in answers[1:]:
        with pytest.raises(Ended):
            answer.result(ENOUGH)
    assert asking.together(4) == 40


def test_nobody_is_forgotten_in_a_crowd(pool):
    asking = Asking()
    asking.go_on.set()

    def many(first: int) -> list[int]:
        return [asking.together(item) for item in range(first, first + 100)]

    answers = [pool.submit(many, 1000 * number) for number in range(16)]
    for number, answer in enumerate(answers):
        assert answer.result(ENOUGH) == [10 * item for item in range(1000 * number, 1000 * number + 100)]
    assert sum(map(len, asking.turns)) == 1600
