"""Work as rows: written with its cause, claimed under a lease, finished with its effect.

What a job does and that it is done are committed together; who lost its lease meanwhile cannot finish.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import uuid_utils
from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.domain.werk import JobSoort, JobStatus
from app.storage.columns import insert_or_conflict, is_postgresql
from app.storage.job_tables import JobBaanRow, JobRow

AT_ONCE_PER_BAAN: Final = 8
AT_ONCE_WHILE_FAILING: Final = 1


class LeaseLost(Exception):
    """Another worker has the job now, or it is done: what was done for it must not stay"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """Work to do from `gepland_op` on (UTC). Of open jobs with one `sleutel` there is one.

    `baan` is its lane: what hangs or fails together.
    """

    soort: JobSoort
    gepland_op: datetime
    sleutel: str | None = None
    baan: str | None = None
    partij: str | None = None
    bericht_id: str | None = None
    argument: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claimed job; `pogingen` counts this attempt too, `token` says whose it is."""

    id: str
    soort: JobSoort
    baan: str | None
    partij: str | None
    bericht_id: str | None
    argument: str | None
    gemaakt_op: datetime
    pogingen: int
    token: str


def add_jobs(session: Session, jobs: Iterable[NewJob], *, now: datetime) -> None:
    """Have work done, once the transaction is committed; an open job with the same sleutel does for both."""
    rows = [_row(job, now) for job in jobs]
    if rows:
        session.execute(insert_or_conflict(session, JobRow).on_conflict_do_nothing(), rows)


def work_is_due(session: Session, *, now: datetime) -> bool:
    """Whether a claim may find something; a cheap question that locks nothing."""
    return session.scalars(select(exists().where(*_due(now)))).one()


def claim_jobs(
    session: Session, *, soorten: Collection[JobSoort], now: datetime, lease: timedelta, limit: int
) -> list[Job]:
    """Take at most `limit` jobs that are due, oldest first; nobody else gets them until the lease ends.

    A lane has a few jobs at once at most, and one when it failed last time, so that one party holds up nobody.
    """
    busy = Counter(session.scalars(select(JobRow.baan).where(JobRow.status == JobStatus.OPEN, _leased(now))))
    lanes = {row.baan: row for row in session.scalars(select(JobBaanRow))}
    resting = {baan for baan, lane in lanes.items() if lane.rust_tot > now}
    claimed: list[Job] = []
    while len(claimed) < limit:
        full = {baan for baan, count in busy.items() if baan is not None and count >= _at_once(baan, lanes)}
        row = session.scalars(_next(session, soorten, now, resting | full)).one_or_none()
        if row is None:
            break
        busy[row.baan] += 1
        claimed.append(_claim(session, row, now + lease))
    return claimed


def renew_leases(session: Session, jobs: Collection[Job], *, until: datetime) -> None:
    """Keep jobs that take long; one that was lost stays lost."""
    for job in sorted(jobs, key=lambda job: job.id):
        session.execute(update(JobRow).where(*_mine(job)).values(lease_tot=until))


def finish_job(session: Session, job: Job, *, now: datetime) -> None:
    """The work is done, in the transaction that holds its effect; raises LeaseLost."""
    _end(session, job, status=JobStatus.GEDAAN, reden=None, voortgang=100, klaar_op=now)
    if job.baan is not None:
        session.execute(delete(JobBaanRow).where(JobBaanRow.baan == job.baan))


def postpone_job(session: Session, job: Job, *, at: datetime, reden: str) -> None:
    """Try again at another moment; raises LeaseLost."""
    _end(session, job, gepland_op=at, reden=reden)


def reschedule_job(session: Session, job: Job, *, at: datetime) -> None:
    """The same work comes back at another moment, as new; raises LeaseLost."""
    _end(session, job, gepland_op=at, pogingen=0, reden=None)


def fail_job(session: Session, job: Job, *, reden: str, now: datetime) -> None:
    """Give up: a person has to look; raises LeaseLost."""
    _end(session, job, status=JobStatus.MISLUKT, reden=reden, klaar_op=now)


