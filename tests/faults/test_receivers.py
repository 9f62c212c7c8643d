"""Receivers that are slow, hang, answer by halves or not at all: each has everything once, and holds up no other."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable

import pytest

from app.domain.aflevering import Aansluiting, AansluitingSoort
from tests.builders import OTHER_AANBIEDER
from tests.faults.house import PARTIJEN, House, await_true
from tests.faults.invariants import check
from tests.faults.messages import accepted_302, chain, declaratie, toewijzing
from tests.faults.node import ask
from tests.faults.receiver import Manner, receiving

MISBEHAVIOURS: tuple[Manner, ...] = ("500", "hang", "half", "drip", "reset", "lost")


def test_lost_answers(house: House, rounds: Callable[[int], int]):
    house.receiver.manners = lambda _partij, n: "lost" if n % 3 == 0 else "well"
    house.serve()
    for number in range(rounds(5)):
        house.post(*chain(number + 1))
    house.await_quiet()
    check(house)
    assert max(house.receiver.times.values()) > 1, "no answer was lost, so nothing is proven"


def test_every_misbehaviour_ends_well(house: House):
    house.receiver.manners = lambda _partij, n: (*MISBEHAVIOURS, "well")[n % 7]
    house.serve(FAULT_TIMEOUT="1.5")
    house.post(toewijzing(1), declaratie(1, 1))
    house.await_quiet()
    check(house)


@pytest.mark.parametrize("manner", MISBEHAVIOURS)
def test_one_that_misbehaves_holds_up_nobody(manner: Manner, house: House):
    """The other party sits behind another host; its messages go on while those of the first are stuck."""
    if house.storage.dialect == "postgresql" and manner != "hang":
        pytest.skip("what is waited for differs by receiver, not by database")
    with receiving(lambda _partij, _n: manner) as stuck:
        other = PARTIJEN["other"]
        url = f"http://localhost:{stuck.port}/{other}"
        house.connect(Aansluiting(partij=other, soort=AansluitingSoort.HTTP, adres=url))
        house.serve(
            FAULT_TIMEOUT="3",
            IWMO_INTERNAL_HOSTS=json.dumps(["localhost"]),
            IWMO_DELIVERY_PORTS=json.dumps([house.receiver.port, stuck.port]),
        )
        house.post(*(toewijzing(1000 + number, OTHER_AANBIEDER) for number in range(8)))
        await_true(lambda: stuck.requests.total() > 0, "nothing was tried")
        ids = house.post(*chain(1))
        both = (PARTIJEN["gemeente"], PARTIJEN["aanbieder"])
        await_true(lambda: set(ids) <= set().union(*map(house.receiver.ids, both)), "held up")
        assert house.open_jobs() >= 8
        stuck.manners = lambda _partij, _n: "well"
        stuck.closing.set()
        house.await_quiet()
        assert len(stuck.ids(other)) == 8
        check(house, delivered=False)


def test_a_302_that_comes_while_our_301_is_still_being_sent(house: House, rounds: Callable[[int], int]):
    """The receiver answers the 301 inside the request that brings it: before we know that it arrived."""
    numbers = [2000 + number for number in range(rounds(10))]
    bodies = {toewijzing(number, OTHER_AANBIEDER).body: number for number in numbers}
    answered: list[tuple[int, str]] = []

    def answer(partij: str, body: bytes) -> None:
        if partij == PARTIJEN["other"]:
            retour = accepted_302(bodies[body]).body
            status, bericht = ask(house.port, "POST", "/v1/berichten", house.keys["other"], retour)
            answered.append((status, bericht["id"]))

    house.receiver.on_message = answer
    house.serve()
    ids = house.post(*(toewijzing(number, OTHER_AANBIEDER) for number in numbers))
    house.await_quiet()
    assert [status for status, _ in answered] == [201] * len(numbers)
    for id in ids:
        _, bericht = ask(house.port, "GET", f"/v1/berichten/{id}", house.keys["gemeente"])
        assert bericht["_links"]["antwoord"]["href"].split("/")[-1] in {answer_id for _, answer_id in answered}
        assert bericht["status"] == "beantwoord"
    check(house)


def test_a_restart_with_a_full_queue(house: House, rounds: Callable[[int], int]):
    """Queued while no worker lives, then worked off by workers that are stopped and killed in turn."""
    house.serve("--no-worker")
    for number in range(rounds(10)):
        house.post(*chain(number + 1))
        house.acknowledged.chains.append(number + 1)
    assert house.open_jobs() >= rounds(10) * 8
    for turn in range(6):
        worker = house.work()
        time.sleep(0.3)
        if turn % 2:
            worker.kill()
        else:
            assert worker.terminate() in {0, -signal.SIGTERM}, worker.said()  # the latter before it listens to it
    house.work()
    house.await_quiet()
    check(house)
