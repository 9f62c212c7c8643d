"""A command that was told to stop stops, also when the exception that said so got lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.cli.stopping import Leaving, leave_on_sigterm


@pytest.fixture
def leaving() -> Iterator[Leaving]:
    before = signal.getsignal(signal.SIGTERM)
    yield leave_on_sigterm()
    signal.signal(signal.SIGTERM, before)


def test_leaves_with_status_0(leaving: Leaving):
    with pytest.raises(SystemExit) as left:
        signal.raise_signal(signal.SIGTERM)
    assert left.value.code == 0


def test_ends_a_wait_at_once(leaving: Leaving):
    timer = threading.Timer(0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGTERM))

    def begin_and_wait() -> None:  # also when the signal comes before the wait
        timer.start()
        leaving.wait()

    with pytest.raises(SystemExit):
        begin_and_wait()
    timer.join()


def test_what_was_told_while_starting_is_not_forgotten(leaving: Leaving):
    with suppress(SystemExit):  # as in a callback that C calls
        signal.raise_signal(signal.SIGTERM)
    leaving.wait()
    with pytest.raises(SystemExit):
        leaving.demand_not_told()


def test_who_was_told_nothing_goes_on(leaving: Leaving):
    leaving.demand_not_told()
    assert not leaving.told
