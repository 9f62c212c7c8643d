"""Each saboteur is caught by a scenario: the same steps with the honest service break nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.builders import OTHER_AANBIEDER
from tests.faults.adapter import an_adapter
from tests.faults.house import PARTIJEN, House, await_true
from tests.faults.invariants import broken
from tests.faults.messages import chain, declaratie, toewijzing
from tests.faults.saboteurs import SABOTEURS

HONEST = ""


def killed_after_the_answer(house: House, saboteur: str) -> None:
    """The machine dies as soon as the sender has its acknowledgement."""
    node = house.serve(SABOTEUR=saboteur)
    house.post(toewijzing(1))
    node.kill()
    house.serve()


def killed_before_the_answer(house: House, saboteur: str) -> None:
    """The machine dies between storing and answering; the sender posts again."""
    node = house.launch("serve", "--port", str(house.port), SABOTEUR=saboteur, FAULT_AT="bericht-bewaard:kill")
    house.post_in_background(toewijzing(1))
    assert node.ended() == -signal.SIGKILL
    house.serve(SABOTEUR=saboteur)
    house.join()


def answers_are_lost(house: House, saboteur: str) -> None:
    """The receiver has it, and its answer does not arrive."""
    house.receiver.manners = lambda _partij, n: "lost" if n % 2 else "well"
    house.serve(SABOTEUR=saboteur)
    house.post(*chain(1))


def bv03s_are_lost(house: House, saboteur: str) -> None:
    """The adapter has an envelope, and its Bv03 does not arrive."""
    assert house.adapter is not None
    house.adapter.loses = lambda n: n % 2 == 1
    house.serve(SABOTEUR=saboteur)
    house.post(*(toewijzing(number, OTHER_AANBIEDER) for number in range(1, 4)))


def killed_while_settling(house: House, saboteur: str) -> None:
    """The machine dies halfway the settlement of a large 303."""
    node = house.launch("serve", "--port", str(house.port), SABOTEUR=saboteur, FAULT_AT="verwerking-geboekt:kill")
    house.post_in_background(toewijzing(1), declaratie(1, 1, large=True))
    assert node.ended() == -signal.SIGKILL
    house.serve()
    house.join()


def sending_takes_long(house: House, saboteur: str) -> None:
    """A delivery takes longer than others wait for it."""
    house.receiver.manners = lambda _partij, _n: "hang" if house.receiver.requests.total() <= 3 else "well"
    house.receiver.on_message = lambda _partij, _body: time.sleep(1)  # many times what it takes to claim work
    house.serve(SABOTEUR=saboteur, FAULT_TIMEOUT="5")
    house.post(toewijzing(1))
    await_true(lambda: house.receiver.requests.total() > 0, "nothing was sent")
    time.sleep(1.5)  # longer than a lease
    house.receiver.closing.set()


Scenario = Callable[[House, str], None]
CAUGHT_BY: dict[str, tuple[Scenario, str]] = {
    "acknowledge-before-commit": (killed_after_the_answer, "I1"),
    "retry-with-new-reference": (answers_are_lost, "D"),
    "envelope-made-anew": (bv03s_are_lost, "E3"),
    "effect-outside-transaction": (killed_while_settling, "I3"),
    "duplicates-in-memory-only": (killed_before_the_answer, "I2"),
    "lease-ignored": (sending_takes_long, "I5"),
    "audit-outside-transaction": (killed_before_the_answer, "I5"),
}
"""By saboteur the scenario that catches it, and the invariant that breaks."""


@pytest.fixture
def behind_adapter(house: House, saboteur: str) -> Iterator[None]:
    """The aanbieders sit behind an adapter where the scenario is about envelopes."""
    if not CAUGHT_BY[saboteur][1].startswith("E"):
        yield
        return
    with an_adapter(PARTIJEN["aanbieder"], PARTIJEN["other"]) as adapter:
        house.connect_over_ggk(adapter)
        yield


@pytest.mark.usefixtures("behind_adapter")
@pytest.mark.parametrize("saboteur", sorted(CAUGHT_BY))
class TestSaboteurs:
    """Every scenario, with the saboteur that it must catch and without."""

    def test_is_caught(self, saboteur: str, house: House):
        scenario, invariant = CAUGHT_BY[saboteur]
        scenario(house, saboteur)
        await_true(lambda: invariant in {found.split(":")[0] for found in broken(house)}, f"{saboteur} is not caught")

    def test_the_honest_service_passes(self, saboteur: str, house: House):
        scenario, _ = CAUGHT_BY[saboteur]
        scenario(house, HONEST)
        house.await_quiet()
        assert broken(house) == []


def test_every_saboteur_is_caught():
    """The one that makes SQLite careless is refused at the start: test_start.py."""
    assert set(CAUGHT_BY) | {"synchronous-normal"} == set(SABOTEURS)
