"""kill -9, at any moment and at every step: nothing is lost, nothing comes twice, not a cent is off."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from functools import partial
from random import Random

import pytest
from sqlalchemy import select, update

from app.domain.werk import JobSoort, JobStatus
from app.processing.receive import receive
from app.processing.werk import MOST_CRASHES
from app.storage.job_banen import AT_ONCE_PER_BAAN
from app.storage.job_tables import JobRow
from tests.faults.adapter import an_adapter
from tests.faults.client import INSIST_SECONDS, Task
from tests.faults.ggk_steps import GGK_PLACES, bring_everything_again, do_everything_over_ggk
from tests.faults.house import BACK_OFFICE, PARTIJEN, House, await_true
from tests.faults.invariants import check
from tests.faults.messages import chain, toewijzing
from tests.faults.places import listed_twice, places
from tests.faults.steps import BEWAREN_PLACES, DIRECT_PLACES, do_everything, prepare_every_kind_of_work

GROUPS = 2
LEASE = "6"
"""Seconds: longer than a busy machine lets a node stand still, for then another sends what it was sending."""


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
    house.try_given_up_again()
    house.await_quiet()
    check(house)
    assert house.acknowledged.chains


def test_what_was_cut_off_too_often_is_settled_when_a_gemeente_tries_again(house: House):
    serving = house.serve("--no-worker")
    house.post(*chain(1))
    house.acknowledged.chains.append(1)
    serving.kill()
    of_303s = JobRow.soort == JobSoort.VERWERKING
    house.storage.run(lambda session: session.execute(update(JobRow).where(of_303s).values(afgebroken=MOST_CRASHES)))
    house.serve()
    house.await_quiet()
    with house.storage.reading() as session:
        assert set(session.scalars(select(JobRow.status).where(of_303s))) == {JobStatus.MISLUKT}
    house.try_given_up_again()
    house.await_quiet()
    check(house)


def test_a_full_queue_on_two_nodes(house: House, rounds: Callable[[int], int]):
    """Killed in turn while they work it off: each message comes once more at most for what was being sent then."""
    if house.storage.dialect != "postgresql":
        pytest.skip("on SQLite there is one worker")
    random = Random(10_000)
    runtime = house.runtime()
    queued = [toewijzing(70_000 + number) for number in range(rounds(200))]
    for message in queued:
        house.acknowledged.add(receive(runtime, BACK_OFFICE, message.body).bericht_id, message.body)
    due = house.open_jobs()
    assert due >= len(queued)
    nodes, kills = [house.work(FAULT_LEASE=LEASE), house.work(FAULT_LEASE=LEASE)], min(20, rounds(2))
    for turn in range(kills):
        left = house.open_jobs()
        await_true(lambda left=left: house.open_jobs() < left or not left, "nothing is done")
        time.sleep(random.uniform(0, 0.3))
        nodes[turn % 2].kill()
        nodes[turn % 2] = house.work(FAULT_LEASE=LEASE)
    house.await_quiet()
    check(house)
    extra = house.receiver.requests.total() - due
    assert 0 <= extra <= kills * AT_ONCE_PER_BAAN


def dealt(names: frozenset[str]) -> list[tuple[str, ...]]:
    """The failpoints in groups, so that the processes of the tests share the time they take."""
    return [tuple(sorted(names)[part::GROUPS]) for part in range(GROUPS)]


class TestAtEveryStep:
    """Each failpoint kills the process where every kind of work is to do; the next one takes over, and dies in turn."""

    @pytest.mark.parametrize("group", dealt(DIRECT_PLACES), ids=lambda group: f"{group[0]}…")
    def test_kill(self, house: House, rounds: Callable[[int], int], group: tuple[str, ...]):
        tasks = [
            killed_at(
                house,
                place,
                prepare=partial(prepare_every_kind_of_work, house, turn),
                work=partial(do_everything, house, turn),
            )
            for turn, place in enumerate(group * rounds(1))
        ]
        finish(house, tasks)
        check(house)
        assert len(house.acknowledged.chains) == len(tasks)

    @pytest.mark.parametrize("group", dealt(GGK_PLACES), ids=lambda group: f"{group[0]}…")
    def test_kill_over_the_ggk(self, house: House, rounds: Callable[[int], int], group: tuple[str, ...]):
        with an_adapter(PARTIJEN["aanbieder"], PARTIJEN["other"]) as adapter:
            house.connect_over_ggk(adapter)
            tasks = [
                killed_at(house, place, work=partial(do_everything_over_ggk, house, adapter, turn))
                for turn, place in enumerate(group * rounds(1))
            ]
            finish(house, tasks)
            bring_everything_again(house, adapter)
            house.await_quiet()
            check(house)
            assert len(adapter.brought) == 5 * len(tasks)

    def test_every_failpoint_has_its_turn(self):
        turns = [place for group in (*dealt(DIRECT_PLACES), *dealt(GGK_PLACES)) for place in group]
        assert sorted([*turns, *BEWAREN_PLACES]) == places()
        assert listed_twice() == set()


def killed_at(
    house: House, place: str, *, work: Callable[[], object], prepare: Callable[[], object] = lambda: None
) -> Task:
    """A service dies at a failpoint while parties are at work, who go on with what comes after it."""
    prepare()
    node = house.launch("serve", "--port", str(house.port), FAULT_AT=f"{place}:kill")
    task = Task(work)
    assert node.ended() == -signal.SIGKILL, f"{place} was never passed: let this scenario do so\n{node.said()}"
    return task


def finish(house: House, tasks: list[Task]) -> None:
    """Let an honest service do what is left."""
    house.serve()
    for task in tasks:
        task.join(INSIST_SECONDS)  # also when one of them failed: none goes on during the next test
    try:
        for task in tasks:
            task.finish()
    except BaseException as failure:
        failure.add_note(house.said())
        raise
    house.await_quiet()
