"""The dry run of a message: exactly what would happen, with nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from sqlalchemy.orm import Session

from app.domain.antwoord import toewijzing_retour
from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.declaratie import Declaratie, DeclaratieRetour
from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal
from app.domain.refusals import BerichtWasDeleted, RejectedBericht
from app.domain.retour import Finding
from app.domain.settlement import Settlement
from app.domain.toewijzing import ToewijzingRetour, Toewijzingsbericht
from app.domain.verzoek import OverigBericht
from app.iwmo.reading import Aanduiding, Inhoud, declared, recognise
from app.iwmo.releases import write
from app.processing import access, declaraties, retouren, toewijzingen, uniek
from app.processing.arrival import Arrival, errors_in
from app.processing.bewaren_sporen import Spoorsoort, was_deleted
from app.processing.declaratie_besluit import decide
from app.processing.declaratie_feiten import judged_alone, load_feiten
from app.processing.duplicates import DELETED, different
from app.processing.logboek import Poging, note_now, refusals_noted
from app.processing.receive import bsns_in, content_of
from app.processing.runtime import Runtime, new_id, new_identificatie
from app.processing.vreemden import demand_few
from app.storage.accepted import AcceptedBericht, find_accepted
from app.storage.berichten import body_of, get_bericht
from app.storage.zicht import Zicht


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What would become of a message; `antwoord` is the answer that it would get, where one would be made.

    `uitkomst` is what such an answer says: of a 303 how each line is settled, of a 301 its retour. `bericht_id` is that
    of the very same message when it was received before.
    """

    status: BerichtStatus
    findings: tuple[Finding, ...] = ()
    antwoord: bytes | None = None
    uitkomst: Settlement | ToewijzingRetour | None = None
    bericht_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beproefd(Verdict):
    """The verdict, and on what: which message of which release, and what its header says."""

    soort: Berichtsoort
    release: str
    aanduiding: Aanduiding


def controleer(runtime: Runtime, principal: Principal, body: bytes) -> Beproefd:
    """Judge a message against live data and store nothing.

    Raises UnreadableBericht, SenderNotAllowed for the message of another party, and TooManyRequests for a 303 with
    many clients who are unknown to its aanbieder, and BerichtWasDeleted; these are written down as attempts.
    """
    attempt = Poging(Logregel(handeling=Handeling.BERICHT_BEPROEFD))
    with refusals_noted(runtime, principal, attempt):
        recognised = recognise(body, runtime.schemas)
        arrival = Arrival(
            id=new_id(),
            principal=principal,
            body=body,
            ontvangen_op=runtime.now(),
            recognised=recognised,
            aanduiding=declared(recognised),
        )
        verdict = _verdict_on(runtime, arrival, attempt)
    note_now(runtime, principal, attempt.regel)
    return Beproefd(
        status=verdict.status,
        findings=arrival.located(verdict.findings),
        antwoord=verdict.antwoord,
        uitkomst=verdict.uitkomst,
        bericht_id=verdict.bericht_id,
        soort=arrival.soort,
        release=arrival.release,
        aanduiding=arrival.aanduiding,
    )


def _verdict_on(runtime: Runtime, arrival: Arrival, attempt: Poging) -> Verdict:
    try:
        access.authorise_trial(runtime, arrival)
        inhoud = content_of(runtime, arrival)
        attempt.regel = replace(attempt.regel, bsns=bsns_in(inhoud))
        with runtime.storage.reading() as session:
            return _judge(session, runtime, arrival, inhoud)
    except RejectedBericht as refusal:
        return Verdict(status=BerichtStatus.AFGEKEURD, findings=refusal.findings)


