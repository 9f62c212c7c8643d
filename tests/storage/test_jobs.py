"""Work as rows: claimed by one at a time, finished with its effect, never lost and never done twice."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from app.domain.werk import JobSoort
from app.storage import job_banen, jobs
from app.storage.job_banen import AT_ONCE_PER_BAAN
from app.storage.job_tables import JobBaanRow, JobRow
from app.storage.jobs import LeaseLost, NewJob
from tests.storage.rows import at_once, stored_bericht
from tests.unhurried import BESIDE_A_FIXTURE

NOW = datetime(2018, 3, 1, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
LATER = NOW + timedelta(minutes=5)
ALL = frozenset(JobSoort)


def _added(storage, *new: NewJob) -> None:
    storage.run(lambda session: jobs.add_jobs(session, new, now=NOW))


def _job(**changes) -> NewJob:
    return NewJob(**{"soort": JobSoort.AFLEVERING, "gepland_op": NOW, **changes})


def _claimed(storage, now=NOW, limit=10, soorten=ALL):
    return storage.run(lambda s: jobs.claim_jobs(s, soorten=soorten, now=now, lease=LEASE, limit=limit))


def _finish(storage, job, now=NOW) -> None:
    storage.run(lambda session: jobs.finish_job(session, job, now=now))


def _rest(storage, now=NOW, **how) -> None:
    storage.run(lambda session: job_banen.rest_baan(session, baan="a", now=now, **how))


def _due(storage, now=NOW) -> bool:
    with storage.reading() as session:
        return bool(job_banen.due_groepen(session, now=now))


class TestClaimJobs:
    def test_gives_the_oldest_first_and_each_once(self, storage):
        _added(storage, _job(argument="2", gepland_op=NOW), _job(argument="1", gepland_op=NOW - LEASE))
        assert [job.argument for job in _claimed(storage)] == ["1", "2"]
        assert _claimed(storage) == []

    def test_gives_nothing_before_its_time(self, storage):
        _added(storage, _job(gepland_op=LATER))
        assert not _due(storage)
        assert _claimed(storage) == []
        assert _due(storage, LATER)
        assert len(_claimed(storage, LATER)) == 1

    def test_gives_only_the_kinds_that_are_asked_for(self, storage):
        _added(storage, _job(), _job(soort=JobSoort.VERWERKING))
        wanted = frozenset({JobSoort.VERWERKING})
        assert [job.soort for job in _claimed(storage, soorten=wanted)] == [JobSoort.VERWERKING]

    def test_an_ended_lease_makes_it_free_and_counts_as_an_attempt(self, storage):
        _added(storage, _job())
        (first,) = _claimed(storage)
        assert _claimed(storage, NOW + LEASE - timedelta(seconds=1)) == []
        (second,) = _claimed(storage, NOW + LEASE)
        assert (second.id, second.pogingen) == (first.id, 2)
        assert second.token != first.token

    def test_a_renewed_lease_lasts(self, storage):
        _added(storage, _job())
        claimed = _claimed(storage)
        storage.run(lambda session: jobs.renew_leases(session, claimed, until=LATER))
        assert _claimed(storage, NOW + LEASE) == []

    def test_leaves_room_for_other_lanes(self, storage):
        _added(storage, *(_job(baan="a") for _ in range(20)), _job(baan="b"), _job())
        lanes = [job.baan for job in _claimed(storage, limit=20)]
        assert sorted(lanes) == [""] + ["a"] * AT_ONCE_PER_BAAN + ["b"]

    def test_of_a_lane_that_failed_one_goes_at_a_time(self, storage):
        _added(storage, *(_job(baan="a") for _ in range(AT_ONCE_PER_BAAN + 2)))
        _rest(storage)
        assert _claimed(storage) == []
        (probe,) = _claimed(storage, LATER)
        assert _claimed(storage, LATER) == []
        _finish(storage, probe, LATER)
        assert len(_claimed(storage, LATER)) == 1
        storage.run(lambda session: job_banen.clear_baan(session, baan="a"))
        assert len(_claimed(storage, LATER)) == AT_ONCE_PER_BAAN - 1

    def test_at_once_no_job_goes_to_two(self, storage):
        _added(storage, *(_job() for _ in range(40)))
        claimed = [job.id for found in at_once(4, lambda _: _claimed(storage, limit=15)) for job in found]
        assert len(claimed) == len(set(claimed))
        assert len(claimed) + len(_claimed(storage, limit=100)) == 40


class TestAddJobs:
    def test_keeps_one_open_job_of_a_sleutel(self, storage):
        _added(storage, _job(sleutel="x"), _job(sleutel="x"), _job(), _job())
        found = _claimed(storage)
        assert len(found) == 3
        for job in found:
            _finish(storage, job)
        _added(storage, _job(sleutel="x"))
        assert len(_claimed(storage)) == 1

    def test_is_undone_with_its_transaction(self, storage):
        def work(session):
            jobs.add_jobs(session, [_job()], now=NOW)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            storage.run(work)
        assert not _due(storage)


class TestEndOfAJob:
    def test_who_lost_the_lease_cannot_finish(self, storage):
        _added(storage, _job())
        (slow,), (fast,) = _claimed(storage), _claimed(storage, NOW + LEASE)
        for end in (
            lambda session: jobs.finish_job(session, slow, now=NOW),
            lambda session: jobs.postpone_job(session, slow, at=NOW, reden="x"),
            lambda session: jobs.reschedule_job(session, slow, at=NOW),
            lambda session: jobs.fail_job(session, slow, reden="x", now=NOW),
        ):
            with pytest.raises(LeaseLost):
                storage.run(end)
        _finish(storage, fast)
        with pytest.raises(LeaseLost):
            _finish(storage, fast)
        assert not _due(storage, LATER)

    def test_a_postponed_one_comes_back_with_its_count(self, storage):
        _added(storage, _job())
        (job,) = _claimed(storage)
        storage.run(lambda session: jobs.postpone_job(session, job, at=LATER, reden="x"))
        assert _claimed(storage) == []
        (again,) = _claimed(storage, LATER)
        assert (again.id, again.pogingen) == (job.id, 2)

    def test_a_rescheduled_one_comes_back_as_new(self, storage):
        _added(storage, _job())
        (job,) = _claimed(storage)
        storage.run(lambda session: jobs.reschedule_job(session, job, at=LATER))
        assert [again.pogingen for again in _claimed(storage, LATER)] == [1]

    def test_a_failed_one_stays_until_somebody_reopens_it(self, storage):
        id = stored_bericht(storage)
        _added(storage, _job(bericht_id=id, sleutel="x"))
        (job,) = _claimed(storage)
        storage.run(lambda session: jobs.fail_job(session, job, reden="x", now=NOW))
        assert _claimed(storage, LATER) == []

        def reopen(session):
            return jobs.reopen_jobs(session, bericht_id=id, soorten=ALL, now=LATER)

        assert storage.run(reopen) == 1
        assert storage.run(reopen) == 0
        assert [again.pogingen for again in _claimed(storage, LATER)] == [1]

    def test_a_failed_one_is_not_reopened_beside_another_of_its_sleutel(self, storage):
        id = stored_bericht(storage)
        _added(storage, _job(bericht_id=id, sleutel="x"))
        (job,) = _claimed(storage)
        storage.run(lambda session: jobs.fail_job(session, job, reden="x", now=NOW))
        _added(storage, _job(bericht_id=id, sleutel="x"))
        assert storage.run(lambda s: jobs.reopen_jobs(s, bericht_id=id, soorten=ALL, now=NOW)) == 0


class TestPurgeJobs:
    def test_removes_what_was_done_and_nothing_else(self, storage):
        _added(storage, *(_job() for _ in range(4)))
        done, failed, _, _ = _claimed(storage)
        _finish(storage, done)
        storage.run(lambda session: jobs.fail_job(session, failed, reden="x", now=NOW))

        def purge(session):
            return jobs.purge_jobs(session, before=LATER, limit=10)

        assert [storage.run(purge), storage.run(purge)] == [1, 0]
        assert len(_claimed(storage, LATER)) == 2

    def test_keeps_what_was_done_lately(self, storage):
        _added(storage, _job())
        _finish(storage, _claimed(storage)[0])
        assert storage.run(lambda session: jobs.purge_jobs(session, before=NOW, limit=10)) == 0


class TestWaiting:
    def test_says_how_far_and_since_when(self, storage):
        id = stored_bericht(storage)
        _added(storage, _job(soort=JobSoort.VERWERKING, bericht_id=id))

        def voortgang():
            with storage.reading() as session:
                return jobs.voortgang_of(session, bericht_id=id), job_banen.oldest_due(session, now=LATER)

        assert voortgang() == (0, NOW)
        (job,) = _claimed(storage, LATER)
        storage.run(lambda session: jobs.set_voortgang(session, job, 25))
        assert voortgang() == (25, None)
        _finish(storage, job, LATER)
        assert voortgang() == (None, None)

    def test_who_is_alone_takes_over_what_a_dead_worker_held(self, storage):
        _added(storage, _job())
        _claimed(storage)
        storage.run(jobs.release_leases)
        assert len(_claimed(storage)) == 1


class _Office:
    """A worker that gets interrupted in every way, and what it finished."""

    def __init__(self, storage) -> None:
        self.storage = storage
        self.now = NOW
        self.added: list[str] = []
        self.finished: list[str] = []
        self.held: list = []
        for table in (JobRow, JobBaanRow):
            storage.run(lambda session, table=table: session.execute(delete(table)))  # of the example before this one

    def add(self) -> None:
        self.added.append(str(len(self.added)))
        _added(self.storage, _job(argument=self.added[-1], baan="ab"[len(self.added) % 2]))

    def claim(self) -> None:
        self.held += _claimed(self.storage, self.now)

    def expire(self) -> None:
        self.now += LEASE

    def rest(self) -> None:
        _rest(self.storage, self.now)

    def finish(self) -> None:
        with suppress(IndexError, LeaseLost):
            job = self.held.pop(0)
            _finish(self.storage, job, self.now)
            self.finished.append(job.argument)

    def postpone(self) -> None:
        with suppress(IndexError, LeaseLost):
            job = self.held.pop(0)
            self.storage.run(lambda session: jobs.postpone_job(session, job, at=self.now, reden="x"))

    def everything_else(self) -> None:
        for _ in range(len(self.added) + 5):
            self.expire()
            self.claim()
            while self.held:
                self.finish()


ACTS = [_Office.add, _Office.claim, _Office.finish, _Office.postpone, _Office.expire, _Office.rest]


class TestNothingIsLost:
    @settings(suppress_health_check=BESIDE_A_FIXTURE, max_examples=25)
    @given(st.lists(st.sampled_from(ACTS), max_size=25))
    def test_every_job_is_finished_exactly_once(self, storage, acts):
        office = _Office(storage)
        for act in acts:
            act(office)
        office.everything_else()
        assert sorted(office.finished) == sorted(office.added)
        assert not _due(storage, office.now + timedelta(days=1))


class TestReopenJobs:
    def _again(self, storage, bericht_id: str) -> int:
        soorten = [JobSoort.AFLEVERING]
        return storage.run(lambda s: jobs.reopen_jobs(s, bericht_id=bericht_id, soorten=soorten, now=LATER))

    def _failed(self, storage, bericht_id: str) -> None:
        _added(storage, _job(sleutel="k", bericht_id=bericht_id))
        (job,) = _claimed(storage)
        storage.run(lambda s: jobs.fail_job(s, job, reden="Nee.", now=NOW))

    def test_gives_a_failed_one_all_its_attempts_back(self, storage):
        id = stored_bericht(storage)
        self._failed(storage, id)
        assert self._again(storage, id) == 1
        (job,) = _claimed(storage, LATER)
        assert (job.pogingen, job.gemaakt_op) == (1, LATER)

    def test_of_several_with_one_sleutel_only_the_last(self, storage):
        id = stored_bericht(storage)
        for _ in range(3):
            self._failed(storage, id)
        assert self._again(storage, id) == 1
        assert self._again(storage, id) == 0

    def test_not_what_succeeded_since(self, storage):
        id = stored_bericht(storage)
        self._failed(storage, id)
        _added(storage, _job(sleutel="k", bericht_id=id))
        (job,) = _claimed(storage)
        _finish(storage, job)
        assert self._again(storage, id) == 0


class TestEndJobs:
    def test_ends_what_waits_and_leaves_who_works(self, storage):
        _added(storage, _job(sleutel="a"))
        (busy,) = _claimed(storage)
        _added(storage, _job(sleutel="b"), _job(sleutel="c", gepland_op=LATER))
        storage.run(lambda s: jobs.end_jobs(s, sleutels=["a", "b"], now=NOW))
        assert _claimed(storage) == []
        assert len(_claimed(storage, LATER, soorten=ALL)) == 2  # c, and a once its lease ended
        assert busy.id

    def test_of_nothing_is_nothing(self, storage):
        _added(storage, _job(sleutel="a"))
        storage.run(lambda s: jobs.end_jobs(s, sleutels=["b"], now=NOW))
        assert len(_claimed(storage)) == 1
