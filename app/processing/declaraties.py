"""A 303 comes in: settled against the toewijzingen in one transaction, and answered by exactly one 304."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort, BerichtStatus, Richting
from app.domain.declaratie import AangebodenDeclaratie, Declaratie, DeclaratieRetour
from app.domain.principal import aanbieder_partij, gemeente_partij
from app.domain.retour import Finding
from app.domain.settlement import Settlement
from app.domain.werk import VERWERKING_BAAN, JobSoort
from app.processing import uniek
from app.processing.arrival import Arrival, Receipt, accepted
from app.processing.bezorgen import give
from app.processing.declaratie_besluit import Besluit, decide
from app.processing.declaratie_feiten import judged_alone, load_feiten
from app.processing.duplicates import keep_once
from app.processing.runtime import Runtime, new_id
from app.storage import declaraties as stored
from app.storage.berichten import NewBericht, add_bericht, set_status
from app.storage.declaraties import DeclaratieRecord, DeclaratieStatus
from app.storage.findings import add_findings
from app.storage.jobs import NewJob, add_jobs
from app.storage.packed import Packed


def receive(
    session: Session, runtime: Runtime, arrival: Arrival, declaratie: Declaratie | AangebodenDeclaratie
) -> Receipt:
    """Process a 303: at once, or when it is large as a job that its receipt leaves behind."""
    existing = keep_once(session, runtime, _record_of_303(arrival, declaratie))
    if existing is not None:
        return Receipt(bericht_id=existing, is_new=False)
    if isinstance(declaratie, Declaratie) and arrival.omvang_bytes <= runtime.direct_bytes:
        settle_and_answer(session, runtime, arrival, declaratie)
    else:
        now = runtime.now()
        add_jobs(session, [_later(arrival, now)], now=now)
    return Receipt(bericht_id=arrival.id, is_new=True)


def _later(arrival: Arrival, now: datetime) -> NewJob:
    return NewJob(soort=JobSoort.VERWERKING, gepland_op=now, baan=VERWERKING_BAAN, bericht_id=arrival.id)


def settle_and_answer(session: Session, runtime: Runtime, arrival: Arrival, declaratie: Declaratie) -> None:
    """Book what is granted of a 303 that was kept, and send the 304 to the aanbieder: load, decide and record in one.

    What is large may be decided beforehand, on facts that are only looked at; if those are still the same when they
    are loaded with a claim, the decision stands and `record` is all that is left.
    """
    declaratie_id, within = new_id(), judged_alone(declaratie, arrival.release)
    feiten = load_feiten(session, runtime, declaratie, arrival.release, within=within, claim=declaratie_id)
    record(session, runtime, arrival, declaratie, decide(runtime, arrival, declaratie, feiten), id=declaratie_id)


def record(
    session: Session, runtime: Runtime, arrival: Arrival, declaratie: Declaratie, besluit: Besluit, *, id: str
) -> None:
    """Write a decision down as the declaratie `id`, under which its facts were claimed in this transaction."""
    status = BerichtStatus.AFGEKEURD if besluit.settlement.refused else BerichtStatus.VERWERKT
    set_status(session, id=arrival.id, status=status, answered=True)
    add_findings(session, bericht_id=arrival.id, findings=besluit.findings)
    stored.add_declaratie(
        session, declaratie=_record_of(arrival, declaratie, besluit.settlement, id), lines=besluit.lines
    )
    _send(session, runtime, arrival, besluit.retour, besluit.antwoord)


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


def _record_of_303(arrival: Arrival, declaratie: Declaratie | AangebodenDeclaratie) -> NewBericht:
    return accepted(
        arrival,
        status=BerichtStatus.IN_VERWERKING,
        uniek=uniek.of_declaratie(declaratie.header, arrival.sha256),
        bsns=declaratie.bsns,
        aanbieder=declaratie.header.aanbieder,
    )


def _record_of(arrival: Arrival, declaratie: Declaratie, settlement: Settlement, id: str) -> DeclaratieRecord:
    header, identificatie = declaratie.header, declaratie.header.declaratie_factuur_identificatie
    return DeclaratieRecord(
        id=id,
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


def _declaratie_status(settlement: Settlement) -> DeclaratieStatus:
    if settlement.technically_refused:
        return DeclaratieStatus.TECHNISCH_AFGEKEURD
    return DeclaratieStatus.HEADER_AFGEKEURD if settlement.refused else DeclaratieStatus.BEOORDEELD


def _send(session: Session, runtime: Runtime, arrival: Arrival, retour: DeclaratieRetour, body: Packed) -> None:
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