def _judge(session: Session, runtime: Runtime, arrival: Arrival, inhoud: Inhoud) -> Verdict:
    if isinstance(inhoud, DeclaratieRetour):
        return _verdict(declaraties.second_304(inhoud))
    known = find_accepted(session, uniek=_key(arrival, inhoud))
    if known is not None and known.sha256 == arrival.sha256:
        return _stored(session, arrival, known)
    if known is None and was_deleted(session, runtime, Spoorsoort.BERICHT, _key(arrival, inhoud)):
        raise BerichtWasDeleted(DELETED)
    used = different(arrival).findings if known is not None else ()
    match inhoud:
        case Toewijzingsbericht():
            return _toewijzing(session, runtime, arrival, inhoud, identificatie_used=known is not None)
        case ToewijzingRetour():
            heenbericht = retouren.find_heenbericht(session, inhoud)
            return _verdict(used + retouren.findings_on(session, runtime, inhoud, heenbericht, arrival.release))
        case Declaratie():
            demand_few(session, runtime, arrival.principal, inhoud)
            return _declaratie(session, runtime, arrival, inhoud)
        case OverigBericht():
            return _verdict(used)
        case _:
            assert_never(inhoud)


def _key(arrival: Arrival, inhoud: Toewijzingsbericht | ToewijzingRetour | Declaratie | OverigBericht) -> str:
    match inhoud:
        case Toewijzingsbericht():
            return uniek.of_toewijzing(inhoud)
        case ToewijzingRetour():
            return uniek.of_retour(inhoud)
        case Declaratie():
            return uniek.of_declaratie(inhoud.header, arrival.sha256)
        case OverigBericht():
            return uniek.of_overig(arrival)
        case _:
            assert_never(inhoud)


def _stored(session: Session, arrival: Arrival, known: AcceptedBericht) -> Verdict:
    """The very same message again changes nothing: its outcome stands."""
    principal = arrival.principal
    zicht = Zicht(gemeenten=principal.gemeenten, aanbieders=principal.aanbieders)
    record = get_bericht(session, id=known.id, zicht=zicht)
    antwoord = body_of(session, id=record.antwoord_id) if record.antwoord_id else None
    return Verdict(
        status=BerichtStatus(record.status), findings=record.findings, antwoord=antwoord, bericht_id=record.id
    )


def _verdict(findings: Sequence[Finding], antwoord: bytes | None = None) -> Verdict:
    status = BerichtStatus.AFGEKEURD if errors_in(findings) else BerichtStatus.VERWERKT
    return Verdict(status=status, findings=tuple(findings), antwoord=antwoord)


def _toewijzing(
    session: Session, runtime: Runtime, arrival: Arrival, bericht: Toewijzingsbericht, *, identificatie_used: bool
) -> Verdict:
    """The findings on a 301, and the 302 that an aanbieder would answer to it."""
    dossier = toewijzingen.load_dossier(session, runtime, bericht, lock=False, identificatie_used=identificatie_used)
    findings = toewijzingen.findings_on(bericht, dossier, arrival.release)
    retour = toewijzing_retour(bericht, findings, identificatie_retour=new_identificatie(), today=runtime.today())
    return replace(_verdict(findings, _retour_bytes(runtime, arrival, retour)), uitkomst=retour)


def _retour_bytes(runtime: Runtime, arrival: Arrival, retour: ToewijzingRetour) -> bytes | None:
    """The 302 as bytes; None where the release has no code for a finding (S329 in 2.1)."""
    body = write(retour, arrival.release)
    return None if runtime.xsd_findings(arrival.release, Berichtsoort.WMO302, body) else body


def _declaratie(session: Session, runtime: Runtime, arrival: Arrival, declaratie: Declaratie) -> Verdict:
    """The settlement of a 303 as it would be now, and the complete 304."""
    within = judged_alone(declaratie, arrival.release)
    feiten = load_feiten(session, runtime, declaratie, arrival.release, within=within)
    besluit = decide(runtime, arrival, declaratie, feiten)
    return Verdict(
        status=BerichtStatus.AFGEKEURD if besluit.settlement.refused else BerichtStatus.VERWERKT,
        findings=besluit.settlement.findings,
        antwoord=besluit.antwoord.whole(),
        uitkomst=besluit.settlement,
    )
