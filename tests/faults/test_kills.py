"""kill -9, at any moment and at every step: nothing is lost, nothing comes twice, not a cent is off."""

from __future__ import annotations

import signal
import time
from random import Random
from threading import Thread

from tests.faults.house import House
from tests.faults.invariants import check
from tests.faults.messages import chain
from tests.faults.places import listed_twice, places
from tests.faults.steps import PASSED_ELSEWHERE, REACHED, do_everything, prepare_every_kind_of_work


def test_nothing_fails_when_nothing_is_wrong(house: House):
    house.serve()
    house.post(*chain(1))
    house.acknowledged.chains.append(1)
    house.await_quiet()
    check(house)


def test_at_any_moment(house: House, rounds):
    random = Random(1708)
    load = house.load()
    load.start(4)
    for _ in range(rounds(8)):
        node = house.serve()
        time.sleep(random.uniform(0, 0.4))
        node.kill()
    house.serve()
    load.stop()
    house.await_quiet()
    check(house)
    assert house.acknowledged.chains


class TestAtEveryStep:
    """Each failpoint kills the process, in a house where every kind of work is to do."""

    def test_kill(self, house: House, rounds):
        for turn, place in enumerate(place for place in sorted(REACHED) for _ in range(rounds(1))):
            prepare_every_kind_of_work(house, turn)
            node = house.launch("serve", "--port", str(house.port), FAULT_AT=f"{place}:kill")
            work = Thread(target=do_everything, args=[house, turn])
            work.start()
            assert node.ended() == -signal.SIGKILL, f"{place} was never passed: let this scenario do so\n{node.said()}"
            house.serve()
            work.join()
            house.await_quiet()
            house.nodes[-1].kill()
        check(house)
        assert len(house.acknowledged.chains) == len(REACHED) * rounds(1)

    def test_every_failpoint_has_its_turn(self):
        assert set(places()) == REACHED | PASSED_ELSEWHERE
        assert listed_twice() == set()
