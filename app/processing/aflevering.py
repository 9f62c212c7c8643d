"""A bericht is brought to a partij: sent first, then what became of it is recorded with the end of the job.

A crash between the two sends the same bytes again under the same kenmerk, by which the receiver knows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, assert_never

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
from app.storage.job_banen import clear_banen
from app.storage.jobs import Job, LeaseLost, finish_job, finish_jobs
from app.storage.logboek import bsns_of_each
from app.storage.te_bezorgen import TeBezorgen, advance_status, find_te_bezorgen

BEFORE_PASSED_ON: Final = frozenset({BerichtStatus.TE_VERZENDEN, BerichtStatus.MISLUKT})
BEFORE_DELIVERY: Final = BEFORE_PASSED_ON | {BerichtStatus.VERZONDEN, BerichtStatus.VERWERKT}
BECOMES: Final = {
    GebeurtenisSoort.VERZONDEN: (BEFORE_PASSED_ON, BerichtStatus.VERZONDEN),
    GebeurtenisSoort.AFGELEVERD: (BEFORE_DELIVERY, BerichtStatus.AFGELEVERD),
}
"""After which statuses a bericht gets which, when that happens to it."""


def carry_out(runtime: Runtime, job: Job) -> None:
    """Deliver the bericht of the job to its partij, or have it tried again later; raises LeaseLost."""
    found = runtime.storage.read_together(find_te_bezorgen, (job.bericht_id or "", job.partij or ""))
    if found is None or found.has_it:  # it fetches from its postbus by now, or has it
        runtime.storage.run(lambda session: finish_job(session, job, now=runtime.moment(session)))
        return
    uitkomst = _send(runtime, found.aansluiting, _zending(job, found))
    passed("aflevering-verzonden")
    _record(runtime, job, uitkomst)
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


def _record(runtime: Runtime, job: Job, uitkomst: Uitkomst) -> None:
    match uitkomst:
        case Afgeleverd() | Overgedragen():
            if not runtime.storage.run_together(_arrived, _Arrived(runtime, job, uitkomst)):
                raise LeaseLost(job.id)
        case Later() | Nooit():
            runtime.storage.run(lambda session: _failed(session, runtime, job, uitkomst))
        case _:
            assert_never(uitkomst)


def _failed(session: Session, runtime: Runtime, job: Job, uitkomst: Later | Nooit) -> None:
    now = runtime.moment(session)
    if _has_it(session, job):  # it fetched it meanwhile
        finish_job(session, job, now=now)
    elif isinstance(uitkomst, Nooit):
        give_up(session, job, uitkomst.reden, now=now)
    elif try_later(session, job, uitkomst, now=now):
        failed = _gebeurtenis(runtime, job, GebeurtenisSoort.POGING_MISLUKT, uitkomst.reden)
        add_gebeurtenissen(session, [failed])


class _Arrived(NamedTuple):
    """A delivery that came where it had to."""

    runtime: Runtime
    job: Job
    uitkomst: Afgeleverd | Overgedragen

    @property
    def soort(self) -> GebeurtenisSoort:
        """Whether the partij has it, or the next link in the chain."""
        delivered = isinstance(self.uitkomst, Afgeleverd)
        return GebeurtenisSoort.AFGELEVERD if delivered else GebeurtenisSoort.VERZONDEN


def _arrived(session: Session, arrived: Sequence[_Arrived]) -> list[bool]:
    """Record deliveries that ended at the same time, each with the end of its job; whether that was still ours."""
    runtime = arrived[0].runtime
    held = {job.token for job in finish_jobs(session, [one.job for one in arrived], now=runtime.now())}
    ours = sorted((one for one in arrived if one.job.token in held), key=lambda one: one.job.id)
    if ours:
        clear_banen(session, banen={one.job.baan for one in ours})
        for soort, (after, status) in BECOMES.items():
            ids = [one.job.bericht_id or "" for one in ours if one.soort is soort]
            advance_status(session, ids=ids, after=after, status=status)
        add_gebeurtenissen(session, [_gebeurtenis(runtime, one.job, one.soort) for one in ours])
        logboek.note(session, runtime, DIENST, *_transfers(session, [one.job for one in ours]))
    return [one.job.token in held for one in arrived]


def _transfers(session: Session, jobs: Sequence[Job]) -> list[Logregel]:
    bsns = bsns_of_each(session, ids=sorted({job.bericht_id or "" for job in jobs}))
    return [
        Logregel(
            handeling=Handeling.BERICHT_OVERGEDRAGEN,
            object_id=job.bericht_id,
            reden=f"aan {job.partij}",
            bsns=bsns[job.bericht_id or ""],
        )
        for job in jobs
    ]


def _gebeurtenis(runtime: Runtime, job: Job, soort: GebeurtenisSoort, reden: str | None = None) -> Gebeurtenis:
    return Gebeurtenis(
        bericht_id=job.bericht_id or "",
        moment=runtime.now(),
        soort=soort,
        partij=job.partij,
        poging=job.pogingen,
        reden=reden,
    )
