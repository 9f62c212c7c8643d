"""Asks one rule about one message."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.declaratie import Declaratie, DeclaratieRetour
from app.domain.retour import Ernst, Finding, Waarde
from app.domain.toewijzing import ToewijzingRetour, Toewijzingsbericht
from app.rules.catalogue import Bericht, regels_for, subjects
from app.rules.technische_regel import Niveau, judge

SOORT = {
    Toewijzingsbericht: Berichtsoort.WMO301,
    ToewijzingRetour: Berichtsoort.WMO302,
    Declaratie: Berichtsoort.WMO303,
    DeclaratieRetour: Berichtsoort.WMO304,
}


def findings(bericht: Bericht, dossier: object = None, *, release: str = "2.3") -> tuple[Finding, ...]:
    """Every finding on the message; rules that need a dossier are asked only when there is one."""
    soort = SOORT[type(bericht)]
    parts = tuple(subjects(bericht))
    found = judge(parts, regels_for(soort, release, Niveau.BERICHT), bericht)
    if dossier is not None:
        found += judge(parts, regels_for(soort, release, Niveau.BERICHTOVERSTIJGEND, Niveau.EXTERN), dossier)
    return found


def found(
    regel: str, bericht: Bericht, dossier: object = None, *, ernst: Ernst | None = None
) -> list[tuple[str, dict[str, Waarde]]]:
    """Where the rule finds something, and the values that it compared."""
    return [
        (finding.pad, finding.waarden)
        for finding in findings(bericht, dossier)
        if finding.regel == regel and ernst in {None, finding.ernst}
    ]
