"""An acknowledged envelope that nobody foresaw shows as a bericht that failed, so that an operator can try again."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus, Richting
from app.domain.principal import Rol
from app.processing.runtime import Runtime, new_id
from app.storage.berichten import NewBericht, add_bericht, set_status
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.ggk_envelopen import bytes_of, get_envelop
from app.storage.jobs import Job, set_bericht
from app.storage.keys import find_key

OPENED: Final = "De envelop is opnieuw geopend; het bericht dat erin zat staat apart in de lijst."


def show(session: Session, runtime: Runtime, job: Job) -> Job:
    """The job with a bericht that holds the whole envelope, seen by the gemeente alone; made when there is none."""
    if job.bericht_id is not None:
        return job
    envelop = get_envelop(session, id=job.argument or "")
    key = find_key(session, keyid=envelop.key_id or "")
    from_gemeente = key is not None and key.rol == Rol.GEMEENTE
    record = NewBericht(
        id=new_id(),
        richting=Richting.UITGAAND if from_gemeente else Richting.INKOMEND,
        afzender=envelop.organisatie,
        ontvanger=envelop.ontvanger,
        gemeente=envelop.organisatie if from_gemeente else envelop.ontvanger,
        key_id=envelop.key_id,
        ontvangen_op=runtime.now(),
        status=BerichtStatus.MISLUKT,
        body=bytes_of(session, id=envelop.id),
    )
    add_bericht(session, new=record)
    set_bericht(session, job, bericht_id=record.id)
    return replace(job, bericht_id=record.id)


def settle(session: Session, runtime: Runtime, job: Job) -> None:
    """The bericht that stood for a failed job is over: the envelope could be opened after all."""
    if job.bericht_id is None:
        return
    set_status(session, id=job.bericht_id, status=BerichtStatus.AFGEKEURD)
    soort = GebeurtenisSoort.VERWERKT
    noted = Gebeurtenis(bericht_id=job.bericht_id, moment=runtime.now(), soort=soort, reden=OPENED)
    add_gebeurtenissen(session, [noted])
