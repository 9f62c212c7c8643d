"""A lane rests by its own failures, its jobs wait where they are, and nobody else notices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.werk import BAAN_RUSTEN, VERWERKING_BAAN, JobSoort, Slotgroep, baan_rust
from app.storage.base import Storage
from app.storage.job_banen import clear_baan, due_groepen, oldest_due, rest_baan
from app.storage.jobs import Job, NewJob, add_jobs, claim_jobs, finish_job, release_leases, work_lies

NOW = datetime(2018, 3, 1, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
HOST = "http:ontvanger.example"
SECOND = timedelta(seconds=1)


def added(storage: Storage, *banen: str, at: datetime = NOW) -> None:
    """A job in each of the lanes."""
    new = [NewJob(soort=JobSoort.AFLEVERING, gepland_op=at, baan=baan) for baan in banen]
    storage.run(lambda session: add_jobs(session, new, now=at))


def claimed(storage: Storage, now: datetime, limit: int = 100, groep: Slotgroep | None = None) -> list[Job]:
    free = None if groep is None else {one: 100 * (one is groep) for one in Slotgroep}
    return storage.run(
        lambda s: claim_jobs(s, soorten=frozenset(JobSoort), now=now, lease=LEASE, limit=limit, free=free)
    )


def failed(storage: Storage, now: datetime, **how) -> None:
    storage.run(lambda session: rest_baan(session, baan=HOST, now=now, **how))


def groepen(storage: Storage, now: datetime) -> frozenset[Slotgroep]:
    with storage.reading() as session:
        return due_groepen(session, now=now)


def oldest(storage: Storage, now: datetime) -> datetime | None:
    with storage.reading() as session:
        return oldest_due(session, now=now)


def rest(storage: Storage, now: datetime) -> timedelta:
    """How long the lane of the host still rests, as who claims would notice."""
    for rust in (timedelta(), *BAAN_RUSTEN):
        if groepen(storage, now + rust):
            return rust
    raise AssertionError("it rests for longer than any rest")


class TestBaanRust:
    @given(st.integers(1, 1000), st.none() | st.timedeltas(timedelta(), timedelta(days=30)))
    def test_is_short_at_first_and_never_long(self, mislukt, asked):
        assert BAAN_RUSTEN[0] <= baan_rust(mislukt, asked=asked) <= BAAN_RUSTEN[-1]

    @given(st.integers(1, 1000), st.timedeltas(timedelta(), BAAN_RUSTEN[-1]))
    def test_is_never_shorter_than_what_was_asked_or_than_before(self, mislukt, asked):
        assert baan_rust(mislukt, asked=asked) >= asked
        assert baan_rust(mislukt + 1) >= baan_rust(mislukt)


class TestRest:
    def test_grows_with_each_failure_of_the_whole_lane(self, storage):
        added(storage, HOST)
        now, rests = NOW, []
        for _ in range(len(BAAN_RUSTEN) + 1):
            failed(storage, now)
            rests.append(rest(storage, now))
            now += rests[-1]
        assert rests == [*BAAN_RUSTEN, BAAN_RUSTEN[-1]]

    def test_is_short_after_what_may_be_about_one_message(self, storage):
        added(storage, HOST)
        now = NOW
        for _ in range(4):
            failed(storage, now, whole=False)
            assert rest(storage, now) == BAAN_RUSTEN[0]
            now += BAAN_RUSTEN[0]

    def test_does_not_grow_by_what_failed_at_the_same_time(self, storage):
        added(storage, HOST)
        for _ in range(8):
            failed(storage, NOW)
        failed(storage, NOW + BAAN_RUSTEN[0])
        assert rest(storage, NOW + BAAN_RUSTEN[0]) == BAAN_RUSTEN[1]

    def test_lasts_as_long_as_was_asked(self, storage):
        added(storage, HOST)
        failed(storage, NOW, asked=timedelta(minutes=5))
        assert rest(storage, NOW) == timedelta(minutes=5)

    def test_ends_with_the_first_that_arrives(self, storage):
        added(storage, *[HOST] * 5)
        failed(storage, NOW)
        failed(storage, NOW + timedelta(hours=1))
        storage.run(lambda session: clear_baan(session, baan=HOST))
        failed(storage, NOW)
        assert rest(storage, NOW) == BAAN_RUSTEN[0]
        storage.run(lambda session: clear_baan(session, baan=HOST))
        assert len(claimed(storage, NOW)) == 5

    def test_leaves_the_others_alone(self, storage):
        added(storage, HOST, "http:ander.example", "")
        failed(storage, NOW)
        assert sorted(job.baan for job in claimed(storage, NOW)) == ["", "http:ander.example"]


class TestWhatRestsIsNotDue:
    def test_nor_does_it_lie(self, storage):
        added(storage, *[HOST] * 3)
        for step in range(4):
            failed(storage, NOW + step * timedelta(hours=1))
        now = NOW + timedelta(hours=3, minutes=4)
        assert (groepen(storage, now), oldest(storage, now), claimed(storage, now)) == (frozenset(), None, [])
        with storage.reading() as session:
            assert not work_lies(session, before=now, now=now)

    def test_after_the_rest_it_is_due_since_then(self, storage):
        added(storage, *[HOST] * 3)
        failed(storage, NOW + timedelta(hours=1))
        until = NOW + timedelta(hours=1) + BAAN_RUSTEN[0]
        assert oldest(storage, until - SECOND) is None
        assert oldest(storage, until + SECOND) == until

    def test_nor_is_what_a_full_lane_has_left(self, storage):
        added(storage, *[HOST] * 9)
        assert len(claimed(storage, NOW)) == 8
        assert (groepen(storage, NOW), claimed(storage, NOW)) == (frozenset(), [])


class TestGroepen:
    def test_say_where_something_may_begin(self, storage):
        added(storage, HOST, "map:uit:aanbieder:98000001")
        assert groepen(storage, NOW) == {Slotgroep.VERZENDEN, Slotgroep.MAPPEN}
        added(storage, "", VERWERKING_BAAN)
        assert groepen(storage, NOW) == set(Slotgroep)

    @pytest.mark.parametrize(
        ("groep", "baan"), list(zip(Slotgroep, [HOST, "map:in:x", "", VERWERKING_BAAN], strict=True))
    )
    def test_are_claimed_each_for_itself(self, groep, baan, storage):
        added(storage, HOST, "map:in:x", "", VERWERKING_BAAN)
        assert [job.baan for job in claimed(storage, NOW, groep=groep)] == [baan]

    def test_each_gets_what_it_has_free(self, storage):
        added(storage, *[HOST] * 3, *[""] * 3, "map:in:x", VERWERKING_BAAN)
        free = {Slotgroep.VERZENDEN: 2, Slotgroep.MAPPEN: 0, Slotgroep.REKENEN: 1, Slotgroep.VERWERKEN: 5}
        found = storage.run(
            lambda s: claim_jobs(s, soorten=frozenset(JobSoort), now=NOW, lease=LEASE, limit=100, free=free)
        )
        assert sorted(job.baan for job in found) == sorted([HOST, HOST, "", VERWERKING_BAAN])

    def test_of_a_folder_one_at_a_time(self, storage):
        added(storage, *["map:uit:x"] * 3, "map:in:x")
        assert sorted(job.baan for job in claimed(storage, NOW)) == ["map:in:x", "map:uit:x"]


class TestShares:
    def test_every_lane_gets_some(self, storage):
        added(storage, *(f"http:{letter}" for letter in "aaaaaaaaabbbbbbbbbc"))
        lanes = [job.baan[-1] for job in claimed(storage, NOW, limit=9)]
        assert sorted(lanes) == [*"aaa", *"bbb", "c"]


class TestInterrupted:
    def test_attempts_without_an_end_are_counted_apart(self, storage):
        added(storage, HOST)
        (first,) = claimed(storage, NOW)
        (second,) = claimed(storage, NOW + LEASE)
        storage.run(release_leases)
        (third,) = claimed(storage, NOW + LEASE)
        assert [(job.pogingen, job.afgebroken) for job in (first, second, third)] == [(1, 0), (2, 1), (3, 2)]
        storage.run(lambda session: finish_job(session, third, now=NOW))

    def test_what_nobody_held_is_not_interrupted(self, storage):
        added(storage, HOST)
        storage.run(release_leases)
        assert [job.afgebroken for job in claimed(storage, NOW)] == [0]
