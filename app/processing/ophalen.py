"""Messages that a party put into its folder are taken in, and put aside with what became of them.

A file is remembered in the transaction that keeps its bericht, until it is put aside: a crash keeps nothing twice.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.delivery.pickup import Aside, PickedUp, pending, settle
from app.delivery.transports import IN
from app.domain.aflevering import AansluitingSoort
from app.domain.bericht import BerichtStatus
from app.domain.principal import Principal, principal_of_partij
from app.domain.refusals import Refusal
from app.domain.werk import MAP_BAAN, JobSoort
from app.processing.failpoints import passed
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.aansluitingen import find_aansluiting
from app.storage.berichten import BerichtRecord, get_bericht
from app.storage.jobs import Job, NewJob, finish_job, reschedule_job
from app.storage.opgehaald import bericht_of_file, forget_file, remember_file
from app.storage.zicht import Zicht

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(seconds=5)
AFTER_FAILURE: Final = timedelta(minutes=1)
KEY_ID: Final = "map"
"""What stands in the place of a key for a message that came by folder."""


class TakenElsewhere(Exception):
    """Another worker took in the same file"""


def ophaling(partij: str, now: datetime) -> NewJob:
    """The work of looking into the folder of a partij, again and again."""
    return NewJob(
        soort=JobSoort.OPHALEN,
        gepland_op=now,
        sleutel=f"ophalen:{partij}",
        baan=f"{MAP_BAAN}in:{partij}",
        partij=partij,
    )


def carry_out(runtime: Runtime, job: Job) -> None:
    """Take in what is in the folder, and look again later; the last time when the partij has no folder any more."""
    partij = job.partij or ""
    with runtime.storage.reading() as session:
        aansluiting = find_aansluiting(session, partij=partij)
    if aansluiting is None or aansluiting.soort is not AansluitingSoort.MAP:
        runtime.storage.run(lambda session: finish_job(session, job, now=runtime.now()))
        return
    went_well = _take_in_all(runtime, principal_of_partij(partij, key_id=KEY_ID), Path(aansluiting.adres) / IN)
    wait = EVERY if went_well else AFTER_FAILURE
    runtime.storage.run(lambda session: reschedule_job(session, job, at=runtime.moment(session) + wait))


def _take_in_all(runtime: Runtime, principal: Principal, folder: Path) -> bool:
    """Whether everything in the folder could be dealt with; one file that cannot, holds up no other."""
    went_well = True
    try:
        for file in pending(folder, max_bytes=runtime.max_bericht_bytes, now=runtime.now()):
            went_well &= _take_in(runtime, principal, file)
    except OSError as failure:
        log.warning("folder_unreadable", partij=principal.partijen[0], error=type(failure).__name__)
        return False
    return went_well


def _take_in(runtime: Runtime, principal: Principal, file: PickedUp) -> bool:
    partij = principal.partijen[0]
    try:
        if file.body is None:
            settle(file, into="afgekeurd", report=_too_large(runtime.max_bericht_bytes))
            return True
        bestand = _name_of(file, file.body)
        record = _record_of(runtime, principal, bestand, file.body)
        settle(file, into=_aside(record), report=_report(record))
        passed("ophalen-weggelegd")
        runtime.storage.run(lambda session: forget_file(session, partij=partij, bestand=bestand))
    except OperationalError:
        raise
    except Exception as failure:
        # Its sender chose the name of the file, so it is not named here.
        log.exception("file_not_taken_in", partij=partij, error=type(failure).__name__)
        return False
    passed("ophalen-vergeten")
    return True


def _name_of(file: PickedUp, body: bytes) -> str:
    identity = "-".join(map(str, file.identity))
    return f"{identity}-{hashlib.sha256(body).hexdigest()}"


def _record_of(runtime: Runtime, principal: Principal, bestand: str, body: bytes) -> BerichtRecord:
    """The bericht that the file is, taken in now unless it was before."""
    partij = principal.partijen[0]

    def remember(session: Session, bericht_id: str) -> None:
        if not remember_file(session, partij=partij, bestand=bestand, bericht_id=bericht_id):
            raise TakenElsewhere

    if _known(runtime, partij, bestand) is None:
        with suppress(Refusal, TakenElsewhere):  # a refused one is kept too
            receive(runtime, principal, body, also=remember)
        passed("ophalen-bewaard")
    zicht = Zicht(gemeenten=principal.gemeenten, aanbieders=principal.aanbieders)
    with runtime.storage.reading() as session:
        return get_bericht(session, id=_known(runtime, partij, bestand) or "", zicht=zicht)


def _known(runtime: Runtime, partij: str, bestand: str) -> str | None:
    with runtime.storage.reading() as session:
        return bericht_of_file(session, partij=partij, bestand=bestand)


def _aside(record: BerichtRecord) -> Aside:
    return "afgekeurd" if record.status == BerichtStatus.AFGEKEURD else "verwerkt"


def _report(record: BerichtRecord) -> str:
    refused = record.status == BerichtStatus.AFGEKEURD
    lines = [
        f"Bericht {record.id} is {'afgekeurd' if refused else 'aangenomen'}.",
        f"Ontvangen: {record.ontvangen_op:%Y-%m-%d %H:%M:%S} UTC. SHA-256: {record.sha256}.",
    ]
    for finding in record.findings:
        code = f" (retourcode {finding.retourcode})" if finding.retourcode else ""
        place = f", regel {finding.regelnummer}" if finding.regelnummer else ""
        lines += ["", f"{finding.ernst.value} {finding.regel}{code}: {finding.melding}", f"  {finding.pad}{place}"]
    return "\n".join(lines) + "\n"


def _too_large(limit: int) -> str:
    return f"Dit bestand is niet aangenomen: het is groter dan {limit} bytes of kan niet worden gelezen.\n"
