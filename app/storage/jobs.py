"""Work as rows: written with its cause, claimed under a lease, finished with its effect.

What a job does and that it is done are committed together; who lost its lease meanwhile cannot finish.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import uuid_utils
from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Update,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from app.domain.werk import GEEN_BAAN, JobSoort, JobStatus, Slotgroep, slotgroep
from app.storage.columns import POSTGRESQL, UtcDateTime, insert_or_conflict
from app.storage.job_banen import IS_OPEN, DueBaan, clear_baan, due_and_free, due_banen, leased, oldest_due
from app.storage.job_tables import JobRow
from app.storage.prepared import Prepared, Target, among
from app.storage.wakes import work_added

AS_NEW: Final = {"pogingen": 0, "onverwacht": 0, "afgebroken": 0}


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
    baan: str = GEEN_BAAN
    partij: str | None = None
    bericht_id: str | None = None
    argument: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claimed job; `token` says whose it is.

    `pogingen` counts this attempt too; of those before it `onverwacht` ended in an error that nobody foresaw, and
    `afgebroken` did not end at all.
    """

    id: str
    soort: JobSoort
    baan: str
    partij: str | None
    bericht_id: str | None
    argument: str | None
    gemaakt_op: datetime
    pogingen: int
    onverwacht: int
    afgebroken: int
    token: str


JOB_FACTS: Final = tuple(fact.name for fact in fields(Job) if fact.name != "token")


def add_jobs(session: Session, jobs: Iterable[NewJob], *, now: datetime) -> None:
    """Have work done, once the transaction is committed; an open job with the same sleutel does for both."""
    rows = [_row(job, now) for job in jobs]
    if rows:
        work_added(session)
        session.execute(insert_or_conflict(session, JobRow).on_conflict_do_nothing(), rows)


def claim_jobs(
    session: Session,
    *,
    soorten: Collection[JobSoort],
    now: datetime,
    lease: timedelta,
    limit: int,
    free: Mapping[Slotgroep, int] | None = None,
) -> list[Job]:
    """Take at most `limit` jobs that are due, and of each group what is `free`; nobody else gets them until the lease
    ends.

    The lanes of a group share them, and of each the oldest go first. A lane has a few jobs at once at most, and one
    when it failed last time, so that one party holds up nobody.
    """
    due = due_banen(session, now=now)
    rows: list[Any] = []
    asked = {"soorten": sorted(soorten), "now": now}
    for groep in sorted({slotgroep(lane.baan) for lane in due}):
        lanes = [lane for lane in due if slotgroep(lane.baan) is groep]
        room = limit - len(rows) if free is None else min(limit - len(rows), free[groep])
        rows += _shared(session, lanes, asked, room)
    claimed = [_claim(row, now + lease) for row in rows]
    _CLAIMING.tell(session, [values for _, values in claimed])
    return [job for job, _ in claimed]


