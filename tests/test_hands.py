"""Threads are kept for the next work, and one that hangs holds up nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Event, get_ident

import pytest
from starlette.testclient import TestClient

from app.hands import TURN, Hands
from app.main import create_app
from app.settings import Settings

ENOUGH = 120.0


def done_by(hands: Hands) -> int:
    """Which thread did a piece of work."""
    threads: list[int] = []
    done = Event()

    def work() -> None:
        threads.append(get_ident())
        done.set()

    hands.give(work)
    assert done.wait(ENOUGH)
    return threads[0]


def test_what_hangs_holds_up_nothing():
    hands, released, begun = Hands(), Event(), Event()

    def hang() -> None:
        begun.set()
        released.wait(ENOUGH)

    try:
        hands.give(hang)
        assert begun.wait(ENOUGH)
        assert done_by(hands) != get_ident()
    finally:
        released.set()


def test_a_thread_is_kept_for_the_next_work():
    hands = Hands()
    first = done_by(hands)
    while not hands._idle:
        pass
    assert done_by(hands) == first


def test_who_serves_takes_short_turns(tmp_path: Path):
    before = sys.getswitchinterval()
    try:
        sys.setswitchinterval(1)
        with TestClient(create_app(Settings(database_url=f"sqlite:///{tmp_path}/x.db", worker=False))):
            assert sys.getswitchinterval() == pytest.approx(TURN)
    finally:
        sys.setswitchinterval(before)
