"""A 303 comes in: settled against the toewijzingen in one transaction, and answered by exactly one 304."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort, BerichtStatus, Richting
from app.domain.codelijsten import TECHNISCH_AFGEKEURD
from app.domain.declaratie import Declaratie, DeclaratieRetour, Prestatie
from app.domain.dossier import DeclaratieDossier, DeclaratieRetourDossier
from app.domain.principal import aanbieder_partij, gemeente_partij
from app.domain.retour import Finding
from app.domain.settlement import ClientOutcome, LineOutcome, Settlement, declaratie_retour
from app.domain.versies import Toewijzing
from app.domain.werk import JobSoort
from app.iwmo.releases import write
from app.processing import uniek
from app.processing.arrival import Arrival, Receipt, accepted
from app.processing.bezorgen import give
from app.processing.duplicates import keep_once
from app.processing.inrichtingen import find_inrichting
from app.processing.runtime import Runtime, new_gemeente_referentie, new_id
from app.rules.judgement import findings_beyond, findings_within
from app.rules.settle import settle
from app.storage import declaraties as stored
from app.storage import toewijzingen
from app.storage.berichten import NewBericht, add_bericht, set_status
from app.storage.declaraties import DeclaratieRecord, DeclaratieStatus, PrestatieRecord
from app.storage.findings import add_findings
from app.storage.jobs import NewJob, add_jobs


class OwnBerichtInvalid(Exception):
    """A message that we made ourselves breaks the XSD or a rule: a bug, never the sender's fault"""


def receive(session: Session, runtime: Runtime, arrival: Arrival, declaratie: Declaratie) -> Receipt:
    """Process a 303: at once, or when it is large as a job that its receipt leaves behind."""
    existing = keep_once(session, runtime, _record_of_303(arrival, declaratie))
    if existing is not None:
        return Receipt(bericht_id=existing, is_new=False)
    if len(arrival.body) > runtime.direct_bytes:
        now = runtime.now()
        add_jobs(session, [NewJob(soort=JobSoort.VERWERKING, gepland_op=now, bericht_id=arrival.id)], now=now)
    else:
        settle_and_answer(session, runtime, arrival, declaratie)
    return Receipt(bericht_id=arrival.id, is_new=True)


def settle_and_answer(session: Session, runtime: Runtime, arrival: Arrival, declaratie: Declaratie) -> None:
    """Book what is granted of a 303 that was kept, and send the 304 to the aanbieder."""
    declaratie_id = new_id()
    technisch = technical_findings(session, runtime, declaratie, arrival.release)
    used = not technisch and not _claim_factuurnummer(session, runtime, declaratie, declaratie_id)
    dossier = load_dossier(session, runtime, declaratie, factuurnummer_used=used, lock=True)
    settlement = decide(declaratie, dossier, technisch, arrival.release)
    status = BerichtStatus.AFGEKEURD if settlement.refused else BerichtStatus.VERWERKT
    set_status(session, id=arrival.id, status=status)
    add_findings(session, bericht_id=arrival.id, findings=arrival.located(settlement.findings))
    _book(session, arrival, declaratie_id, declaratie, settlement, dossier.used_referenties)
    retour = answer(declaratie, settlement, runtime)
    _send(session, runtime, arrival, retour, checked_bytes(runtime, declaratie, retour, arrival.release))


def _claim_factuurnummer(session: Session, runtime: Runtime, declaratie: Declaratie, declaratie_id: str) -> bool:
    """Take the number; a message that is refused for technical reasons does not get here, so its number stays free."""
    header = declaratie.header
    return stored.claim_factuurnummer(
        session,
        gemeente=header.gemeente,
        aanbieder=header.aanbieder,
        nummer=header.declaratie_factuur_identificatie.declarant_factuur_nummer,
        declaratie_id=declaratie_id,
        today=runtime.today(),
    )


def technical_findings(session: Session, runtime: Runtime, declaratie: Declaratie, release: str) -> tuple[Finding, ...]:
    """The findings that refuse the whole message with 0001: those within it, and BerekendBedrag without agreement."""
    within = findings_within(declaratie, Berichtsoort.WMO303, release)
    if within:
        return within
    dossier = DeclaratieDossier(
        today=runtime.today(), inrichting=find_inrichting(session, runtime, declaratie.header.gemeente)
    )
    beyond = findings_beyond(declaratie, Berichtsoort.WMO303, release, dossier)
    return tuple(finding for finding in beyond if finding.retourcode == TECHNISCH_AFGEKEURD)


