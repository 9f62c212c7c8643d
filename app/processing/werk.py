"""A claimed job is carried out; what fails is tried again, until it is given up and a person has to look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from time import monotonic
from typing import Final, TypeAlias

import structlog
from sqlalchemy.orm import Session

from app.domain.werk import DELIVERIES, JobSoort, Oorzaak, Opgegeven, Slotgroep, Vervolg, vervolg
from app.processing import aflevering, ggk_foutberichten, ggk_ongeopend, ggk_openen, onderhoud, ophalen, verwerking
from app.processing.aside import Died, SettlingFailed
from app.processing.failpoints import passed
from app.processing.metingen import DUUR, POGINGEN
from app.processing.opgeven import give_up
from app.processing.runtime import Runtime
from app.storage.job_banen import due_groepen
from app.storage.jobs import Job, LeaseLost, claim_jobs, postpone_job, release_leases, renew_leases
from app.storage.outages import DatabaseUnavailable

log = structlog.get_logger(__name__)

Handler: TypeAlias = Callable[[Runtime, Job], None]

HANDLERS: Final[Mapping[JobSoort, Handler]] = {
    JobSoort.AFLEVERING: aflevering.carry_out,
    JobSoort.VERWERKING: verwerking.carry_out,
    JobSoort.ENVELOP: ggk_openen.carry_out,
    JobSoort.FOUTBERICHT: ggk_foutberichten.carry_out,
    JobSoort.OPHALEN: ophalen.carry_out,
    JobSoort.TERMIJNEN: onderhoud.note_overdue,
    JobSoort.OPRUIMEN: onderhoud.purge,
    JobSoort.BEWAREN: onderhoud.delete_due,
    JobSoort.LOGBOEK: onderhoud.purge_logboek,
}
PERIODIC: Final = frozenset({JobSoort.OPHALEN, *onderhoud.EVERY})
PERIODIC_WAIT: Final = timedelta(minutes=10)
MOST_CRASHES: Final = 20
"""Of work that is not a delivery; so many attempts without an end mean that it takes the process with it each time."""


def work_waits(runtime: Runtime) -> frozenset[Slotgroep]:
    """Which groups have work that may begin; locks nothing, so it may be asked many times a second."""
    with runtime.storage.reading() as session:
        return due_groepen(session, now=runtime.moment(session))


def claim(
    runtime: Runtime,
    soorten: frozenset[JobSoort] = frozenset(JobSoort),
    *,
    lease: timedelta,
    limit: int,
    free: Mapping[Slotgroep, int] | None = None,
) -> list[Job]:
    """At most `limit` jobs that are due, and of each group what is `free`: this worker's alone until the lease ends."""

    def work(session: Session) -> list[Job]:
        now = runtime.moment(session)
        return claim_jobs(session, soorten=soorten, now=now, lease=lease, limit=limit, free=free)

    return runtime.storage.run(work)


def claim_for(runtime: Runtime, *, lease: timedelta, free: Mapping[Slotgroep, int]) -> list[Job]:
    """What may begin now of each group, as many as are `free`; may be asked many times a second.

    On SQLite it looks first, for there a claim that finds nothing makes whoever writes wait.
    """
    if runtime.storage.dialect == "sqlite" and not any(free[groep] for groep in work_waits(runtime)):
        return []
    return claim(runtime, lease=lease, limit=sum(free.values()), free=free)


def renew(runtime: Runtime, jobs: list[Job], *, lease: timedelta) -> None:
    """Keep the jobs for as long as another lease."""
    if jobs:
        runtime.storage.run(lambda session: renew_leases(session, jobs, until=runtime.moment(session) + lease))


def begin(runtime: Runtime, *, alone: bool) -> None:
    """What a worker does first: the periodic work is there, and what a dead one held is free when it was `alone`."""

    def work(session: Session) -> None:
        if alone:
            release_leases(session)
        onderhoud.add_periodic(session, runtime)

    runtime.storage.run(work)


def carry_out(runtime: Runtime, job: Job) -> None:
    """Do a job; whatever happens to it is recorded, only a database that is gone is raised."""
    begun = monotonic()
    uitkomst = _carry_out(runtime, job)
    POGINGEN.labels(job.soort.value, uitkomst).inc()
    DUUR.labels(job.soort.value).observe(monotonic() - begun)


def _carry_out(runtime: Runtime, job: Job) -> str:
    """What became of the attempt, for the figures."""
    passed(f"{job.soort}-begonnen")
    try:
        if job.afgebroken >= MOST_CRASHES and job.soort not in PERIODIC | DELIVERIES:
            _give_up(runtime, job, "Het werk werd steeds afgebroken.")
            return "opgegeven"
        HANDLERS[job.soort](runtime, job)
    except LeaseLost:
        log.warning("job_lost", job_id=job.id, soort=job.soort.value)
        return "verloren"
    except (DatabaseUnavailable, Died):
        raise  # no fault of the job: it counts against nothing, its lease ends and it is tried again
    except Exception as error:
        log.exception("job_failed", job_id=job.id, soort=job.soort.value, poging=job.pogingen)
        _record_failure(runtime, job, error.error if isinstance(error, SettlingFailed) else type(error).__name__)
        return "fout"
    return "klaar"


def _record_failure(runtime: Runtime, job: Job, error: str) -> None:
    reden = f"Onverwachte fout: {error}."
    failed, now = job.onverwacht + 1, runtime.now()
    following: Vervolg = vervolg(Oorzaak.ONVERWACHT, pogingen=failed, gemaakt_op=job.gemaakt_op, now=now)
    if isinstance(following, Opgegeven) and job.soort not in PERIODIC:
        _give_up(runtime, job, reden)
        return
    wacht = PERIODIC_WAIT if isinstance(following, Opgegeven) else following.wacht

    def work(session: Session) -> None:
        postpone_job(session, job, at=runtime.moment(session) + wacht, reden=reden, onverwacht=True)

    _unless_lost(runtime, job, work)


def _give_up(runtime: Runtime, job: Job, reden: str) -> None:
    def work(session: Session) -> None:
        shown = ggk_ongeopend.show(session, runtime, job) if job.soort is JobSoort.ENVELOP else job
        give_up(session, shown, reden, now=runtime.moment(session))

    _unless_lost(runtime, job, work)
    log.error("job_given_up", job_id=job.id, soort=job.soort.value)


def _unless_lost(runtime: Runtime, job: Job, work: Callable[[Session], None]) -> None:
    try:
        runtime.storage.run(work)
    except LeaseLost:
        log.warning("job_lost", job_id=job.id, soort=job.soort.value)
