"""One message that keeps failing holds up nobody; a receiver that is away gets no storm, and all when it is back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.delivery.transport import Afgeleverd, Later, Nooit, Uitkomst, Zending
from app.domain.werk import JobSoort, Slotgroep
from app.iwmo.releases import write
from app.processing.bezorgen import give
from app.processing.opnieuw import try_again
from app.processing.postbus import confirm
from app.processing.readiness import readiness
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.werk import claim, claim_for, work_waits
from app.storage.zicht import Zicht
from tests.builders import AANBIEDER, GEMEENTE, a_toewijzingsbericht
from tests.e2e.service import drain
from tests.processing.working import (
    BACK_OFFICE,
    DECLARANT,
    LEASE,
    PARTIJ,
    Moment,
    Scripted,
    claimed,
    connected,
    events,
    jobs,
    kinds,
    scripted,
    status_of,
)
from tests.storage.rows import stored_bericht

A_301 = write(a_toewijzingsbericht(), "2.3")
AWAY = Later("De ontvanger is niet bereikbaar.", whole_lane=True)
ONE = Later("De ontvanger kan het bericht nu niet aannemen (HTTP 500).")


class Judging(Scripted):
    """A transport that looks at what it is given."""

    judge: Callable[[Zending], Uitkomst]

    def send(self, zending: Zending) -> Uitkomst:
        super().send(zending)
        return self.judge(zending)


@pytest.fixture
def moment() -> Moment:
    """Now."""
    return Moment()


@pytest.fixture
def transport() -> Judging:
    """Where everything goes."""
    return Judging()


@pytest.fixture
def post(runtime: Runtime, moment: Moment, transport: Judging) -> Runtime:
    """A service with a partij that has a webhook."""
    made = replace(runtime, now=moment, transports=scripted(transport))
    connected(made)
    return made


def given(runtime: Runtime, count: int) -> list[str]:
    """So many berichten on their way to the partij."""
    ids = [stored_bericht(runtime.storage) for _ in range(count)]
    runtime.storage.run(lambda session: give(session, runtime, [(PARTIJ, id) for id in ids]))
    return ids


def minutes_of_work(runtime: Runtime, moment: Moment, minutes: int) -> None:
    """Look for work every five seconds, for so long."""
    for _ in range(minutes * 12):
        drain(runtime)
        moment.pass_(seconds=5)


class TestPoison:
    @pytest.mark.parametrize("outcome", [ONE, AWAY], ids=["its own", "as if all failed"])
    def test_others_are_delivered_within_minutes(self, outcome, post, moment, transport):
        poison, *good = given(post, 31)
        transport.judge = lambda zending: outcome if zending.bericht_id == poison else Afgeleverd()
        minutes_of_work(post, moment, 1)
        assert {zending.bericht_id for zending in transport.sent} == {poison, *good}
        assert status_of(post, poison) != "afgeleverd"

    def test_ten_of_them_neither(self, post, moment, transport):
        ids = given(post, 40)
        poison = set(ids[:10])
        transport.judge = lambda zending: ONE if zending.bericht_id in poison else Afgeleverd()
        minutes_of_work(post, moment, 2)
        assert {zending.bericht_id for zending in transport.sent} == set(ids)


class TestAway:
    def test_few_attempts_and_all_at_its_return(self, post, moment, transport):
        ids = given(post, 40)
        transport.judge = lambda _: AWAY
        minutes_of_work(post, moment, 20)
        assert 4 <= len(transport.sent) <= 8
        transport.judge = lambda _: Afgeleverd()
        transport.sent.clear()
        moment.pass_(minutes=15)
        drain(post)
        assert len(transport.sent) > 30
        moment.pass_(hours=4)
        drain(post)
        assert {zending.bericht_id for zending in transport.sent} == set(ids)

    def test_is_no_reason_to_be_unready_or_to_look_again(self, post, moment, transport):
        given(post, 3)
        transport.judge = lambda _: AWAY
        for _ in range(4):
            drain(post)
            moment.pass_(minutes=5)
        drain(post)
        moment.pass_(minutes=6)
        assert (readiness(post, works=True), work_waits(post)) == ("ok", frozenset())

    def test_nor_is_the_end_of_the_rest(self, post, moment, transport):
        given(post, 3)
        transport.judge = lambda _: AWAY
        for _ in range(3):
            drain(post)
            moment.pass_(hours=1)
        drain(post)
        moment.pass_(minutes=5)
        assert work_waits(post)
        assert readiness(post, works=True) == "ok"


class TestLooking:
    """A worker asks many times a second; on SQLite that makes no writer wait."""

    def test_finds_what_is_due_as_far_as_there_is_room(self, post):
        given(post, 3)
        none, two = (dict.fromkeys(Slotgroep, count) for count in (0, 2))
        assert claim_for(post, lease=LEASE, free=none) == []
        assert [len(claim_for(post, lease=LEASE, free=two)) for _ in range(3)] == [2, 1, 0]

    def test_for_nothing_waits_for_no_writer(self, post):
        if post.storage.dialect == "postgresql":
            pytest.skip("there who looks and who writes do not wait for each other")
        with post.storage.writing():  # a second one would not be let in
            assert claim_for(post, lease=LEASE, free=dict.fromkeys(Slotgroep, 1)) == []


class TestKindsOfFailure:
    def test_an_error_after_many_ordinary_failures_is_its_first(self, post, moment, transport):
        (id,) = given(post, 1)
        outcomes = [AWAY] * 6
        transport.judge = lambda _: outcomes.pop()
        for _ in range(6):
            drain(post)
            moment.pass_(hours=5)
        drain(post)  # nothing left to say: an IndexError
        (job,) = jobs(post, JobSoort.AFLEVERING)
        assert (job.status, job.pogingen, job.onverwacht) == ("open", 7, 1)
        transport.judge = lambda _: Afgeleverd()
        moment.pass_(seconds=5)
        drain(post)
        assert kinds(post, id)[-1] == "afgeleverd"

    def test_errors_and_crashes_do_not_make_the_next_wait_longer(self, post, moment, transport):
        given(post, 1)
        transport.judge = lambda _: AWAY
        for _ in range(3):
            assert claimed(post)
            moment.pass_(minutes=1)
        drain(post)
        (job,) = jobs(post, JobSoort.AFLEVERING)
        assert job.gepland_op - moment.now == timedelta(minutes=1)


class TestConfirmedMeanwhile:
    @pytest.fixture
    def id(self, post: Runtime) -> str:
        """A 301 on its way."""
        return receive(post, BACK_OFFICE, A_301).bericht_id

    def confirmed(self, post: Runtime, id: str) -> None:
        confirm(post, DECLARANT, Zicht(aanbieders=frozenset({AANBIEDER})), id)

    @pytest.mark.parametrize("outcome", [AWAY, Nooit("Nee.")])
    def test_a_failing_attempt_is_the_last(self, outcome, post, moment, transport, id):
        def judge(_zending: Zending) -> Uitkomst:
            self.confirmed(post, id)
            return outcome

        transport.judge = judge
        for _ in range(3):
            drain(post)
            moment.pass_(hours=5)
        assert len(transport.sent) == 1
        assert (status_of(post, id), kinds(post, id)) == ("afgeleverd", ["afgeleverd"])
        assert [job.status for job in jobs(post, JobSoort.AFLEVERING)] == ["gedaan"]

    def test_by_a_worker_that_died_it_does_not_go_again(self, post, moment, transport, id):
        transport.judge = lambda _: AWAY
        assert claimed(post)
        self.confirmed(post, id)
        moment.pass_(minutes=1)
        drain(post)
        assert (transport.sent, kinds(post, id)) == ([], ["afgeleverd"])

    def test_it_goes_again_when_somebody_asks(self, post, moment, transport, id):
        transport.judge = lambda _: Afgeleverd()
        self.confirmed(post, id)
        try_again(post, BACK_OFFICE, Zicht(gemeenten=frozenset({GEMEENTE})), id)
        drain(post)
        assert len(transport.sent) == 1
        assert [one.soort for one in events(post, id)] == ["afgeleverd", "opnieuw", "afgeleverd"]


class TestClocks:
    def test_of_nodes_that_differ_give_a_job_to_one(self, post, moment, transport):
        given(post, 1)
        fast = replace(post, now=lambda: moment.now + timedelta(seconds=40), shared_clock=True)
        first = replace(post, shared_clock=True)
        assert len(claim(first, lease=LEASE, limit=4)) == 1
        others = claim(fast, lease=LEASE, limit=4)
        assert len(others) == (post.storage.dialect == "sqlite")  # there, all workers are on one machine
