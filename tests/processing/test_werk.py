"""A worker's round: the periodic work is there once, what comes back comes back, and what is old goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.aflevering import AansluitingSoort
from app.domain.logboek import OPDRACHTREGEL, Handeling, Logregel
from app.domain.werk import JobSoort, JobStatus
from app.iwmo.releases import write
from app.processing import failpoints, onderhoud, werk
from app.processing.aansluitingen import connect
from app.processing.logboek import note_now
from app.processing.logboek_controle import verify
from app.processing.logboek_zegels import seal
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.jobs import NewJob, add_jobs
from tests.builders import a_toewijzingsbericht
from tests.e2e.service import Clock, drain
from tests.processing.bewaren_stories import dump
from tests.processing.logboek_house import Unlocked
from tests.processing.working import BACK_OFFICE, PARTIJ, Moment, Scripted, claimed, connected, jobs, kinds, scripted
from tests.storage.rows import stored_bericht

A_301 = write(a_toewijzingsbericht(), "2.3")


@pytest.fixture
def moment() -> Moment:
    """Now."""
    return Moment()


@pytest.fixture
def post(runtime: Runtime, moment: Moment) -> Runtime:
    """A service with the clock of the test."""
    return replace(runtime, now=moment, transports=scripted(Scripted()))


@pytest.fixture(autouse=True)
def quiet():
    """No failpoint listener outlives its test."""
    yield
    failpoints.listen(None)


class TestBegin:
    def test_adds_the_periodic_work_once(self, post, tmp_path):
        connect(post, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(tmp_path))
        for _ in range(3):
            werk.begin(post, alone=False)
        for soort in werk.PERIODIC - {JobSoort.BEWAREN}:
            assert len(jobs(post, soort)) == 1

    def test_removes_of_the_logboek_what_was_kept_long_enough(self, post: Runtime, moment: Moment):
        Unlocked(post.storage).run("DELETE FROM logboek")  # what was written before the clock of the test
        note_now(post, OPDRACHTREGEL, Logregel(handeling=Handeling.INGELOGD))
        seal(post)
        before = {row[0] for row in dump(post.storage, "logboek")["logboek"]}
        moment.pass_(days=5 * 366)
        werk.begin(post, alone=False)
        drain(post)
        left = {row[0]: row for row in dump(post.storage, "logboek")["logboek"]}
        assert before.isdisjoint(left)
        assert any("logboek" in row for row in left.values())
        assert verify(post).breuk is None
        (job,) = jobs(post, JobSoort.LOGBOEK)
        assert (job.status, job.gepland_op) == (JobStatus.OPEN, moment() + timedelta(days=1))

    def test_keeps_of_the_logboek_what_is_not_old_enough(self, post: Runtime, moment: Moment):
        note_now(post, OPDRACHTREGEL, Logregel(handeling=Handeling.INGELOGD))
        seal(post)
        before = dump(post.storage, "logboek")
        moment.pass_(days=5 * 365)
        werk.begin(post, alone=False)
        drain(post)
        assert dump(post.storage, "logboek") == before

    def test_deletes_by_itself_nothing_of_a_day_to_come(self, post: Runtime, moment: Moment, clock: Clock):
        automatic = replace(post, bewaren_automatisch=True)
        stored_bericht(post.storage, ontvangen_op=moment(), bsns=frozenset({"999900006"}))
        werk.begin(automatic, alone=False)
        clock.today = date(2090, 1, 1)
        drain(automatic)
        (job,) = jobs(post, JobSoort.BEWAREN)
        assert (job.status, job.reden) == (JobStatus.OPEN, None)
        assert len(dump(post.storage, "bericht")["bericht"]) == 1

    def test_deletes_nothing_by_itself_unless_the_settings_say_so(self, post):
        werk.begin(post, alone=False)
        assert jobs(post, JobSoort.BEWAREN) == []
        werk.begin(replace(post, bewaren_automatisch=True), alone=False)
        assert len(jobs(post, JobSoort.BEWAREN)) == 1
        drain(replace(post, bewaren_automatisch=True))
        (job,) = jobs(post, JobSoort.BEWAREN)
        assert job.status == JobStatus.OPEN  # tomorrow again

    def test_frees_what_a_dead_worker_held_when_it_is_alone(self, post):
        connected(post)
        receive(post, BACK_OFFICE, A_301)
        assert claimed(post, JobSoort.AFLEVERING)
        werk.begin(post, alone=False)
        assert not claimed(post, JobSoort.AFLEVERING)
        werk.begin(post, alone=True)
        assert claimed(post, JobSoort.AFLEVERING)


class TestPeriodic:
    def test_comes_back(self, post, moment):
        werk.begin(post, alone=True)
        assert drain(post) == 3
        assert drain(post) == 0
        moment.pass_(hours=1)
        assert drain(post) == 2

    def test_is_never_given_up(self, post, moment, monkeypatch):
        def fail(_runtime, _job):
            raise ValueError

        monkeypatch.setitem(werk.HANDLERS, JobSoort.TERMIJNEN, fail)
        add_one(post, JobSoort.TERMIJNEN)
        for _ in range(30):
            assert drain(post) == 1
            moment.pass_(minutes=10)
        assert [job.status for job in jobs(post, JobSoort.TERMIJNEN)] == ["open"]


class TestOverdue:
    @pytest.fixture
    def old(self, post: Runtime, clock: Clock) -> str:
        """A 301 without an answer, a long time ago."""
        return stored_bericht(post.storage, uniek="U1", dagtekening=clock.today - timedelta(days=30))

    def test_is_noted_once(self, post, old, moment):
        add_one(post, JobSoort.TERMIJNEN)
        for _ in range(3):
            drain(post)
            moment.pass_(hours=1)
        assert kinds(post, old) == ["termijn-verstreken"]

    def test_is_noted_in_batches(self, post, clock, monkeypatch):
        monkeypatch.setattr(onderhoud, "AT_ONCE", 2)
        day = clock.today - timedelta(days=30)
        ids = [stored_bericht(post.storage, uniek=f"U{n}", dagtekening=day) for n in range(5)]
        add_one(post, JobSoort.TERMIJNEN)
        drain(post)
        assert [kinds(post, id) for id in ids] == [["termijn-verstreken"]] * 5

    @pytest.mark.parametrize("changes", [{"status": "beantwoord"}, {"uniek": None}, {"soort": "WMO302"}])
    def test_is_nothing_else(self, changes, post, clock):
        day = clock.today - timedelta(days=30)
        id = stored_bericht(post.storage, **{"uniek": "U1", "dagtekening": day, **changes})
        add_one(post, JobSoort.TERMIJNEN)
        drain(post)
        assert kinds(post, id) == []

    def test_is_not_what_still_has_a_day(self, post, clock):
        recent = stored_bericht(post.storage, uniek="U1", dagtekening=clock.today)
        add_one(post, JobSoort.TERMIJNEN)
        drain(post)
        assert kinds(post, recent) == []


class TestPurge:
    @pytest.mark.parametrize(("days", "left"), [(29, 3), (31, 0)])
    def test_removes_what_was_done_long_ago(self, days, left, post, moment, monkeypatch):
        monkeypatch.setattr(onderhoud, "AT_ONCE", 2)
        connected(post)
        for _ in range(3):
            id = stored_bericht(post.storage)
            post.storage.run(lambda s, id=id: add_jobs(s, [_delivery(post, id)], now=post.now()))
        drain(post)
        assert len(jobs(post, JobSoort.AFLEVERING, JobStatus.GEDAAN)) == 3
        moment.pass_(days=days)
        add_one(post, JobSoort.OPRUIMEN)
        drain(post)
        assert len(jobs(post, JobSoort.AFLEVERING)) == left


def _delivery(runtime: Runtime, id: str) -> NewJob:
    return NewJob(soort=JobSoort.AFLEVERING, gepland_op=runtime.now(), partij=PARTIJ, bericht_id=id)


def add_one(runtime: Runtime, soort: JobSoort) -> None:
    """One job of a kind, due now."""
    job = NewJob(soort=soort, gepland_op=runtime.now(), sleutel=soort)
    runtime.storage.run(lambda session: add_jobs(session, [job], now=runtime.now()))
