"""An envelope comes in: kept with what it is answered and the work of opening it, before anyone hears it was received.

What is inside is looked at later; no text that leaves here holds any of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeAlias

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort
from app.domain.envelop import (
    Envelop,
    Fout,
    Foutbericht,
    Heenbericht,
    OnjuisteEnvelop,
    Retour,
    Stuurgegevens,
    Systeem,
)
from app.domain.envelop_fouten import stuf_fout
from app.domain.envelop_functies import functies_of
from app.domain.envelop_tijdstip import later_tijdstip, next_tijdstip
from app.domain.inrichting import Inrichting
from app.domain.logboek import Handeling, Logregel, Uitkomst
from app.domain.principal import Principal, Rol
from app.domain.refusals import RoleNotAllowed
from app.domain.werk import JobSoort
from app.ggk.answering import bevestiging_of, fo03_of
from app.ggk.reading import read_envelop
from app.ggk.soap import Faultcode, SoapBody, SoapUnreadable, read_soap
from app.ggk.writing import plain_fault, soap_fault, soap_message, write_envelop
from app.iwmo.releases import RELEASES
from app.processing.bewaren_sporen import Spoorsoort, envelop_name, was_deleted
from app.processing.failpoints import passed
from app.processing.inrichtingen import find_inrichting
from app.processing.logboek import note, note_now
from app.processing.runtime import Runtime, new_id
from app.rules.envelop import EnvelopFacts, first_fault
from app.storage.ggk_envelopen import (
    EnvelopRecord,
    EnvelopRichting,
    NewEnvelop,
    add_envelop,
    find_received,
    find_sent,
    last_tijdstip,
    locked_tijdstip,
    set_tijdstip,
)
from app.storage.jobs import NewJob, add_jobs
from app.storage.outages import DatabaseUnavailable

log = structlog.get_logger(__name__)

FUNCTIES: Final = tuple(functie for functie in functies_of(RELEASES) if functie.naam in set(Berichtsoort))
"""The messages that we read."""

REPEATED: Final = "herhaald"
BERICHTCODES: Final[dict[type[Envelop | OnjuisteEnvelop], str]] = {
    Heenbericht: "Di01",
    Retour: "Du01",
    Foutbericht: "Fo01",
}
Request: TypeAlias = Heenbericht | Retour | Foutbericht


@dataclass(frozen=True, slots=True)
class SoapReply:
    """What a SOAP request is answered: a Bv03 with 200, else a fault."""

    status: HTTPStatus
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Arrived:
    envelop: Envelop | OnjuisteEnvelop
    digest: str
    kept: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Parties:
    """Which organisaties an envelope may go to and come from; `namens` as in EnvelopFacts."""

    ontvangers: Collection[str]
    zenders: Collection[str]
    namens: Collection[str] | None


def demand_sender(principal: Principal) -> None:
    """Raise RoleNotAllowed for a key that brings no envelopes."""
    if principal.rol is Rol.BEHEER:
        raise RoleNotAllowed("Een beheersleutel brengt geen enveloppen.")


def take_in(runtime: Runtime, principal: Principal, body: bytes, content_type: str | None) -> SoapReply:
    """The answer to a SOAP request: a Bv03 once the envelope is kept, or the first thing that is wrong with it.

    The same envelope again gets the very same answer. What is refused is not kept, so it may come again.
    """
    soap = read_soap(body, content_type)
    if isinstance(soap, SoapUnreadable):
        return _unreadable(soap)
    envelop = read_envelop(soap, runtime.envelop_schemas)
    arrived = _Arrived(envelop, soap.digest, _kept(soap, body, content_type))
    try:
        answer = runtime.storage.run(lambda session: _answer(session, runtime, principal, arrived))
        if isinstance(answer, Fout):
            note_now(runtime, principal, _envelop_regel(uitkomst=Uitkomst.GEWEIGERD, reden=answer.code))
    except (DatabaseUnavailable, SQLAlchemyError) as error:
        log.error("ggk_envelop_not_kept", error=type(error).__name__)  # noqa: TRY400  (its text may hold the values)
        answer = stuf_fout("StUF046")
    if isinstance(answer, Fout):
        return _refusal(runtime, envelop.stuurgegevens, answer)
    passed("ggk-ontvangen-bewaard")
    return SoapReply(HTTPStatus.OK, answer)


def _answer(session: Session, runtime: Runtime, principal: Principal, arrived: _Arrived) -> bytes | Fout:
    envelop, gegevens = arrived.envelop, arrived.envelop.stuurgegevens
    earlier = _earlier(session, runtime, principal, gegevens) if isinstance(envelop, Request) else None
    again = _same_answer(earlier, arrived)
    if earlier is not None and again is not None:
        note(session, runtime, principal, _envelop_regel(object_id=earlier.id, reden=REPEATED))
        return again
    fault = first_fault(envelop, _facts(session, runtime, principal, arrived, earlier))
    if fault is not None or not isinstance(envelop, Request):
        return fault or stuf_fout("StUF025")
    answer = _keep(session, runtime, principal, envelop, arrived)
    if answer is not None:
        return answer
    # Another request kept one under this reference a moment ago.
    return _same_answer(_earlier(session, runtime, principal, gegevens), arrived) or stuf_fout("StUF016")


def _same_answer(earlier: EnvelopRecord | None, arrived: _Arrived) -> bytes | None:
    return earlier.antwoord if earlier is not None and earlier.digest == arrived.digest else None


def _earlier(
    session: Session, runtime: Runtime, principal: Principal, gegevens: Stuurgegevens | None
) -> EnvelopRecord | None:
    """What the sender kept under this reference; only for who brought it, or may send for it today."""
    if gegevens is None:
        return None
    found = find_received(session, zender=gegevens.zender, referentienummer=gegevens.referentienummer)
    if found is None or found.key_id == principal.key_id or _stands_for(session, runtime, principal, gegevens):
        return found
    return None


def _stands_for(session: Session, runtime: Runtime, principal: Principal, gegevens: Stuurgegevens) -> bool:
    zender, ontvanger = gegevens.zender.organisatie, gegevens.ontvanger.organisatie
    if zender in principal.gemeenten | principal.aanbieders:
        return True
    if principal.rol is Rol.GGK:
        return ontvanger in principal.gemeenten
    return zender in _served(find_inrichting(session, runtime, ontvanger), principal.aanbieders)


def _keep(
    session: Session, runtime: Runtime, principal: Principal, envelop: Request, arrived: _Arrived
) -> bytes | None:
    """Keep the envelope with its Bv03 and its job; None when its reference was taken, maybe long ago."""
    gegevens, now = envelop.stuurgegevens, runtime.now()
    if _was_deleted(session, runtime, gegevens):
        return None
    _note_tijdstip(session, gegevens)
    antwoord = _bevestiging(session, runtime, gegevens)
    new = NewEnvelop(
        id=new_id(),
        richting=EnvelopRichting.IN,
        stuurgegevens=gegevens,
        berichtcode=BERICHTCODES[type(envelop)],
        digest=arrived.digest,
        inhoud=arrived.kept,
        antwoord=antwoord,
        key_id=principal.key_id,
        gemaakt_op=now,
    )
    if not add_envelop(session, new=new):
        return None
    job = NewJob(soort=JobSoort.ENVELOP, gepland_op=now, sleutel=f"envelop:{new.id}", argument=new.id)
    add_jobs(session, [job], now=now)
    note(session, runtime, principal, _envelop_regel(object_id=new.id))
    log.info("ggk_envelop_received", envelop_id=new.id, berichtcode=new.berichtcode, omvang_bytes=len(arrived.kept))
    passed("ggk-ontvangen-geschreven")
    return antwoord


def _was_deleted(session: Session, runtime: Runtime, gegevens: Stuurgegevens) -> bool:
    zender = gegevens.zender
    name = envelop_name(zender.organisatie, zender.applicatie, zender.administratie, gegevens.referentienummer)
    return was_deleted(session, runtime, Spoorsoort.ENVELOP, name)


def _envelop_regel(
    *, object_id: str | None = None, uitkomst: Uitkomst = Uitkomst.GELUKT, reden: str | None = None
) -> Logregel:
    return Logregel(handeling=Handeling.ENVELOP_ONTVANGEN, object_id=object_id, uitkomst=uitkomst, reden=reden)


def _bevestiging(session: Session, runtime: Runtime, gegevens: Stuurgegevens) -> bytes:
    zender = gegevens.ontvanger.organisatie
    tijdstip = next_tijdstip(locked_tijdstip(session, zender=zender), runtime.now())
    set_tijdstip(session, zender=zender, tijdstip=tijdstip)
    made = bevestiging_of(gegevens, referentienummer=str(uuid.uuid4()), tijdstip=tijdstip)
    return soap_message(write_envelop(made, runtime.envelop_schemas))


def _note_tijdstip(session: Session, gegevens: Stuurgegevens) -> None:
    """Remember the latest moment of a sender; one that is no later is told in the log, for the GGk mixes senders."""
    counter = _counter(gegevens.zender)
    last = locked_tijdstip(session, zender=counter)
    if later_tijdstip(gegevens.tijdstip, last):
        set_tijdstip(session, zender=counter, tijdstip=gegevens.tijdstip)
    else:
        log.info("ggk_tijdstip_not_later")


def _counter(zender: Systeem) -> str:
    """Under which name the moments of a sender are kept, apart from those that we give out ourselves."""
    return f"in:{zender.organisatie}|{zender.applicatie}|{zender.administratie or ''}"


def _facts(
    session: Session, runtime: Runtime, principal: Principal, arrived: _Arrived, earlier: EnvelopRecord | None
) -> EnvelopFacts:
    gegevens = arrived.envelop.stuurgegevens
    parties = _parties(session, runtime, principal, gegevens) if gegevens else _Parties((), (), ())
    counter = _counter(gegevens.zender) if runtime.ggk_in_order and gegevens else None
    return EnvelopFacts(
        today=runtime.today(),
        ontvangers=parties.ontvangers,
        zenders=parties.zenders,
        namens=parties.namens,
        functies=FUNCTIES,
        digest=arrived.digest,
        earlier_digest=earlier.digest if earlier else None,
        cross_ref_known=gegevens is not None and _cross_ref_known(session, principal, arrived.envelop, gegevens),
        last_tijdstip=last_tijdstip(session, zender=counter) if counter else None,
    )


def _parties(session: Session, runtime: Runtime, principal: Principal, gegevens: Stuurgegevens) -> _Parties:
    zender, ontvanger = gegevens.zender.organisatie, gegevens.ontvanger.organisatie
    if principal.for_gemeente:
        inrichting = find_inrichting(session, runtime, zender) if zender in principal.gemeenten else None
        return _Parties(_contracted(inrichting), {zender} if inrichting else (), principal.gemeenten)
    inrichting = find_inrichting(session, runtime, ontvanger)
    known = {ontvanger} if inrichting else set[str]()
    if principal.rol is Rol.GGK:
        return _Parties(known & principal.gemeenten, _contracted(inrichting), None)
    own = principal.aanbieders | _served(inrichting, principal.aanbieders)
    return _Parties(known, own & _contracted(inrichting), own)


def _contracted(inrichting: Inrichting | None) -> frozenset[str]:
    """Every aanbieder and servicebureau that a gemeente has or had a contract with."""
    contracts = inrichting.contracten if inrichting else ()
    return frozenset(party for contract in contracts for party in (contract.aanbieder, *contract.servicebureaus))


def _served(inrichting: Inrichting | None, servicebureaus: Collection[str]) -> frozenset[str]:
    """The aanbieders for which one of these is the servicebureau."""
    contracts = inrichting.contracten if inrichting else ()
    return frozenset(
        contract.aanbieder for contract in contracts if not contract.servicebureaus.isdisjoint(servicebureaus)
    )


def _cross_ref_known(
    session: Session, principal: Principal, envelop: Envelop | OnjuisteEnvelop, gegevens: Stuurgegevens
) -> bool:
    """Whether we sent what it names, to the one that answers; an Fo01 of the GGk may be of any link of the chain."""
    sent = find_sent(session, referentienummer=gegevens.cross_ref or "", organisatie=gegevens.ontvanger.organisatie)
    if sent is None:
        return False
    of_the_chain = isinstance(envelop, Foutbericht) and principal.rol is Rol.GGK
    return of_the_chain or sent.ontvanger == gegevens.zender.organisatie


def _kept(soap: SoapBody, body: bytes, content_type: str | None) -> bytes:
    """The bytes as they came, unless only the Content-Type said what characters they are."""
    return soap_message(soap.content) if "utf-16" in (content_type or "").lower() else body


def _unreadable(soap: SoapUnreadable) -> SoapReply:
    log.info("ggk_soap_refused", status=soap.status.value, faultcode=soap.faultcode.value)
    return SoapReply(soap.status, plain_fault(soap.faultcode, soap.melding))


def _refusal(runtime: Runtime, gegevens: Stuurgegevens | None, fout: Fout) -> SoapReply:
    """A fault with an Fo03; without, when nobody can be named in it."""
    log.info("ggk_envelop_refused", code=fout.code)
    if gegevens is None:
        body = plain_fault(Faultcode(fout.plek.capitalize()), fout.omschrijving)
    else:
        tijdstip = next_tijdstip(None, runtime.now())
        body = soap_fault(fo03_of(gegevens, fout, referentienummer=str(uuid.uuid4()), tijdstip=tijdstip))
    return SoapReply(HTTPStatus.INTERNAL_SERVER_ERROR, body)
