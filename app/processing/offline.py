"""Judging a message on its own: what it is, its XSD errors, and the rules within it."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.bericht import Berichtsoort
from app.domain.refusals import RejectedBericht, UnreadableBericht
from app.domain.retour import Finding, capped
from app.domain.verzoek import OverigBericht
from app.iwmo.reading import read, recognise
from app.iwmo.xsd import Schemas
from app.rules.judgement import findings_within


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineVerdict:
    """What a message on its own says; without `soort` it could not be read, and `findings` say why."""

    release: str | None = None
    soort: Berichtsoort | None = None
    findings: tuple[Finding, ...] = ()


def judge_offline(schemas: Schemas, body: bytes) -> OfflineVerdict:
    """Judge the bytes of a message without a database."""
    try:
        recognised = recognise(body)
    except UnreadableBericht as refusal:
        return OfflineVerdict(findings=refusal.findings)
    release, soort = recognised.release, recognised.soort
    findings = schemas.findings(release, soort, recognised.tree, size=len(body))
    if not findings:
        try:
            inhoud = read(recognised)
        except RejectedBericht as refusal:
            findings = refusal.findings
        else:
            within = () if isinstance(inhoud, OverigBericht) else findings_within(inhoud, soort, release)
            findings = tuple(finding.at_line(recognised.line_of(finding.pad)) for finding in capped(within))
    return OfflineVerdict(release=release, soort=soort, findings=findings)
