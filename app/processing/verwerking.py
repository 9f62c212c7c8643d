"""A large 303 that was accepted is settled: read again from its bytes, then booked and answered in one transaction."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.declaratie import Declaratie
from app.domain.logboek import DIENST, Handeling, Logregel
from app.domain.principal import Principal, Rol
from app.iwmo.reading import declared, read, recognise
from app.processing import declaraties, logboek
from app.processing.arrival import Arrival
from app.processing.failpoints import passed
from app.processing.runtime import Runtime
from app.storage.accepted import feiten_of
from app.storage.berichten import body_of
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.jobs import Job, finish_job, set_voortgang

READ = 25
"""Percent of the work; the rest is one transaction, of which nothing shows before it ends."""


def carry_out(runtime: Runtime, job: Job) -> None:
    """Settle the 303 of the job, once; raises LeaseLost when another worker did."""
    arrival, declaratie = _accepted(runtime, job.bericht_id or "")
    _report(runtime, job, READ)
    passed("verwerking-gelezen")

    def work(session: Session) -> None:
        if feiten_of(session, id=arrival.id, lock=True).status == BerichtStatus.IN_VERWERKING:
            declaraties.settle_and_answer(session, runtime, arrival, declaratie)
            _note(session, runtime, arrival.id)
            bsns = frozenset(client.bsn for client in declaratie.clienten)
            regel = Logregel(handeling=Handeling.BERICHT_VERWERKT, object_id=arrival.id, bsns=bsns)
            logboek.note(session, runtime, DIENST, regel)
            passed("verwerking-geboekt")
        finish_job(session, job, now=runtime.now())

    runtime.storage.run(work)
    passed("verwerking-klaar")


def _accepted(runtime: Runtime, bericht_id: str) -> tuple[Arrival, Declaratie]:
    with runtime.storage.reading() as session:
        feiten = feiten_of(session, id=bericht_id)
        body = body_of(session, id=bericht_id)
    recognised = recognise(body)
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