def set_bericht(session: Session, job: Job, *, bericht_id: str) -> None:
    """Say which bericht shows what becomes of a job."""
    session.execute(update(JobRow).where(*_mine(job)).values(bericht_id=bericht_id))


def rest_baan(session: Session, *, baan: str, until: datetime) -> None:
    """Leave a lane alone for a while: what waits there waits longer, and then goes one by one until it works."""
    session.execute(
        insert_or_conflict(session, JobBaanRow)
        .values(baan=baan, rust_tot=until, mislukt=1)
        .on_conflict_do_update(index_elements=["baan"], set_={"rust_tot": until, "mislukt": JobBaanRow.mislukt + 1})
    )
    waiting = (JobRow.status == JobStatus.OPEN, JobRow.baan == baan, JobRow.gepland_op < until)
    session.execute(update(JobRow).where(*waiting, JobRow.lease_token.is_(None)).values(gepland_op=until))


def set_voortgang(session: Session, job: Job, percentage: int) -> None:
    """Say how far a job is, 0 to 100."""
    session.execute(update(JobRow).where(*_mine(job)).values(voortgang=percentage))


def voortgang_of(session: Session, *, bericht_id: str) -> int | None:
    """How far the processing of a bericht is in percent; None when none is under way."""
    query = select(JobRow.voortgang).where(
        JobRow.bericht_id == bericht_id, JobRow.soort == JobSoort.VERWERKING, JobRow.status == JobStatus.OPEN
    )
    return session.scalars(query).one_or_none()


def reopen_jobs(session: Session, *, bericht_id: str, soorten: Collection[JobSoort], now: datetime) -> int:
    """Let the failed jobs of a bericht be tried again from the start; how many there were."""
    other = aliased(JobRow)
    later = exists().where(
        other.sleutel == JobRow.sleutel, or_(other.status == JobStatus.OPEN, other.id > JobRow.id)
    )  # what failed before that is of the past
    reopened = session.scalars(
        update(JobRow)
        .where(
            JobRow.bericht_id == bericht_id,
            JobRow.soort.in_(sorted(soorten)),
            JobRow.status == JobStatus.MISLUKT,
            ~later,
        )
        .values(status=JobStatus.OPEN, pogingen=0, gepland_op=now, gemaakt_op=now, klaar_op=None)
        .returning(JobRow.id)
    )
    return len(reopened.all())


def end_jobs(session: Session, *, sleutels: Collection[str], now: datetime) -> None:
    """Their work is no longer needed: what waits is done; what is being done ends by itself."""
    waiting = (JobRow.status == JobStatus.OPEN, JobRow.sleutel.in_(sorted(sleutels)), ~_leased(now))
    session.execute(
        update(JobRow)
        .where(*waiting)
        .values(status=JobStatus.GEDAAN, lease_tot=None, lease_token=None, reden=None, klaar_op=now)
    )


def redirect_jobs(session: Session, *, partij: str, baan: str, now: datetime) -> None:
    """What waits to be delivered to a partij goes by this lane from now on, at once."""
    waiting = (JobRow.status == JobStatus.OPEN, JobRow.soort == JobSoort.AFLEVERING, JobRow.partij == partij)
    session.execute(update(JobRow).where(*waiting).values(baan=baan, gepland_op=now))
    session.execute(delete(JobBaanRow).where(JobBaanRow.baan == baan))


def has_open_jobs(
    session: Session, *, bericht_id: str, soorten: Collection[JobSoort], partij: str | None = None
) -> bool:
    """Whether any of these kinds of work is to be done for a bericht; for one partij when it is named."""
    conditions = [JobRow.bericht_id == bericht_id, JobRow.soort.in_(sorted(soorten)), JobRow.status == JobStatus.OPEN]
    if partij is not None:
        conditions.append(JobRow.partij == partij)
    return session.scalars(select(exists().where(*conditions))).one()