def _shared(session: Session, lanes: Sequence[DueBaan], asked: Mapping[str, Any], limit: int) -> list[Any]:
    rows: list[Any] = []
    for number, lane in enumerate(lanes):
        share = -((len(rows) - limit) // (len(lanes) - number))  # rounded up
        if share <= 0:
            break
        most = share if lane.ruimte is None else min(share, lane.ruimte)
        rows += _OLDEST.rows(session, {**asked, "lane": lane.baan, "most": most})
    return rows


def renew_leases(session: Session, jobs: Collection[Job], *, until: datetime) -> None:
    """Keep jobs that take long; one that was lost stays lost."""
    for job in sorted(jobs, key=_id):
        session.connection().execute(_keeping(), {**_held(job), "lease_tot": until})


def finish_job(session: Session, job: Job, *, now: datetime) -> None:
    """The work is done, in the transaction that holds its effect; raises LeaseLost."""
    if not finish_jobs(session, [job], now=now):
        raise LeaseLost(job.id)


def finish_jobs(session: Session, jobs: Sequence[Job], *, now: datetime) -> list[Job]:
    """The work of these is done, as with `finish_job`; without those whose lease was lost: they stay as they are."""
    rows = _FINISHING.each(session, [{**_held(job), "moment": now} for job in sorted(jobs, key=_id)])
    ended = {row.token for row in rows}
    return [job for job in jobs if job.token in ended]


def postpone_job(session: Session, job: Job, *, at: datetime, reden: str, onverwacht: bool = False) -> None:
    """Try again at another moment, after an error that nobody foresaw or an ordinary failure; raises LeaseLost."""
    _end(session, job, gepland_op=at, reden=reden, onverwacht=job.onverwacht + onverwacht)


def reschedule_job(session: Session, job: Job, *, at: datetime) -> None:
    """The same work comes back at another moment, as new; raises LeaseLost."""
    _end(session, job, gepland_op=at, reden=None, **AS_NEW)


def fail_job(session: Session, job: Job, *, reden: str, now: datetime) -> None:
    """Give up: a person has to look; raises LeaseLost."""
    _end(session, job, status=JobStatus.MISLUKT, reden=reden, klaar_op=now)


def set_bericht(session: Session, job: Job, *, bericht_id: str) -> None:
    """Say which bericht shows what becomes of a job."""
    session.connection().execute(_keeping(), {**_held(job), "bericht_id": bericht_id})


def set_voortgang(session: Session, job: Job, percentage: int) -> None:
    """Say how far a job is, 0 to 100."""
    session.connection().execute(_keeping(), {**_held(job), "voortgang": percentage})


def voortgang_of(session: Session, *, bericht_id: str) -> int | None:
    """How far the processing of a bericht is in percent; None when none is under way."""
    query = select(JobRow.voortgang).where(
        JobRow.bericht_id == bericht_id, JobRow.soort == JobSoort.VERWERKING, JobRow.status == JobStatus.OPEN
    )
    return session.scalars(query).one_or_none()


def reopen_jobs(session: Session, *, bericht_id: str, soorten: Collection[JobSoort], now: datetime) -> int:
    """Let the failed jobs of a bericht be tried again from the start; how many there were."""
    work_added(session)
    reopened = session.scalars(
        update(JobRow)
        .where(*_failed_for_good(bericht_id, soorten))
        .values(status=JobStatus.OPEN, gepland_op=now, gemaakt_op=now, klaar_op=None, **AS_NEW)
        .returning(JobRow.id)
    )
    return len(reopened.all())


def failed_soorten(session: Session, *, bericht_id: str, soorten: Collection[JobSoort]) -> frozenset[JobSoort]:
    """The kinds of which `reopen_jobs` would find work."""
    query = select(JobRow.soort).where(*_failed_for_good(bericht_id, soorten)).distinct()
    return frozenset(map(JobSoort, session.scalars(query)))


def _failed_for_good(bericht_id: str, soorten: Collection[JobSoort]) -> tuple[ColumnElement[bool], ...]:
    other = aliased(JobRow)
    later = exists().where(
        other.sleutel == JobRow.sleutel, or_(other.status == JobStatus.OPEN, other.id > JobRow.id)
    )  # what failed before that is of the past
    of_bericht = (JobRow.bericht_id == bericht_id, JobRow.soort.in_(sorted(soorten)))
    return (*of_bericht, JobRow.status == JobStatus.MISLUKT, ~later)


def end_jobs(session: Session, *, sleutels: Collection[str], now: datetime) -> None:
    """Their work is no longer needed: what waits is done; what is being done ends by itself."""
    waiting = (JobRow.status == JobStatus.OPEN, JobRow.sleutel.in_(sorted(sleutels)), ~leased(now))
    session.execute(
        update(JobRow)
        .where(*waiting)
        .values(status=JobStatus.GEDAAN, lease_tot=None, lease_token=None, reden=None, klaar_op=now)
    )


def redirect_jobs(session: Session, *, partij: str, baan: str, now: datetime) -> None:
    """What waits to be delivered to a partij goes by this lane from now on, at once."""
    work_added(session)
    waiting = (JobRow.status == JobStatus.OPEN, JobRow.soort == JobSoort.AFLEVERING, JobRow.partij == partij)
    session.execute(update(JobRow).where(*waiting).values(baan=baan, gepland_op=now))
    clear_baan(session, baan=baan)


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
    busy = exists().where(IS_OPEN, leased(now))
    return oldest is not None and oldest < before and not session.scalars(select(busy)).one()


def release_leases(session: Session) -> None:
    """Free every claimed job; only for who knows that no other worker lives."""
    held = update(JobRow).where(IS_OPEN, JobRow.lease_token.is_not(None))
    session.execute(held.values(lease_tot=None, lease_token=None, afgebroken=JobRow.afgebroken + 1))


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
        "status": JobStatus.OPEN,
        "voortgang": 0,
        **AS_NEW,
    }


