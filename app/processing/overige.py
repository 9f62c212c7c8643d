"""A 305-308, 315 or 316 comes in: kept and made available to the other party; a 315's references are remembered."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort, BerichtStatus, Richting
from app.domain.principal import aanbieder_partij, gemeente_partij
from app.domain.verzoek import OverigBericht
from app.processing import uniek
from app.processing.arrival import Arrival, Receipt, accepted, richting_of
from app.processing.bezorgen import give
from app.processing.duplicates import keep_once, known_receipt
from app.processing.runtime import Runtime
from app.storage.verzoeken import add_referenties


def receive(session: Session, runtime: Runtime, arrival: Arrival, bericht: OverigBericht) -> Receipt:
    """Keep a message that asks for nothing yet."""
    aanduiding = arrival.aanduiding
    outgoing = richting_of(arrival.soort) is Richting.UITGAAND
    gemeente, aanbieder = aanduiding.gemeente or "", aanduiding.aanbieder or ""
    record = accepted(
        arrival,
        status=BerichtStatus.TE_VERZENDEN if outgoing else BerichtStatus.VERWERKT,
        uniek=uniek.of_overig(arrival),
        bsns=bericht.bsns,
        aanbieder=aanbieder,
    )
    existing = keep_once(session, runtime, record)
    if existing is not None:
        return known_receipt(session, existing, arrival)
    if arrival.soort is Berichtsoort.WMO315:
        pairs = ((bsn, referentie) for bsn in bericht.bsns for referentie in bericht.referenties)
        add_referenties(session, gemeente=gemeente, aanbieder=aanbieder, referenties=pairs, bericht_id=arrival.id)
    partij = aanbieder_partij(aanbieder) if outgoing else gemeente_partij(gemeente)
    give(session, runtime, [(partij, arrival.id)])
    return Receipt(bericht_id=arrival.id, is_new=True)
