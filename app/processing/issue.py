"""A 301 that the service makes itself: judged like one of the back office, booked, and made available."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.domain.bericht import Berichtsoort
from app.domain.dossier import ToewijzingDossier
from app.domain.inrichting import Inrichting
from app.domain.refusals import RejectedBericht
from app.domain.retour import Finding
from app.domain.routing import without_other_aanbieders, without_remarks_on_products
from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.releases import RELEASES, write
from app.processing.allocate import WHOLES, Items, Offered, contract_for, offer, outgoing_301
from app.processing.arrival import errors_in
from app.processing.runtime import Runtime, new_id
from app.processing.toewijzingen import findings_on, load_dossier
from app.storage.berichten import add_berichten

DEFAULT_RELEASE = "2.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A 301 that was made: its id and bytes, the warnings on it, and the (party, bericht id) for the postbuses."""

    bericht_id: str
    release: str
    body: bytes
    findings: tuple[Finding, ...]
    items: Items


def issue_301(
    session: Session,
    runtime: Runtime,
    *,
    bericht: Toewijzingsbericht,
    inrichting: Inrichting,
    key_id: str | None,
    vanaf: Mapping[str, int] = WHOLES,
) -> Issued:
    """Write a 301 for one aanbieder in the release of its contract, book it, and answer it where agreed.

    `vanaf` is as in `Offered`. The caller puts `items` into the postbuses (bezorgen.give), once for all 301s of
    its transaction. Raises RejectedBericht with every finding of XSD and rules when the 301 would not be right;
    then nothing is kept.
    """
    dossier = load_dossier(session, runtime, bericht, lock=True)
    judged = judge_301(runtime, bericht, inrichting, dossier, vanaf=vanaf)
    return book_301s(session, runtime, [judged], inrichting, key_id)[0]


class Judged(NamedTuple):
    """A 301 that is right: how it is kept, its bytes, and the warnings on it."""

    offered: Offered
    body: bytes
    findings: tuple[Finding, ...]


def judge_301(
    runtime: Runtime,
    bericht: Toewijzingsbericht,
    inrichting: Inrichting,
    dossier: ToewijzingDossier,
    *,
    vanaf: Mapping[str, int] = WHOLES,
) -> Judged:
    """Write a 301 for one aanbieder and judge it by XSD and rules; the database is not asked or told anything.

    Raises RejectedBericht with every finding when the 301 would not be right.
    """
    contract = contract_for(bericht, bericht.header.ontvanger, inrichting)
    release = contract.release if contract else DEFAULT_RELEASE
    body = write(_for_release(bericht, release), release)
    findings = runtime.xsd_findings(release, Berichtsoort.WMO301, body) or findings_on(bericht, dossier, release)
    if errors_in(findings):
        raise RejectedBericht("De toewijzing zou geen juist bericht geven.", findings=findings)
    return Judged(Offered(new_id(), bericht, release, vanaf), body, findings)


def book_301s(
    session: Session, runtime: Runtime, judged: Sequence[Judged], inrichting: Inrichting, key_id: str | None
) -> list[Issued]:
    """Keep 301s that are right, book what they assign, and answer them where agreed; in the same order."""
    now = runtime.now()
    records = [outgoing_301(one.offered, one.body, now, key_id) for one in judged]
    kept = [replace(record, eigen=True, findings=one.findings) for record, one in zip(records, judged, strict=True)]
    add_berichten(session, new=kept)
    items = offer(session, runtime, [one.offered for one in judged], inrichting)
    return [
        Issued(
            bericht_id=one.offered.bericht_id,
            release=one.offered.release,
            body=one.body,
            findings=one.findings,
            items=own,
        )
        for one, own in zip(judged, items, strict=True)
    ]


def _for_release(bericht: Toewijzingsbericht, release: str) -> Toewijzingsbericht:
    """The same assignment as the release writes it."""
    reduced = without_remarks_on_products if RELEASES[release].several_aanbieders else without_other_aanbieders
    clienten = tuple(reduced(client) for client in bericht.clienten)
    return Toewijzingsbericht(header=bericht.header, clienten=clienten)