def _oldest(dialect: Target) -> Select[*tuple[Any, ...]]:
    """The oldest jobs of the lane `lane` that are due `now` and free, of the kinds `soorten`, at most `most`."""
    now = bindparam("now", type_=UtcDateTime())
    columns = [getattr(JobRow, name) for name in (*JOB_FACTS, "lease_token", "gepland_op")]
    of_lane = (JobRow.baan == bindparam("lane"), among(dialect, JobRow.soort, "soorten"))
    query = select(*columns).where(*of_lane, *due_and_free(now)).order_by(JobRow.gepland_op, JobRow.id)
    query = query.limit(bindparam("most", type_=Integer()))
    return query.with_for_update(skip_locked=True) if dialect == POSTGRESQL else query


_OLDEST: Final = Prepared(_oldest)
_CLAIMING: Final = Prepared(
    lambda _dialect: update(JobRow).where(JobRow.id == bindparam("job_id")),
    columns=("lease_tot", "lease_token", "pogingen", "afgebroken"),
)


def _claim(row: Any, until: datetime) -> tuple[Job, dict[str, Any]]:  # noqa: ANN401  (a row of `_oldest`)
    """The job, and what its row has to hold from now on."""
    facts = {name: getattr(row, name) for name in JOB_FACTS}
    facts["soort"] = JobSoort(row.soort)
    facts["pogingen"] = row.pogingen + 1
    facts["afgebroken"] = row.afgebroken + (row.lease_token is not None)  # who had it never said what became of it
    job = Job(**facts, token=secrets.token_hex(8))
    counts = {"pogingen": job.pogingen, "afgebroken": job.afgebroken}
    return job, {"job_id": job.id, "lease_tot": until, "lease_token": job.token, **counts}


def _mine() -> tuple[ColumnElement[bool], ...]:
    """Whether a row is that of the job that is `_held`."""
    return (
        JobRow.id == bindparam("job_id"),
        JobRow.lease_token == bindparam("job_token"),
        JobRow.status == JobStatus.OPEN,
    )


def _id(job: Job) -> str:
    return job.id  # rows are changed in this order, so that nobody waits in a circle


def _held(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, "job_token": job.token}


def _finishing(_dialect: str) -> ReturningUpdate[*tuple[Any, ...]]:
    done = {"status": JobStatus.GEDAAN.value, "reden": None, "voortgang": 100}
    ended = {"lease_tot": None, "lease_token": None, "klaar_op": bindparam("moment", type_=UtcDateTime())}
    token = bindparam("job_token", type_=Text()).label("token")  # two attempts of one job may end together
    return update(JobRow).where(*_mine()).values(**done, **ended).returning(token)


_FINISHING: Final = Prepared(_finishing)


@cache
def _keeping() -> Update:
    return update(JobRow).where(*_mine())


def _end(session: Session, job: Job, **values: Any) -> None:  # noqa: ANN401  (columns of several types)
    ended = session.connection().execute(_keeping(), {**_held(job), "lease_tot": None, "lease_token": None, **values})
    if ended.rowcount == 0:
        raise LeaseLost(job.id)
