"""A 301 comes in: judged, booked as versions of toewijzingen, made available to its aanbieder(s)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.dossier import ToewijzingDossier
from app.domain.refusals import RejectedBericht
from app.domain.retour import Finding
from app.domain.routing import allotments, goes_as_it_is
from app.domain.toewijzing import Toewijzingsbericht
from app.processing import uniek
from app.processing.allocate import allocate
from app.processing.arrival import Arrival, Receipt, accepted, errors_in
from app.processing.duplicates import keep_once, known_receipt
from app.processing.inrichtingen import ask_inrichting
from app.processing.runtime import Runtime
from app.rules.judgement import findings_beyond, findings_within
from app.storage import toewijzingen as stored
from app.storage.findings import add_findings
from app.storage.verzoeken import ask_referenties
from app.storage.wire import Answer


def receive(session: Session, runtime: Runtime, arrival: Arrival, bericht: Toewijzingsbericht) -> Receipt:
    """Process a 301; raises RejectedBericht with all findings when one of them stops it."""
    direct = goes_as_it_is(bericht)
    record = accepted(
        arrival,
        status=BerichtStatus.TE_VERZENDEN if direct else BerichtStatus.VERWERKT,
        uniek=uniek.of_toewijzing(bericht),
        bsns=(client.bsn for client in bericht.clienten),
        aanbieder=bericht.header.ontvanger if direct else None,
    )
    asked = ask_dossier(session, runtime, bericht, lock=True)
    existing = keep_once(session, runtime, record)
    if existing is not None:
        return known_receipt(session, existing, arrival)
    dossier = asked.get()
    findings = arrival.located(findings_on(bericht, dossier, arrival.release))
    if errors_in(findings):
        raise RejectedBericht("Het bericht voldoet niet aan de regels van de toewijzing.", findings=findings)
    add_findings(session, bericht_id=arrival.id, findings=findings)
    allocate(session, runtime, arrival, bericht, dossier.inrichting)
    return Receipt(bericht_id=arrival.id, is_new=True)


def load_dossier(
    session: Session, runtime: Runtime, bericht: Toewijzingsbericht, *, lock: bool, identificatie_used: bool = False
) -> ToewijzingDossier:
    """The facts for judging a 301; `lock` keeps its toewijzingen as they are until the transaction ends."""
    return ask_dossier(session, runtime, bericht, lock=lock, identificatie_used=identificatie_used).get()


def ask_dossier(
    session: Session, runtime: Runtime, bericht: Toewijzingsbericht, *, lock: bool, identificatie_used: bool = False
) -> Answer[ToewijzingDossier]:
    """The same, to be answered along with what is asked next."""
    gemeente = bericht.header.afzender
    allotted = tuple(allotments(bericht))
    nummers = {a.product.toewijzing_nummer for a in allotted if a.product.toewijzing_nummer is not None}
    if lock:
        stored.lock_toewijzingen(session, gemeente=gemeente, nummers=nummers)
    inrichting = ask_inrichting(session, runtime, gemeente)
    known = stored.ask_by_nummer(session, gemeente=gemeente, nummers=nummers)
    verzocht = ask_referenties(
        session,
        gemeente=gemeente,
        aanbieders={a.aanbieder for a in allotted},
        bsns={a.client.bsn for a in allotted},
    )
    return verzocht.then(
        lambda verzoek_referenties: ToewijzingDossier(
            today=runtime.today(),
            inrichting=inrichting.get(),
            identificatie_used=identificatie_used,
            toewijzingen=known.get(),
            verzoek_referenties=verzoek_referenties,
        )
    )


def findings_on(bericht: Toewijzingsbericht, dossier: ToewijzingDossier, release: str) -> tuple[Finding, ...]:
    """Every finding on a 301, within the message and beyond it."""
    within = findings_within(bericht, Berichtsoort.WMO301, release)
    return within + findings_beyond(bericht, Berichtsoort.WMO301, release, dossier)