def decide(
    declaratie: Declaratie, dossier: DeclaratieDossier, technisch: tuple[Finding, ...], release: str
) -> Settlement:
    """What the 303 gets, given the facts."""
    header = () if technisch else findings_beyond(declaratie, Berichtsoort.WMO303, release, dossier)
    return settle(declaratie, dossier, technisch=technisch, header=header)


def load_dossier(
    session: Session, runtime: Runtime, declaratie: Declaratie, *, factuurnummer_used: bool, lock: bool
) -> DeclaratieDossier:
    """The facts for settling a 303, a few questions however many lines it has.

    `lock` keeps the toewijzingen as they are until the transaction ends, so that two 303s share no room.
    """
    gemeente, aanbieder = declaratie.header.gemeente, declaratie.header.aanbieder
    lines = [(client.bsn, prestatie) for client in declaratie.clienten for prestatie in client.prestaties]
    by_nummer, by_bsn = _toewijzingen(session, gemeente, lines, lock=lock)
    sleutels = {t.sleutel for t in by_nummer.values()} | {t.sleutel for found in by_bsn.values() for t in found}
    vorige = {v for _, p in lines if (v := p.product_referentie.vorig_referentie_nummer) is not None}
    referenties = {p.product_referentie.referentie_nummer for _, p in lines}
    return DeclaratieDossier(
        today=runtime.today(),
        inrichting=find_inrichting(session, runtime, gemeente),
        factuurnummer_used=factuurnummer_used,
        toewijzingen=by_nummer,
        toewijzingen_by_bsn=by_bsn,
        geboortedata=toewijzingen.geboortedata(session, gemeente=gemeente, bsns={bsn for bsn, _ in lines}),
        used_referenties=stored.used_referenties(session, gemeente=gemeente, aanbieder=aanbieder, nummers=referenties),
        debets=stored.debets(session, gemeente=gemeente, aanbieder=aanbieder, nummers=vorige),
        gecrediteerd=stored.gecrediteerd(session, gemeente=gemeente, aanbieder=aanbieder, nummers=vorige),
        geboekt=stored.geboekt(session, gemeente=gemeente, sleutels=sleutels),
    )


def _toewijzingen(
    session: Session, gemeente: str, lines: Sequence[tuple[str, Prestatie]], *, lock: bool
) -> tuple[dict[int, Toewijzing], dict[str, tuple[Toewijzing, ...]]]:
    """The toewijzingen that lines name, and those of the clients of lines that name none."""
    nummers = {p.toewijzing_nummer for _, p in lines if p.toewijzing_nummer is not None}
    unnumbered = {bsn for bsn, p in lines if p.toewijzing_nummer is None}
    if lock:
        toewijzingen.lock_toewijzingen(session, gemeente=gemeente, nummers=nummers, bsns=unnumbered)
    by_nummer = toewijzingen.toewijzingen_by_nummer(session, gemeente=gemeente, nummers=nummers)
    return by_nummer, toewijzingen.toewijzingen_by_bsn(session, gemeente=gemeente, bsns=unnumbered)


def answer(declaratie: Declaratie, settlement: Settlement, runtime: Runtime) -> DeclaratieRetour:
    """The 304 on a settled 303."""
    return declaratie_retour(
        declaratie, settlement, gemeente_referentie_nummer=new_gemeente_referentie(), today=runtime.today()
    )


def checked_bytes(runtime: Runtime, declaratie: Declaratie, retour: DeclaratieRetour, release: str) -> bytes:
    """The bytes of a 304 that holds by the XSD and by the rules; OwnBerichtInvalid when it would not."""
    body = write(retour, release)
    findings = runtime.xsd_findings(release, Berichtsoort.WMO304, body)
    dossier = DeclaratieRetourDossier(today=runtime.today(), declaratie=declaratie)
    findings += findings_within(retour, Berichtsoort.WMO304, release) if not findings else ()
    findings += findings_beyond(retour, Berichtsoort.WMO304, release, dossier) if not findings else ()
    if findings:
        raise OwnBerichtInvalid(", ".join(f"{finding.regel} {finding.pad}" for finding in findings[:10]))
    return body


