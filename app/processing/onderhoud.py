"""Work that comes back by itself: answers that are overdue are noted, and what is done is removed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.domain.aflevering import AansluitingSoort, GebeurtenisSoort
from app.domain.bericht import Berichtsoort
from app.domain.termijnen import WERKDAGEN_BY_RELEASE, TermijnSoort, first_day_due_from
from app.domain.werk import JobSoort
from app.processing import bewaren
from app.processing.bewaren_los import purge_finished
from app.processing.failpoints import passed
from app.processing.feestdagen import is_feestdag
from app.processing.logboek_zegels import purge_all
from app.processing.ophalen import ophaling
from app.processing.runtime import Runtime
from app.storage.aansluitingen import list_aansluitingen
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen, overdue_berichten
from app.storage.jobs import Job, NewJob, add_jobs, finish_job, reschedule_job

BERICHTSOORT: Final = {TermijnSoort.RETOUR_301: Berichtsoort.WMO301, TermijnSoort.RETOUR_303: Berichtsoort.WMO303}
AT_ONCE: Final = 500
EVERY: Final = {
    JobSoort.TERMIJNEN: timedelta(hours=1),
    JobSoort.OPRUIMEN: timedelta(hours=1),
    JobSoort.BEWAREN: timedelta(days=1),
    JobSoort.LOGBOEK: timedelta(days=1),
}


def add_periodic(session: Session, runtime: Runtime) -> None:
    """See to it that the work that comes back is there, once."""
    now = runtime.now()
    folders = list_aansluitingen(session, soort=AansluitingSoort.MAP)
    soorten = [soort for soort in EVERY if soort is not JobSoort.BEWAREN or runtime.bewaren_automatisch]
    jobs = [NewJob(soort=soort, gepland_op=now, sleutel=soort) for soort in soorten]
    add_jobs(session, [*jobs, *(ophaling(folder.partij, now) for folder in folders)], now=now)


def note_overdue(runtime: Runtime, job: Job) -> None:
    """Note on every bericht whose answer is overdue that it is, once; in batches."""
    today = runtime.today()
    for release, terms in WERKDAGEN_BY_RELEASE.items():
        for soort, werkdagen in terms.items():
            before = first_day_due_from(today, werkdagen, is_feestdag)
            while runtime.storage.run(lambda session, which=(soort, release, before): _note(session, runtime, *which)):
                passed("termijnen-genoteerd")
    _again(runtime, job)


def purge(runtime: Runtime, job: Job) -> None:
    """Remove work that was done long ago, and answers that nobody can ask for again; in batches."""
    purge_finished(runtime, runtime.now())
    _again(runtime, job)


def delete_due(runtime: Runtime, job: Job) -> None:
    """Delete what was kept long enough, as long as the settings ask for it; never early, whatever day is set."""
    if not runtime.bewaren_automatisch:
        runtime.storage.run(lambda session: finish_job(session, job, now=runtime.now()))
        return
    bewaren.run(runtime, until=bewaren.latest_day(runtime))
    _again(runtime, job)


def purge_logboek(runtime: Runtime, job: Job) -> None:
    """Remove the rows of the logboek whose time has passed; in batches."""
    purge_all(runtime)
    _again(runtime, job)


def _note(session: Session, runtime: Runtime, soort: TermijnSoort, release: str, before: date) -> int:
    ids = overdue_berichten(session, soort=BERICHTSOORT[soort], release=release, before=before, limit=AT_ONCE)
    moment = runtime.now()
    add_gebeurtenissen(
        session,
        (Gebeurtenis(bericht_id=id, moment=moment, soort=GebeurtenisSoort.TERMIJN_VERSTREKEN) for id in ids),
    )
    return len(ids)


def _again(runtime: Runtime, job: Job) -> None:
    at = runtime.now() + EVERY[job.soort]
    runtime.storage.run(lambda session: reschedule_job(session, job, at=at))
