"""Who does the work hears of it after the commit that added it, and of nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from app.domain.werk import JobSoort, JobStatus
from app.storage.base import Storage
from app.storage.jobs import NewJob, add_jobs, redirect_jobs, reopen_jobs
from app.storage.measures import jobs_by_soort

NOW = datetime(2019, 6, 20, 8, tzinfo=UTC)
JOB = NewJob(soort=JobSoort.TERMIJNEN, gepland_op=NOW)


def visible(storage: Storage) -> int:
    """How many open jobs another session sees."""
    with storage.reading() as session:
        return sum(jobs_by_soort(session, status=JobStatus.OPEN).values())


def test_is_heard_when_it_can_be_seen(storage: Storage):
    seen: list[int] = []
    storage.when_work_is_added(lambda: seen.append(visible(storage)))
    storage.run(lambda session: add_jobs(session, [JOB], now=NOW))
    assert seen == [1]


def test_is_heard_of_what_may_begin_again(storage: Storage):
    heard: list[None] = []
    storage.when_work_is_added(lambda: heard.append(None))
    storage.run(lambda session: redirect_jobs(session, partij="aanbieder:1", baan="http:x", now=NOW))
    storage.run(lambda session: reopen_jobs(session, bericht_id="x", soorten=[JobSoort.AFLEVERING], now=NOW))
    assert len(heard) == 2


def undone(session: Session) -> None:
    """A transaction that adds work and then fails."""
    add_jobs(session, [JOB], now=NOW)
    raise ZeroDivisionError


def test_nothing_is_heard_of_what_adds_none_or_is_undone(storage: Storage):
    heard: list[None] = []
    storage.when_work_is_added(lambda: heard.append(None))
    storage.run(lambda session: add_jobs(session, [], now=NOW))
    with pytest.raises(ZeroDivisionError):
        storage.run(undone)
    assert heard == []