def second_304(retour: DeclaratieRetour) -> tuple[Finding, ...]:
    """The finding on a 304 that somebody else made."""
    return (
        Finding(
            regel="IV304.1",
            retourcode=None,
            pad=f"{retour.header.pad}/DeclaratieFactuurIdentificatie/DeclarantFactuurNummer",
            melding="Elke 303 krijgt één 304, en die maakt deze dienst.",
        ),
    )


def _record_of_303(arrival: Arrival, declaratie: Declaratie) -> NewBericht:
    return accepted(
        arrival,
        status=BerichtStatus.IN_VERWERKING,
        uniek=uniek.of_declaratie(declaratie, arrival.sha256),
        bsns=(client.bsn for client in declaratie.clienten),
        aanbieder=declaratie.header.aanbieder,
    )


def _book(
    session: Session,
    arrival: Arrival,
    declaratie_id: str,
    declaratie: Declaratie,
    settlement: Settlement,
    used_referenties: Collection[str],
) -> None:
    header, identificatie = declaratie.header, declaratie.header.declaratie_factuur_identificatie
    record = DeclaratieRecord(
        id=declaratie_id,
        bericht_id=arrival.id,
        gemeente=header.gemeente,
        aanbieder=header.aanbieder,
        servicebureau=header.servicebureau,
        factuurnummer=identificatie.declarant_factuur_nummer,
        vorm=header.vorm,
        declaratie_periode=identificatie.declaratie_periode,
        factuur_dagtekening=identificatie.factuur_dagtekening,
        status=_declaratie_status(settlement),
        ingediend=header.declaratie_factuur_totaal_bedrag.saldo,
        toegekend=settlement.toegekend,
        retour_codes=settlement.retour_codes,
        ontvangen_op=arrival.ontvangen_op,
        geboekt=any(line.boekingen for outcome in settlement.clienten for line in outcome.lines),
    )
    lines = [_line(arrival, o, line, used_referenties) for o in settlement.clienten for line in o.lines]
    stored.add_declaratie(session, declaratie=record, lines=lines)


def _declaratie_status(settlement: Settlement) -> DeclaratieStatus:
    if settlement.technically_refused:
        return DeclaratieStatus.TECHNISCH_AFGEKEURD
    return DeclaratieStatus.HEADER_AFGEKEURD if settlement.refused else DeclaratieStatus.BEOORDEELD


def _line(
    arrival: Arrival, outcome: ClientOutcome, line: LineOutcome, used_referenties: Collection[str]
) -> PrestatieRecord:
    return PrestatieRecord(
        bsn=outcome.client.bsn,
        prestatie=line.prestatie,
        telt=line.prestatie.product_referentie.referentie_nummer not in used_referenties,
        uitkomst=line.uitkomst,
        toegekend=line.toegekend,
        gemeente_berekend=line.gemeente_berekend,
        retour_codes=line.retour_codes,
        findings=arrival.located(line.findings),
        toewijzing_sleutel=line.toewijzing_sleutel,
        boekingen=line.boekingen,
    )


def _send(session: Session, runtime: Runtime, arrival: Arrival, retour: DeclaratieRetour, body: bytes) -> None:
    """Keep the 304, for the aanbieder and the servicebureau that sent the 303, and give the gemeente the 303."""
    header = retour.header
    record = NewBericht(
        id=new_id(),
        soort=Berichtsoort.WMO304,
        release=arrival.release,
        richting=Richting.UITGAAND,
        afzender=header.gemeente,
        ontvanger=header.aanbieder,
        gemeente=header.gemeente,
        aanbieder=header.aanbieder,
        servicebureau=header.servicebureau,
        identificatie=header.declaratie_factuur_identificatie.declarant_factuur_nummer,
        dagtekening=header.retour_dagtekening,
        ontvangen_op=runtime.now(),
        status=BerichtStatus.TE_VERZENDEN,
        body=body,
        antwoord_op_id=arrival.id,
        bsns=frozenset(client.bsn for client in retour.clienten),
    )
    add_bericht(session, new=record)
    receivers = dict.fromkeys(filter(None, (header.aanbieder, header.servicebureau)))
    items = [(aanbieder_partij(agb), record.id) for agb in receivers]
    give(session, runtime, [*items, (gemeente_partij(header.gemeente), arrival.id)])
