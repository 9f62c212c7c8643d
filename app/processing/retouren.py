"""A 302 comes in: matched to its 301; when it refuses that, nothing of the 301 counts any more (IV032)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort, BerichtStatus
from app.domain.dossier import RetourDossier
from app.domain.principal import gemeente_partij
from app.domain.refusals import RejectedBericht
from app.domain.retour import Ernst, Finding
from app.domain.toewijzing import ToewijzingRetour, Toewijzingsbericht
from app.iwmo.reading import read, recognise
from app.processing import uniek
from app.processing.arrival import Arrival, Receipt, accepted, errors_in
from app.processing.bezorgen import give
from app.processing.duplicates import keep_once, known_receipt
from app.processing.runtime import Runtime
from app.rules.judgement import findings_beyond, findings_within
from app.storage.accepted import AcceptedBericht, find_accepted, set_antwoord_op
from app.storage.berichten import body_of, set_status
from app.storage.findings import add_findings
from app.storage.toewijzingen import reject_versies

REFUSED_DECISION = Finding(
    regel="IWB-geweigerd",
    retourcode=None,
    pad="/Bericht",
    melding="De aanbieder weigert deze 301. Wat is toegekend blijft staan, tot de gemeente het wijzigt of beëindigt.",
    ernst=Ernst.WAARSCHUWING,
)


def receive(session: Session, runtime: Runtime, arrival: Arrival, retour: ToewijzingRetour) -> Receipt:
    """Process a 302; raises RejectedBericht when it fits no 301, or one that was answered before."""
    heenbericht = find_heenbericht(session, retour)
    record = accepted(
        arrival,
        status=BerichtStatus.VERWERKT,
        uniek=uniek.of_retour(retour),
        bsns=(client.bsn for client in retour.clienten),
        aanbieder=retour.header.ontvanger,
    )
    existing = keep_once(session, runtime, record)
    if existing is not None:
        return known_receipt(session, existing, arrival)
    findings = arrival.located(findings_on(session, runtime, retour, heenbericht, arrival.release))
    if errors_in(findings) or heenbericht is None:
        raise RejectedBericht("Het retourbericht past niet bij een eerdere 301.", findings=findings)
    _apply(session, runtime, arrival, retour, heenbericht)
    add_findings(session, bericht_id=arrival.id, findings=findings)
    return Receipt(bericht_id=arrival.id, is_new=True)


def find_heenbericht(session: Session, retour: ToewijzingRetour) -> AcceptedBericht | None:
    """The 301 that the retour answers: same parties, same Identificatie (IV028.1)."""
    found = find_accepted(session, uniek=uniek.of_heenbericht(retour))
    return found if found is not None and found.aanbieder == retour.header.ontvanger else None


def findings_on(
    session: Session, runtime: Runtime, retour: ToewijzingRetour, heenbericht: AcceptedBericht | None, release: str
) -> tuple[Finding, ...]:
    """Every finding on a 302, next to the 301 that it answers."""
    dossier = RetourDossier(
        today=runtime.today(),
        heenbericht=_content(session, heenbericht) if heenbericht else None,
        answered=heenbericht is not None and heenbericht.answered,
    )
    within = findings_within(retour, Berichtsoort.WMO302, release)
    return within + findings_beyond(retour, Berichtsoort.WMO302, release, dossier)


def _content(session: Session, heenbericht: AcceptedBericht) -> Toewijzingsbericht | None:
    inhoud = read(recognise(body_of(session, id=heenbericht.id)))
    return inhoud if isinstance(inhoud, Toewijzingsbericht) else None


def _apply(
    session: Session, runtime: Runtime, arrival: Arrival, retour: ToewijzingRetour, heenbericht: AcceptedBericht
) -> None:
    set_antwoord_op(session, id=arrival.id, antwoord_op_id=heenbericht.id)
    set_status(session, id=heenbericht.id, status=BerichtStatus.BEANTWOORD)
    if retour.header.retour_codes and heenbericht.eigen:
        add_findings(session, bericht_id=heenbericht.id, findings=(REFUSED_DECISION,))
    elif retour.header.retour_codes:
        reject_versies(session, bericht_id=heenbericht.id)
    give(session, runtime, [(gemeente_partij(retour.header.afzender), arrival.id)])
