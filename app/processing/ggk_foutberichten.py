"""Fo01, both ways: what we refuse afterwards is told to its sender, what was refused of ours to who must act."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from app.delivery.transport import Afgeleverd, Later, Nooit, Overgedragen, Uitkomst
from app.domain.aflevering import AansluitingSoort, GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.envelop import Foutbericht, Heenbericht, Retour
from app.domain.envelop_fouten import bestand_fout
from app.domain.werk import ONTVANGER_GIVES_UP, JobSoort
from app.ggk.answering import fo01_of
from app.ggk.foutcodes import explain
from app.ggk.foutlijsten import Herhaling
from app.ggk.names import MOST_BYTES_OUT
from app.ggk.soap import SoapUnreadable, read_soap
from app.processing import ggk_ongeopend
from app.processing.bezorgen import aflevering
from app.processing.failpoints import passed
from app.processing.ggk_zenden import APPLICATIE, keep_outgoing, new_stuurgegevens, post
from app.processing.opgeven import give_up, try_later
from app.processing.runtime import Runtime
from app.storage.aansluitingen import find_aansluiting
from app.storage.accepted import feiten_of
from app.storage.berichten import set_status
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.ggk_envelopen import EnvelopRecord, bytes_of, find_sent, get_envelop, set_fout
from app.storage.job_banen import clear_baan
from app.storage.jobs import Job, NewJob, add_jobs, finish_job, has_open_jobs, reschedule_job

log = structlog.get_logger(__name__)

NOT_BY_XSD: Final = "Het bericht in de envelop is niet te lezen of voldoet niet aan het XSD van zijn berichtsoort."
NO_WAY: Final = "Deze partij heeft geen aansluiting op het GGk: meld de fout buiten de keten."
ROOM: Final = 100_000
"""Bytes of an Fo01 besides the envelope that it refuses."""

AGAIN_AFTER: Final = timedelta(hours=4)
LOOK_AGAIN: Final = timedelta(minutes=1)
_CODE: Final = re.compile(r"[A-Za-z0-9]{1,7}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Geweigerd:
    """An envelope of which the message cannot be read: who sent it, and the bericht that shows it."""

    envelop_id: str
    envelop: Heenbericht | Retour
    partij: str
    bericht_id: str


def announce(session: Session, runtime: Runtime, geweigerd: Geweigerd) -> None:
    """Keep an Fo01 (StUF055) for the sender of an envelope, and have it posted when the sender can be reached."""
    partij, bericht_id, now = geweigerd.partij, geweigerd.bericht_id, runtime.now()
    made = _made(session, runtime, geweigerd)
    kept = keep_outgoing(session, runtime, made, "Fo01", bericht_id=None, partij=partij)
    step = NO_WAY
    aansluiting = find_aansluiting(session, partij=partij)
    if aansluiting is not None and aansluiting.soort is AansluitingSoort.GGK:
        job = NewJob(
            soort=JobSoort.FOUTBERICHT,
            gepland_op=now,
            sleutel=f"foutbericht:{kept.id}",
            baan=aansluiting.baan,
            partij=partij,
            bericht_id=bericht_id,
            argument=kept.id,
        )
        add_jobs(session, [job], now=now)
        step = "De zender krijgt een foutbericht."
    reden = f"{made.fout.code}: {made.fout.omschrijving} {step}"
    _note(session, runtime, bericht_id, GebeurtenisSoort.AFGEKEURD, partij, reden)


def _made(session: Session, runtime: Runtime, geweigerd: Geweigerd) -> Foutbericht:
    refused = geweigerd.envelop
    asked = refused.stuurgegevens
    header = new_stuurgegevens(
        session,
        runtime,
        zender=asked.ontvanger.organisatie,
        ontvanger=asked.zender.organisatie,
        functie=None,
        cross_ref=asked.referentienummer,
    )
    return fo01_of(
        refused,
        refused.bestand_fout or bestand_fout(NOT_BY_XSD),
        _origineel(session, geweigerd.envelop_id),
        applicatie=APPLICATIE,
        referentienummer=header.referentienummer,
        tijdstip=header.tijdstip,
    )


def carry_out(runtime: Runtime, job: Job) -> None:
    """Post a kept Fo01, or have it tried again later; raises LeaseLost."""
    with runtime.storage.reading() as session:
        record = get_envelop(session, id=job.argument or "")
        aansluiting = find_aansluiting(session, partij=job.partij or "")
    if aansluiting is None or aansluiting.soort is not AansluitingSoort.GGK:
        runtime.storage.run(lambda session: give_up(session, job, NO_WAY, now=runtime.moment(session)))
        return
    uitkomst = post(runtime, aansluiting, record)
    passed("ggk-foutbericht-verzonden")

    runtime.storage.run(lambda session: _record(session, runtime, job, uitkomst))


def _record(session: Session, runtime: Runtime, job: Job, uitkomst: Uitkomst) -> None:
    bericht_id, now = job.bericht_id or "", runtime.moment(session)
    match uitkomst:
        case Afgeleverd() | Overgedragen():
            finish_job(session, job, now=now)
            clear_baan(session, baan=job.baan)
            reden = "Het foutbericht is aangenomen."
            _note(session, runtime, bericht_id, GebeurtenisSoort.VERZONDEN, job.partij, reden, job.pogingen)
        case Later(reden):
            if try_later(session, job, uitkomst, now=now):
                soort = GebeurtenisSoort.POGING_MISLUKT
                _note(session, runtime, bericht_id, soort, job.partij, reden, job.pogingen)
        case Nooit(reden):
            give_up(session, job, reden, now=now)


def take_in(runtime: Runtime, job: Job, record: EnvelopRecord, foutbericht: Foutbericht) -> None:
    """Record an Fo01 with what it refuses: sent again later when its code says so, else a person has to act."""

    def work(session: Session) -> None:
        sent = find_sent(session, referentienummer=record.cross_ref or "", organisatie=record.ontvanger)
        if sent is None:
            raise LookupError("what an Fo01 names was found when it was acknowledged")
        if _is_being_sent(session, sent):  # it overtook the Bv03, which would undo it
            reschedule_job(session, job, at=runtime.moment(session) + LOOK_AGAIN)
            return
        _refuse_sent(session, runtime, sent, foutbericht)
        ggk_ongeopend.settle(session, runtime, job)
        passed("ggk-foutbericht-verwerkt")
        finish_job(session, job, now=runtime.moment(session))

    runtime.storage.run(work)
    log.info("ggk_foutbericht_received", envelop_id=record.id)


def _is_being_sent(session: Session, sent: EnvelopRecord) -> bool:
    if sent.bericht_id is None:
        return False
    return has_open_jobs(session, bericht_id=sent.bericht_id, soorten=[JobSoort.AFLEVERING], partij=sent.partij)


def _refuse_sent(session: Session, runtime: Runtime, sent: EnvelopRecord, foutbericht: Foutbericht) -> None:
    """Our own words for the code: what the other side wrote stays in the envelope, for it may name a client."""
    zender, said = foutbericht.stuurgegevens.zender.organisatie, foutbericht.fout.code
    uitleg = explain(said, zender, runtime.today())
    code = said if _CODE.fullmatch(said) else "onbekende code"
    set_fout(session, id=sent.id, fout=f"{code}: {uitleg.tekst}")
    if sent.bericht_id is None:
        return
    reden = f"{code} van {zender}: {uitleg.tekst} Aan zet: {uitleg.wie}."
    _note(session, runtime, sent.bericht_id, GebeurtenisSoort.FOUTBERICHT, sent.partij, reden)
    feiten = feiten_of(session, id=sent.bericht_id, lock=True)
    if feiten.status == BerichtStatus.BEANTWOORD:
        return
    in_time = runtime.now() - feiten.ontvangen_op < ONTVANGER_GIVES_UP
    again = uitleg.herhaling is Herhaling.LATER_ONGEWIJZIGD and in_time
    status = BerichtStatus.TE_VERZENDEN if again and _send_later(session, runtime, sent) else BerichtStatus.MISLUKT
    set_status(session, id=sent.bericht_id, status=status)


def _send_later(session: Session, runtime: Runtime, sent: EnvelopRecord) -> bool:
    """Whether the same envelope will go again."""
    aansluiting = find_aansluiting(session, partij=sent.partij or "")
    if aansluiting is None:
        return False
    now = runtime.now()
    job = replace(aflevering(aansluiting, sent.bericht_id or "", now), gepland_op=now + AGAIN_AFTER)
    add_jobs(session, [job], now=now)
    return True


def _origineel(session: Session, envelop_id: str) -> bytes | None:
    """The refused envelope as XML, when an Fo01 around it is not too large for the chain."""
    soap = read_soap(bytes_of(session, id=envelop_id), None)
    if isinstance(soap, SoapUnreadable):
        raise ValueError("an envelope that was acknowledged can be read")  # noqa: TRY004  (the bytes are wrong)
    content = soap.content
    return content if len(content) <= MOST_BYTES_OUT - ROOM else None


def _note(
    session: Session,
    runtime: Runtime,
    bericht_id: str,
    soort: GebeurtenisSoort,
    partij: str | None,
    reden: str,
    poging: int | None = None,
) -> None:
    moment = runtime.now()
    noted = Gebeurtenis(bericht_id=bericht_id, moment=moment, soort=soort, partij=partij, poging=poging, reden=reden)
    add_gebeurtenissen(session, [noted])
