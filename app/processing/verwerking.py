"""A large 303 that was accepted is settled: read again from its bytes, decided, and booked in one transaction.

All that takes long happens before that transaction, on facts that are only looked at. Within it they are loaded again,
and when somebody changed them meanwhile it is decided again.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.declaratie import Declaratie
from app.domain.logboek import DIENST, Handeling, Logregel
from app.domain.principal import Principal, Rol
from app.domain.retour import Finding
from app.iwmo.reading import declared, read, recognise_again
from app.processing import declaraties, logboek
from app.processing.arrival import Arrival
from app.processing.collector import collector_paused
from app.processing.declaratie_besluit import Besluit, decide
from app.processing.declaratie_feiten import Feiten, judged_alone, load_feiten, unchanged
from app.processing.failpoints import passed
from app.processing.runtime import Runtime, new_id
from app.storage.accepted import feiten_of
from app.storage.berichten import packed_body_of
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.jobs import Job, finish_job, set_voortgang

READ, DECIDED = 25, 75
"""Percent of the work; the rest is one transaction, of which nothing shows before it ends."""


def carry_out(runtime: Runtime, job: Job) -> None:
    """Settle the 303 of the job, once, in a process of its own where there is one; raises what that raises."""
    if runtime.aside is None:
        settle(runtime, job)
    else:
        runtime.aside.settle(job, turn=runtime.storage.turn)


@collector_paused()
def settle(runtime: Runtime, job: Job) -> None:
    """Settle the 303 of the job, once; raises LeaseLost when another worker did."""
    arrival, declaratie = _accepted(runtime, job.bericht_id or "")
    _report(runtime, job, READ)
    passed("verwerking-gelezen")
    plan = _plan(runtime, arrival, declaratie)
    _report(runtime, job, DECIDED)
    passed("verwerking-beoordeeld")

    def work(session: Session) -> None:
        if feiten_of(session, id=arrival.id, lock=True).status == BerichtStatus.IN_VERWERKING:
            _book(session, runtime, arrival, declaratie, plan)
            _note(session, runtime, arrival.id)
            regel = Logregel(handeling=Handeling.BERICHT_VERWERKT, object_id=arrival.id, bsns=declaratie.bsns)
            logboek.note(session, runtime, DIENST, regel)
            passed("verwerking-geboekt")
        finish_job(session, job, now=runtime.now())

    runtime.storage.run(work)
    passed("verwerking-klaar")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What a 303 gets when the facts are still these; `within` is what is wrong whatever the facts."""

    within: tuple[Finding, ...]
    feiten: Feiten
    besluit: Besluit


def _plan(runtime: Runtime, arrival: Arrival, declaratie: Declaratie) -> _Plan:
    within = judged_alone(declaratie, arrival.release)
    with runtime.storage.reading() as session:
        feiten = load_feiten(session, runtime, declaratie, arrival.release, within=within)
    return _Plan(within=within, feiten=feiten, besluit=decide(runtime, arrival, declaratie, feiten))


def _book(session: Session, runtime: Runtime, arrival: Arrival, declaratie: Declaratie, plan: _Plan) -> None:
    id = new_id()
    feiten = load_feiten(
        session, runtime, declaratie, arrival.release, within=plan.within, claim=id, earlier=plan.feiten
    )
    besluit = plan.besluit if unchanged(feiten, plan.feiten) else decide(runtime, arrival, declaratie, feiten)
    declaraties.record(session, runtime, arrival, declaratie, besluit, id=id)


def _accepted(runtime: Runtime, bericht_id: str) -> tuple[Arrival, Declaratie]:
    with runtime.storage.reading() as session:
        feiten = feiten_of(session, id=bericht_id)
        body = packed_body_of(session, id=bericht_id)
    recognised = recognise_again(body.pieces)
    declaratie = read(recognised)
    if not isinstance(declaratie, Declaratie):
        raise TypeError("only a 303 is settled")
    arrival = Arrival(
        id=bericht_id,
        principal=Principal(key_id=feiten.key_id or "", rol=Rol.AANBIEDER),
        body=body,
        ontvangen_op=feiten.ontvangen_op,
        recognised=recognised,
        aanduiding=declared(recognised),
    )
    return arrival, declaratie


def _report(runtime: Runtime, job: Job, percentage: int) -> None:
    runtime.storage.run(lambda session: set_voortgang(session, job, percentage))


def _note(session: Session, runtime: Runtime, bericht_id: str) -> None:
    """When it was settled; what was settled at once shows that by the moment it came."""
    refused = feiten_of(session, id=bericht_id).status == BerichtStatus.AFGEKEURD
    soort = GebeurtenisSoort.AFGEKEURD if refused else GebeurtenisSoort.VERWERKT
    add_gebeurtenissen(session, [Gebeurtenis(bericht_id=bericht_id, moment=runtime.now(), soort=soort)])
