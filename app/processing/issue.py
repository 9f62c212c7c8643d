"""A 301 that the service makes itself: judged like one of the back office, booked, and made available."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort
from app.domain.inrichting import Inrichting
from app.domain.refusals import RejectedBericht
from app.domain.retour import Finding
from app.domain.routing import without_other_aanbieders, without_remarks_on_products
from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.releases import RELEASES, write
from app.processing.allocate import contract_for, offer, outgoing_301
from app.processing.arrival import errors_in
from app.processing.runtime import Runtime, new_id
from app.processing.toewijzingen import findings_on, load_dossier
from app.storage.berichten import add_bericht
from app.storage.findings import add_findings

DEFAULT_RELEASE = "2.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A 301 that was made: its id and bytes, the warnings on it, and the (party, bericht id) for the postbuses."""

    bericht_id: str
    release: str
    body: bytes
    findings: tuple[Finding, ...]
    items: tuple[tuple[str, str], ...]


def issue_301(
    session: Session, runtime: Runtime, *, bericht: Toewijzingsbericht, inrichting: Inrichting, key_id: str | None
) -> Issued:
    """Write a 301 for one aanbieder in the release of its contract, book it, and answer it where agreed.

    The caller puts `items` into the postbuses (bezorgen.give), once for all 301s of its transaction. Raises
    RejectedBericht with every finding of XSD and rules when the 301 would not be right; then nothing is kept.
    """
    contract = contract_for(bericht, bericht.header.ontvanger, inrichting)
    release = contract.release if contract else DEFAULT_RELEASE
    body = write(_for_release(bericht, release), release)
    findings = runtime.xsd_findings(release, Berichtsoort.WMO301, body)
    if not findings:
        findings = findings_on(bericht, load_dossier(session, runtime, bericht, lock=True), release)
    if errors_in(findings):
        raise RejectedBericht("De toewijzing zou geen juist bericht geven.", findings=findings)
    bericht_id = new_id()
    record = outgoing_301(bericht_id, bericht, release, body, runtime.now(), key_id)
    add_bericht(session, new=replace(record, eigen=True))
    add_findings(session, bericht_id=bericht_id, findings=findings)
    items = offer(session, runtime, bericht_id, bericht, inrichting, release=release)
    return Issued(bericht_id=bericht_id, release=release, body=body, findings=findings, items=tuple(items))


def _for_release(bericht: Toewijzingsbericht, release: str) -> Toewijzingsbericht:
    """The same assignment as the release writes it."""
    reduced = without_remarks_on_products if RELEASES[release].several_aanbieders else without_other_aanbieders
    clienten = tuple(reduced(client) for client in bericht.clienten)
    return Toewijzingsbericht(header=bericht.header, clienten=clienten)
