"""An operator has the work for a bericht tried again, or has it sent once more: the same bytes, the same kenmerk."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal, gemeente_partij
from app.domain.refusals import NothingToDo, RoleNotAllowed
from app.domain.werk import JobSoort
from app.processing.bezorgen import aflevering
from app.processing.logboek import Poging, note, refusals_noted
from app.processing.runtime import Runtime
from app.storage.aansluitingen import aansluitingen_of
from app.storage.accepted import feiten_of
from app.storage.berichten import BerichtRecord, get_bericht, set_status
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.jobs import add_jobs, has_open_jobs, reopen_jobs
from app.storage.logboek import bsns_of_berichten
from app.storage.postbus import partijen_with
from app.storage.zicht import Zicht

SENT: Final = frozenset({BerichtStatus.VERZONDEN, BerichtStatus.AFGELEVERD, BerichtStatus.MISLUKT})
WORK: Final = (JobSoort.VERWERKING, JobSoort.ENVELOP, JobSoort.AFLEVERING, JobSoort.FOUTBERICHT)


def try_again(runtime: Runtime, principal: Principal, zicht: Zicht, bericht_id: str) -> None:
    """Let what failed for a bericht be tried again; when nothing did, bring it once more to who is connected.

    While the work is still to be done nothing changes. Raises RoleNotAllowed for who is no gemeente, NotFound for a
    bericht that it may not see, NothingToDo when there is nothing to try.
    """
    if not principal.for_gemeente:
        raise RoleNotAllowed("Alleen een gemeente laat een bericht opnieuw verwerken of verzenden.")
    poging = Poging(Logregel(handeling=Handeling.BERICHT_OPNIEUW))

    def work(session: Session) -> None:
        record = get_bericht(session, id=bericht_id, zicht=zicht)
        poging.regel = replace(poging.regel, object_id=record.id, bsns=bsns_of_berichten(session, ids=[record.id]))
        note(session, runtime, principal, poging.regel)
        _try_again(session, runtime.now(), principal, record)

    with refusals_noted(runtime, principal, poging):
        runtime.storage.run(work)


def _try_again(session: Session, now: datetime, principal: Principal, record: BerichtRecord) -> None:
    bericht_id = record.id
    status = feiten_of(session, id=bericht_id, lock=True).status
    again = [soort for soort in WORK if reopen_jobs(session, bericht_id=bericht_id, soorten=[soort], now=now)]
    if not again:
        if has_open_jobs(session, bericht_id=bericht_id, soorten=WORK):
            return
        _send_again(session, bericht_id, status, now)
    if JobSoort.VERWERKING in again or JobSoort.ENVELOP in again:
        set_status(session, id=bericht_id, status=BerichtStatus.IN_VERWERKING)
    elif status in SENT:
        set_status(session, id=bericht_id, status=BerichtStatus.TE_VERZENDEN)
    who = Gebeurtenis(
        bericht_id=bericht_id,
        moment=now,
        soort=GebeurtenisSoort.OPNIEUW,
        partij=gemeente_partij(record.gemeente or ""),
        reden=f"Door sleutel {principal.key_id}.",
    )
    add_gebeurtenissen(session, [who])


def _send_again(session: Session, bericht_id: str, status: str, now: datetime) -> None:
    if status == BerichtStatus.BEANTWOORD:
        raise NothingToDo("Dit bericht is al beantwoord.")
    partijen = partijen_with(session, bericht_id=bericht_id)
    if not partijen:
        raise NothingToDo("Er mislukte niets, en dit bericht gaat naar niemand.")
    elsewhere = aansluitingen_of(session, partijen=partijen)
    if not elsewhere:
        raise NothingToDo("Er mislukte niets, en de ontvanger haalt dit bericht zelf uit zijn postbus.")
    add_jobs(session, [aflevering(aansluiting, bericht_id, now) for aansluiting in elsewhere.values()], now=now)
