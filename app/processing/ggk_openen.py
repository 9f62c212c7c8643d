"""An envelope that was acknowledged is opened: the message inside is taken in as if its sender had posted it here.

What came of it, and that the work is done, are one transaction; a second run finds nothing left to do.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import structlog
from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.envelop import Envelop, Foutbericht, Heenbericht, OnjuisteEnvelop, Retour
from app.domain.logboek import Handeling, Logregel, Uitkomst
from app.domain.principal import Principal, Rol, aanbieder_partij, gemeente_partij
from app.domain.refusals import Refusal, UnreadableBericht
from app.domain.retour import Finding
from app.ggk.answering import release_in
from app.ggk.reading import read_envelop
from app.ggk.soap import SoapUnreadable, read_soap
from app.iwmo.reading import Recognised, declared, recognise
from app.processing import ggk_foutberichten, ggk_ongeopend, logboek
from app.processing.arrival import Arrival, refused
from app.processing.failpoints import passed
from app.processing.ggk_foutberichten import Geweigerd
from app.processing.receive import receive
from app.processing.runtime import Runtime, new_id
from app.storage.accepted import feiten_of
from app.storage.berichten import add_bericht, show_to_gemeente
from app.storage.findings import findings_by_bericht
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.ggk_envelopen import EnvelopRecord, bytes_of, find_sent, get_envelop, link_bericht
from app.storage.jobs import Job, finish_job
from app.storage.keys import KeyRecord, find_key

log = structlog.get_logger(__name__)

REGEL: Final = "IWB-envelop"
UNREADABLE: Final = frozenset({"XSD", "LEES"})
"""The rules by which a message cannot be read at all, so that no retour can answer it."""

NOT_THE_SENDER: Final = "De zender van de envelop is niet de afzender in het bericht."
NOT_THE_RECEIVER: Final = "De ontvanger van de envelop is niet de ontvanger in het bericht."
NOT_THE_MESSAGE: Final = "De envelop noemt een ander bericht, of een andere release, dan erin zit."
TWO_ANSWERED: Final = (
    "Het crossRefnummer van de envelop en de identificatie in het bericht wijzen niet hetzelfde heenbericht aan; geen "
    "van beide wordt vertrouwd."
)
NEXT_STEP: Final = "Het bericht is niet verwerkt. Neem buiten de keten contact op met de zender."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """An envelope with the party that sent it; `gemeente` is the one of the two that is a gemeente."""

    record: EnvelopRecord
    envelop: Heenbericht | Retour
    rol: Rol
    own: frozenset[str]

    @property
    def gemeente(self) -> str:
        return self.record.organisatie if self.rol is Rol.GEMEENTE else self.record.ontvanger

    @property
    def partij(self) -> str:
        """The postbus address of the sender."""
        partij = gemeente_partij if self.rol is Rol.GEMEENTE else aanbieder_partij
        return partij(self.record.organisatie)

    def principal(self, servicebureau: str | None) -> Principal:
        """Who sends: the zender, and for an aanbieder its servicebureau too, as far as the key stands for them."""
        zender, key_id = self.record.organisatie, self.record.key_id or ""
        if self.rol is Rol.GEMEENTE:
            return Principal(key_id=key_id, rol=Rol.GEMEENTE, gemeenten=frozenset({zender}))
        named = frozenset(filter(None, (zender, servicebureau)))
        own = named if self.rol is Rol.GGK else (named & self.own) or self.own
        return Principal(key_id=key_id, rol=Rol.AANBIEDER, aanbieders=own)


class _OtherHeenbericht(Exception):
    """The envelope and the message inside answer different messages"""


def carry_out(runtime: Runtime, job: Job) -> None:
    """Open the envelope of the job; raises LeaseLost when another worker did."""
    with runtime.storage.reading() as session:
        record = get_envelop(session, id=job.argument or "")
        body = bytes_of(session, id=record.id)
        key = find_key(session, keyid=record.key_id or "")
    envelop = _read(runtime, body)
    passed("envelop-gelezen")
    match envelop:
        case Foutbericht():
            ggk_foutberichten.take_in(runtime, job, record, envelop)
        case Heenbericht() | Retour():
            _take_in(runtime, job, _opened(record, envelop, key))
        case _:
            raise TypeError("no answer is kept as a request")
    passed("envelop-klaar")


def _read(runtime: Runtime, body: bytes) -> Envelop:
    soap = read_soap(body, None)
    found = None if isinstance(soap, SoapUnreadable) else read_envelop(soap, runtime.envelop_schemas)
    if found is None or isinstance(found, OnjuisteEnvelop):
        raise ValueError("an envelope that was acknowledged can be read")
    return found


def _opened(record: EnvelopRecord, envelop: Heenbericht | Retour, key: KeyRecord | None) -> _Opened:
    if key is None:
        raise LookupError("a key is never removed")
    return _Opened(record=record, envelop=envelop, rol=Rol(key.rol), own=key.aanbieders)


def _take_in(runtime: Runtime, job: Job, opened: _Opened) -> None:
    recognised = _recognised(opened.envelop.bestand)
    servicebureau = declared(recognised).servicebureau if recognised else None
    principal = opened.principal(servicebureau)
    if recognised is not None:
        differences = _differences(opened, recognised)
        if differences:
            _refuse(runtime, job, opened, recognised, differences)
            return
    try:
        with suppress(Refusal):  # it is kept, with what is wrong
            receive(
                runtime,
                principal,
                opened.envelop.bestand,
                also=lambda session, id: _record(session, runtime, job, opened, id),
            )
    except _OtherHeenbericht:
        if recognised is not None:
            _refuse(runtime, job, opened, recognised, [TWO_ANSWERED])


def _recognised(bestand: bytes) -> Recognised | None:
    try:
        return recognise(bestand)
    except UnreadableBericht:
        return None


def _differences(opened: _Opened, recognised: Recognised) -> list[str]:
    """In what the envelope says something else than the message inside: then somebody may have forged one of them."""
    record, inside = opened.record, declared(recognised)
    said = (record.functie, release_in(opened.envelop))
    compared = (
        (record.organisatie == inside.afzender, NOT_THE_SENDER),
        (record.ontvanger == inside.ontvanger, NOT_THE_RECEIVER),
        (said == (recognised.soort, recognised.release), NOT_THE_MESSAGE),
    )
    return [melding for equal, melding in compared if not equal]


def _refuse(runtime: Runtime, job: Job, opened: _Opened, recognised: Recognised, meldingen: list[str]) -> None:
    """Keep a message that is not processed, for the eyes of the gemeente alone: who really sent it is not certain."""
    arrival = Arrival(
        id=new_id(),
        principal=opened.principal(None),
        body=opened.envelop.bestand,
        ontvangen_op=runtime.now(),
        recognised=recognised,
        aanduiding=declared(recognised),
    )
    findings = tuple(Finding(regel=REGEL, retourcode=None, pad="/Bericht/Header", melding=one) for one in meldingen)
    record = refused(arrival, arrival.located(findings), sender_known=False)
    record = replace(record, gemeente=opened.gemeente, aanbieder=None)

    def work(session: Session) -> None:
        add_bericht(session, new=record)
        link_bericht(session, id=opened.record.id, bericht_id=arrival.id)
        ggk_ongeopend.settle(session, runtime, job)
        regel = Logregel(
            handeling=Handeling.BERICHT_INGEDIEND, object_id=arrival.id, uitkomst=Uitkomst.GEWEIGERD, reden=REGEL
        )
        logboek.note(session, runtime, arrival.principal, regel)
        _note_refused(session, runtime, arrival.id, f"{' '.join(meldingen)} {NEXT_STEP}")
        finish_job(session, job, now=runtime.now())

    runtime.storage.run(work)
    log.info("ggk_bericht_refused", bericht_id=arrival.id, envelop_id=opened.record.id)


def _record(session: Session, runtime: Runtime, job: Job, opened: _Opened, bericht_id: str) -> None:
    """What belongs in the transaction that keeps the message: its envelope, what it is answered, the end of the job."""
    link_bericht(session, id=opened.record.id, bericht_id=bericht_id)
    show_to_gemeente(session, id=bericht_id, gemeente=opened.gemeente)
    feiten = feiten_of(session, id=bericht_id)
    if isinstance(opened.envelop, Retour) and feiten.antwoord_op_id is not None:
        _demand_same_heenbericht(session, opened.record, feiten.antwoord_op_id)
    findings = findings_by_bericht(session, bericht_ids=[bericht_id]).get().get(bericht_id, ())
    if feiten.status == BerichtStatus.AFGEKEURD and any(finding.regel in UNREADABLE for finding in findings):
        geweigerd = Geweigerd(
            envelop_id=opened.record.id, envelop=opened.envelop, partij=opened.partij, bericht_id=bericht_id
        )
        ggk_foutberichten.announce(session, runtime, geweigerd)
    ggk_ongeopend.settle(session, runtime, job)
    passed("envelop-geopend")
    finish_job(session, job, now=runtime.now())


def _demand_same_heenbericht(session: Session, record: EnvelopRecord, heenbericht_id: str) -> None:
    sent = find_sent(session, referentienummer=record.cross_ref or "", organisatie=record.ontvanger)
    if sent is None or sent.bericht_id != heenbericht_id:
        raise _OtherHeenbericht


def _note_refused(session: Session, runtime: Runtime, bericht_id: str, reden: str) -> None:
    soort = GebeurtenisSoort.AFGEKEURD
    noted = Gebeurtenis(bericht_id=bericht_id, moment=runtime.now(), soort=soort, reden=reden)
    add_gebeurtenissen(session, [noted])
