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
from app.storage.aansluitingen import find_aansluiting
from app.storage.accepted import feiten_of
from app.storage.berichten import body_of, set_status
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen, has_it
from app.storage.job_banen import clear_baan
from app.storage.jobs import Job, finish_job
from app.storage.logboek import bsns_of_berichten

BEFORE_DELIVERY: Final = frozenset(
    {BerichtStatus.TE_VERZENDEN, BerichtStatus.VERZONDEN, BerichtStatus.VERWERKT, BerichtStatus.MISLUKT}
)


def carry_out(runtime: Runtime, job: Job) -> None:
    """Deliver the bericht of the job to its partij, or have it tried again later; raises LeaseLost."""
    with runtime.storage.reading() as session:
        aansluiting = find_aansluiting(session, partij=job.partij or "")
        zending = _zending(session, job) if aansluiting is not None and not _has_it(session, job) else None
    if aansluiting is None or zending is None:  # it fetches from its postbus by now, and maybe has it
        runtime.storage.run(lambda session: finish_job(session, job, now=runtime.moment(session)))
        return
    uitkomst = _send(runtime, aansluiting, zending)
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


def _zending(session: Session, job: Job) -> Zending:
    id = job.bericht_id or ""
    feiten = feiten_of(session, id=id)
    return Zending(
        bericht_id=id,
        partij=job.partij or "",
        soort=feiten.soort or "",
        release=feiten.release or "",
        afzender=feiten.afzender or "",
        ontvanger=feiten.ontvanger or "",
        identificatie=feiten.identificatie or "",
        tijdstip=feiten.ontvangen_op,
        kenmerk=id,
        body=body_of(session, id=id),
    )


def _record(session: Session, runtime: Runtime, job: Job, uitkomst: Uitkomst) -> None:
    now = runtime.moment(session)
    match uitkomst:
        case Afgeleverd():
            _arrived(session, runtime, job, GebeurtenisSoort.AFGELEVERD, BerichtStatus.AFGELEVERD)
        case Overgedragen():
            _arrived(session, runtime, job, GebeurtenisSoort.VERZONDEN, BerichtStatus.VERZONDEN)
        case Later() | Nooit() if _has_it(session, job):  # it fetched it meanwhile
            finish_job(session, job, now=now)
        case Later():
            if try_later(session, job, uitkomst, now=now):
                _note(session, runtime, job, GebeurtenisSoort.POGING_MISLUKT, uitkomst.reden)
        case Nooit():
            give_up(session, job, uitkomst.reden, now=now)
        case _:
            assert_never(uitkomst)


def _arrived(session: Session, runtime: Runtime, job: Job, soort: GebeurtenisSoort, status: BerichtStatus) -> None:
    finish_job(session, job, now=runtime.moment(session))
    clear_baan(session, baan=job.baan)
    before = feiten_of(session, id=job.bericht_id or "", lock=True).status
    passed_on = status is BerichtStatus.VERZONDEN and before in {BerichtStatus.VERZONDEN, BerichtStatus.VERWERKT}
    if before in BEFORE_DELIVERY and not passed_on:
        set_status(session, id=job.bericht_id or "", status=status)
    _note(session, runtime, job, soort)
    transfer = Logregel(
        handeling=Handeling.BERICHT_OVERGEDRAGEN,
        object_id=job.bericht_id,
        reden=f"aan {job.partij}",
        bsns=bsns_of_berichten(session, ids=[job.bericht_id or ""]),
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
