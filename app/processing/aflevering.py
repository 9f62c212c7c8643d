"""A bericht is brought to a partij: sent first, then what became of it is recorded with the end of the job.

A crash between the two sends the same bytes again under the same kenmerk, by which the receiver knows them.
"""

from __future__ import annotations

from typing import Final, assert_never

from sqlalchemy.orm import Session

from app.delivery.transport import Afgeleverd, Later, Nooit, Overgedragen, Uitkomst, Zending
from app.domain.aflevering import Aansluiting, AansluitingSoort, GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.logboek import DIENST, Handeling, Logregel
from app.processing import ggk_zenden, logboek
from app.processing.failpoints import passed
from app.processing.metingen import AFLEVERINGEN
from app.processing.opgeven import give_up, try_later
from app.processing.runtime import Runtime
from app.storage.accepted import feiten_of
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen, has_it
from app.storage.job_banen import clear_baan
from app.storage.jobs import Job, finish_job
from app.storage.logboek import bsns_of_bericht
from app.storage.te_bezorgen import TeBezorgen, advance_status, find_te_bezorgen

BEFORE_PASSED_ON: Final = frozenset({BerichtStatus.TE_VERZENDEN, BerichtStatus.MISLUKT})
BEFORE_DELIVERY: Final = BEFORE_PASSED_ON | {BerichtStatus.VERZONDEN, BerichtStatus.VERWERKT}


def carry_out(runtime: Runtime, job: Job) -> None:
    """Deliver the bericht of the job to its partij, or have it tried again later; raises LeaseLost."""
    with runtime.storage.reading() as session:
        found = find_te_bezorgen(session, bericht_id=job.bericht_id or "", partij=job.partij or "")
    if found is None or found.has_it:  # it fetches from its postbus by now, or has it
        runtime.storage.run(lambda session: finish_job(session, job, now=runtime.moment(session)))
        return
    uitkomst = _send(runtime, found.aansluiting, _zending(job, found))
    passed("aflevering-verzonden")
    runtime.storage.run(lambda session: _record(session, runtime, job, uitkomst))
    AFLEVERINGEN.labels(type(uitkomst).__name__.lower()).inc()
    passed("aflevering-vastgelegd")


def _has_it(session: Session, job: Job) -> bool:
    """Whether the partij answered the bericht or said that it has it, and nobody wanted it sent again since."""
    bericht_id = job.bericht_id or ""
    answered = feiten_of(session, id=bericht_id).status == BerichtStatus.BEANTWOORD
    return answered or has_it(session, bericht_id=bericht_id, partij=job.partij or "")


def _send(runtime: Runtime, aansluiting: Aansluiting, zending: Zending) -> Uitkomst:
    if aansluiting.soort is AansluitingSoort.GGK:
        return ggk_zenden.send(runtime, aansluiting, zending)
    return runtime.transports.to(aansluiting, clock=runtime.now).send(zending)


def _zending(job: Job, found: TeBezorgen) -> Zending:
    id = job.bericht_id or ""
    return Zending(
        bericht_id=id,
        partij=job.partij or "",
        soort=found.soort,
        release=found.release,
        afzender=found.afzender,
        ontvanger=found.ontvanger,
        identificatie=found.identificatie,
        tijdstip=found.ontvangen_op,
        kenmerk=id,
        body=found.body,
    )


def _record(session: Session, runtime: Runtime, job: Job, uitkomst: Uitkomst) -> None:
    match uitkomst:
        case Afgeleverd():
            _arrived(session, runtime, job, GebeurtenisSoort.AFGELEVERD, BerichtStatus.AFGELEVERD, BEFORE_DELIVERY)
        case Overgedragen():
            _arrived(session, runtime, job, GebeurtenisSoort.VERZONDEN, BerichtStatus.VERZONDEN, BEFORE_PASSED_ON)
        case Later() | Nooit():
            _failed(session, runtime, job, uitkomst)
        case _:
            assert_never(uitkomst)


def _failed(session: Session, runtime: Runtime, job: Job, uitkomst: Later | Nooit) -> None:
    now = runtime.moment(session)
    if _has_it(session, job):  # it fetched it meanwhile
        finish_job(session, job, now=now)
    elif isinstance(uitkomst, Nooit):
        give_up(session, job, uitkomst.reden, now=now)
    elif try_later(session, job, uitkomst, now=now):
        _note(session, runtime, job, GebeurtenisSoort.POGING_MISLUKT, uitkomst.reden)


def _arrived(
    session: Session,
    runtime: Runtime,
    job: Job,
    soort: GebeurtenisSoort,
    status: BerichtStatus,
    after: frozenset[BerichtStatus],
) -> None:
    finish_job(session, job, now=runtime.now())
    clear_baan(session, baan=job.baan)
    advance_status(session, id=job.bericht_id or "", after=after, status=status)
    _note(session, runtime, job, soort)
    transfer = Logregel(
        handeling=Handeling.BERICHT_OVERGEDRAGEN,
        object_id=job.bericht_id,
        reden=f"aan {job.partij}",
        bsns=bsns_of_bericht(session, id=job.bericht_id or ""),
    )
    logboek.note(session, runtime, DIENST, transfer)


def _note(session: Session, runtime: Runtime, job: Job, soort: GebeurtenisSoort, reden: str | None = None) -> None:
    gebeurtenis = Gebeurtenis(
        bericht_id=job.bericht_id or "",
        moment=runtime.now(),
        soort=soort,
        partij=job.partij,
        poging=job.pogingen,
        reden=reden,
    )
    add_gebeurtenissen(session, [gebeurtenis])
