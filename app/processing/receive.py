"""A body comes in: recognised, checked, processed and kept, in one transaction; kept as well when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import TypeAlias, assert_never

import structlog
from sqlalchemy.orm import Session

from app.domain.declaratie import AangebodenDeclaratie, Declaratie, DeclaratieRetour
from app.domain.logboek import Handeling, Logregel, Uitkomst
from app.domain.principal import Principal
from app.domain.refusals import Refusal, RejectedBericht, SenderNotAllowed, UnreadableBericht
from app.domain.toewijzing import ToewijzingRetour, Toewijzingsbericht
from app.domain.verzoek import OverigBericht
from app.iwmo.reading import Inhoud, Recognised, declared, may_be_skimmed, read, recognise
from app.iwmo.xsd import LARGEST_WHOLE
from app.processing import access, declaraties, overige, retouren, toewijzingen
from app.processing.arrival import Arrival, Receipt, refused, unreadable
from app.processing.collector import LARGE_BYTES, collector_paused
from app.processing.failpoints import passed
from app.processing.logboek import note
from app.processing.runtime import Runtime, new_id
from app.processing.vreemden import watch
from app.storage.berichten import BerichtRecord, NewBericht, add_bericht, find_bericht, not_found
from app.storage.packed import pack
from app.storage.zicht import Zicht

log = structlog.get_logger(__name__)

Ontvangen: TypeAlias = Inhoud | AangebodenDeclaratie
Also: TypeAlias = Callable[[Session, str], None]


def _nothing(_session: Session, _bericht_id: str) -> None:
    return


def receive(runtime: Runtime, principal: Principal, body: bytes, *, also: Also = _nothing) -> Receipt:
    """Process a message as its sender would post it.

    The same message again gives the first bericht. Raises a Refusal for one that is not accepted, after that is
    kept in the message log byte for byte. `also` gets the id of the bericht, accepted, refused or there already, at
    the end of the transaction that keeps it; what it raises undoes everything.
    """
    with collector_paused() if len(body) > LARGE_BYTES else nullcontext():
        return _receive(runtime, principal, body, also)


def _receive(runtime: Runtime, principal: Principal, body: bytes, also: Also) -> Receipt:
    bericht_id, now = new_id(), runtime.now()
    try:
        recognised = _recognised(runtime, body)
    except UnreadableBericht as refusal:
        _keep(runtime, principal, unreadable(bericht_id, principal, body, now, refusal.findings), refusal, also)
        raise
    arrival = Arrival(
        id=bericht_id,
        principal=principal,
        body=body,
        ontvangen_op=now,
        recognised=recognised,
        aanduiding=declared(recognised),
    )
    bsns: frozenset[str] = frozenset()
    try:
        inhoud = gate(runtime, arrival)
        bsns = bsns_in(inhoud)
        if len(body) > LARGE_BYTES:  # before there is a transaction that others wait for
            arrival = replace(arrival, body=pack(body))
        return _take_in(runtime, arrival, inhoud, also)
    except Refusal as refusal:
        sender_known = not isinstance(refusal, SenderNotAllowed)
        _keep(runtime, principal, refused(arrival, refusal.findings, sender_known=sender_known), refusal, also, bsns)
        raise


def _recognised(runtime: Runtime, body: bytes) -> Recognised:
    is_large = len(body) > max(runtime.direct_bytes, LARGEST_WHOLE)
    if runtime.skimmer is not None and is_large and may_be_skimmed(body):
        skimmed = runtime.skimmer.skim(body)
        if skimmed is not None:
            return skimmed.of(body)
    return recognise(body, runtime.schemas)


def receive_and_find(
    runtime: Runtime, principal: Principal, body: bytes, zicht: Zicht
) -> tuple[Receipt, BerichtRecord]:
    """The same, and the bericht as who has this sight sees it, read in the transaction that keeps it.

    Raises NotFound too, for one that came before and may not be seen.
    """
    found: list[BerichtRecord | None] = []
    receipt = receive(
        runtime, principal, body, also=lambda session, id: found.append(find_bericht(session, id=id, zicht=zicht))
    )
    record = found[-1]  # after a lost race there are more
    if record is None:
        raise not_found()
    return receipt, record


def _take_in(runtime: Runtime, arrival: Arrival, inhoud: Ontvangen, also: Also) -> Receipt:
    def work(session: Session) -> Receipt:
        receipt = process(session, runtime, arrival, inhoud)
        also(session, receipt.bericht_id)
        note(session, runtime, arrival.principal, _received(receipt, bsns_in(inhoud)))
        passed("bericht-verwerkt")
        return receipt

    passed("bericht-gelezen")
    receipt = runtime.storage.run(work)
    passed("bericht-bewaard")
    if receipt.is_new and isinstance(inhoud, Declaratie | AangebodenDeclaratie):
        watch(runtime, inhoud)
    log.info(
        "bericht_received",
        bericht_id=receipt.bericht_id,
        soort=arrival.soort.value,
        release=arrival.release,
        is_new=receipt.is_new,
        omvang_bytes=arrival.omvang_bytes,
    )
    return receipt


def gate(runtime: Runtime, arrival: Arrival) -> Ontvangen:
    """What a message says, once its sender may send it and its XSD holds; raises SenderNotAllowed, RejectedBericht."""
    access.authorise(runtime, arrival)
    return arrival.recognised.aangeboden or content_of(runtime, arrival)


def content_of(runtime: Runtime, arrival: Arrival) -> Inhoud:
    """What a message says, once its XSD holds; RejectedBericht with every XSD error or value that cannot be."""
    recognised, size = arrival.recognised, arrival.omvang_bytes
    findings = (
        ()
        if recognised.accepted
        else runtime.schemas.findings(arrival.release, arrival.soort, recognised.tree, size=size)
    )
    if findings:
        raise RejectedBericht(f"Het bericht voldoet niet aan het XSD van {arrival.soort}.", findings=findings)
    return read(recognised)


def process(session: Session, runtime: Runtime, arrival: Arrival, inhoud: Ontvangen) -> Receipt:
    """Do what the message asks, within the transaction of the session."""
    match inhoud:
        case Toewijzingsbericht():
            return toewijzingen.receive(session, runtime, arrival, inhoud)
        case ToewijzingRetour():
            return retouren.receive(session, runtime, arrival, inhoud)
        case Declaratie() | AangebodenDeclaratie():
            return declaraties.receive(session, runtime, arrival, inhoud)
        case DeclaratieRetour():
            findings = arrival.located(declaraties.second_304(inhoud))
            raise RejectedBericht("Een 304 maakt de dienst zelf bij elke 303.", findings=findings)
        case OverigBericht():
            return overige.receive(session, runtime, arrival, inhoud)
        case _:
            assert_never(inhoud)


def bsns_in(inhoud: Ontvangen) -> frozenset[str]:
    """Whom a message is about."""
    if isinstance(inhoud, OverigBericht | Declaratie | AangebodenDeclaratie):
        return frozenset(inhoud.bsns)
    return frozenset(client.bsn for client in inhoud.clienten)


def _received(receipt: Receipt, bsns: frozenset[str]) -> Logregel:
    handeling = Handeling.BERICHT_INGEDIEND if receipt.is_new else Handeling.BERICHT_HERHAALD
    return Logregel(handeling=handeling, object_id=receipt.bericht_id, bsns=bsns)


def _keep(
    runtime: Runtime,
    principal: Principal,
    record: NewBericht,
    refusal: Refusal,
    also: Also,
    bsns: frozenset[str] = frozenset(),
) -> None:
    regel = Logregel(
        handeling=Handeling.BERICHT_INGEDIEND,
        object_id=record.id,
        uitkomst=Uitkomst.GEWEIGERD,
        reden=type(refusal).__name__,
        bsns=bsns,
    )

    def work(session: Session) -> None:
        add_bericht(session, new=record)
        also(session, record.id)
        note(session, runtime, principal, regel)

    runtime.storage.run(work)
    passed("bericht-geweigerd")
    log.info("bericht_refused", bericht_id=record.id, reason=type(refusal).__name__, findings=len(refusal.findings))
