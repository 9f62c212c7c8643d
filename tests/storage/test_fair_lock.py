"""The lock of the one writer."""

from queue import SimpleQueue
from threading import Event, Thread

import pytest

from app.storage.fair_lock import FairLock


def _waiting(lock: FairLock) -> int:
    return len(lock._waiting)


class TestFairLock:
    def test_gives_turns_in_the_order_of_asking(self):
        lock, order, threads = FairLock(), [], []

        def take(number: int) -> None:
            with lock:
                order.append(number)

        with lock:
            for number in range(10):
                threads.append(Thread(target=take, args=(number,)))
                threads[-1].start()
                while _waiting(lock) <= number:
                    pass
        for thread in threads:
            thread.join(120)
        assert order == list(range(10))

    def test_one_at_a_time(self):
        lock, entered, may_leave = FairLock(), Event(), Event()

        def hold() -> None:
            with lock:
                entered.set()
                may_leave.wait(120)

        threads = [Thread(target=hold) for _ in range(2)]
        threads[0].start()
        entered.wait(120)
        entered.clear()
        threads[1].start()
        while _waiting(lock) < 1:
            pass
        assert not entered.is_set()
        may_leave.set()
        for thread in threads:
            thread.join(120)
        assert entered.is_set()

    def test_no_more_at_a_time_than_there_are_places(self):
        lock, may_leave = FairLock(2), Event()
        inside: SimpleQueue[None] = SimpleQueue()

        def hold() -> None:
            with lock:
                inside.put(None)
                may_leave.wait(30)

        threads = [Thread(target=hold) for _ in range(3)]
        for thread in threads:
            thread.start()
        inside.get(timeout=30)
        inside.get(timeout=30)
        while _waiting(lock) < 1:
            pass
        assert inside.empty()
        may_leave.set()
        inside.get(timeout=30)
        for thread in threads:
            thread.join(30)

    def test_is_given_back_when_the_block_raises(self):
        lock = FairLock()
        with pytest.raises(ZeroDivisionError), lock:
            raise ZeroDivisionError
        with lock:
            pass

    def test_is_not_reentrant(self):
        lock = FairLock()
        with lock, pytest.raises(RuntimeError), lock:
            pass