def work_lies(session: Session, *, before: datetime, now: datetime) -> bool:
    """Whether work is due since before a moment while nobody works on anything."""
    oldest = oldest_due(session, now=now)
    busy = exists().where(JobRow.status == JobStatus.OPEN, _leased(now))
    return oldest is not None and oldest < before and not session.scalars(select(busy)).one()


def release_leases(session: Session) -> None:
    """Free every claimed job; only for who knows that no other worker lives."""
    session.execute(update(JobRow).where(JobRow.status == JobStatus.OPEN).values(lease_tot=None, lease_token=None))


def oldest_due(session: Session, *, now: datetime) -> datetime | None:
    """Since when the oldest job waits that nobody works on; None when nothing waits."""
    waiting = and_(JobRow.status == JobStatus.OPEN, JobRow.gepland_op <= now, ~_leased(now))
    return session.scalars(select(func.min(JobRow.gepland_op)).where(waiting)).one()


def purge_jobs(session: Session, *, before: datetime, limit: int) -> int:
    """Remove at most `limit` jobs that were done before a moment; how many went."""
    old = select(JobRow.id).where(JobRow.status == JobStatus.GEDAAN, JobRow.klaar_op < before).limit(limit)
    ids = session.scalars(old).all()
    session.execute(delete(JobRow).where(JobRow.id.in_(ids)))
    return len(ids)


def _row(job: NewJob, now: datetime) -> dict[str, Any]:
    return {
        "id": str(uuid_utils.uuid7()),
        "soort": job.soort,
        "sleutel": job.sleutel,
        "baan": job.baan,
        "partij": job.partij,
        "bericht_id": job.bericht_id,
        "argument": job.argument,
        "gemaakt_op": now,
        "gepland_op": job.gepland_op,
        "pogingen": 0,
        "status": JobStatus.OPEN,
        "voortgang": 0,
    }


def _leased(now: datetime) -> ColumnElement[bool]:
    return and_(JobRow.lease_tot.is_not(None), JobRow.lease_tot > now)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(JobRow.lease_tot.is_(None), JobRow.lease_tot <= now)
    return JobRow.status == JobStatus.OPEN, JobRow.gepland_op <= now, free


def _next(session: Session, soorten: Collection[JobSoort], now: datetime, closed: Collection[str]) -> Select[JobRow]:
    query = select(JobRow).where(*_due(now), JobRow.soort.in_(sorted(soorten)))
    if closed:
        query = query.where(or_(JobRow.baan.is_(None), JobRow.baan.not_in(sorted(closed))))
    query = query.order_by(JobRow.gepland_op, JobRow.id).limit(1)
    return query.with_for_update(skip_locked=True) if is_postgresql(session) else query


def _at_once(baan: str, lanes: dict[str, JobBaanRow]) -> int:
    return AT_ONCE_WHILE_FAILING if baan in lanes else AT_ONCE_PER_BAAN


def _claim(session: Session, row: JobRow, until: datetime) -> Job:
    token = secrets.token_hex(8)
    row.lease_tot, row.lease_token, row.pogingen = until, token, row.pogingen + 1
    session.flush()
    return Job(
        id=row.id,
        soort=JobSoort(row.soort),
        baan=row.baan,
        partij=row.partij,
        bericht_id=row.bericht_id,
        argument=row.argument,
        gemaakt_op=row.gemaakt_op,
        pogingen=row.pogingen,
        token=token,
    )


def _mine(job: Job) -> tuple[ColumnElement[bool], ...]:
    return JobRow.id == job.id, JobRow.lease_token == job.token, JobRow.status == JobStatus.OPEN


def _end(session: Session, job: Job, **values: Any) -> None:  # noqa: ANN401  (columns of several types)
    ended = session.execute(
        update(JobRow).where(*_mine(job)).values(lease_tot=None, lease_token=None, **values).returning(JobRow.id)
    ).one_or_none()
    if ended is None:
        raise LeaseLost(job.id)
