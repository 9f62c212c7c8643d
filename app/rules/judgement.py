"""A whole message next to the rules of its soort and release."""

from __future__ import annotations

from app.domain.bericht import Berichtsoort
from app.domain.retour import Finding
from app.rules.catalogue import Bericht, regels_for, subjects
from app.rules.technische_regel import Niveau, judge


def findings_within(bericht: Bericht, soort: Berichtsoort, release: str) -> tuple[Finding, ...]:
    """What the rules within the message find; nothing else is needed for them."""
    return judge(subjects(bericht), regels_for(soort, release, Niveau.BERICHT), bericht)


def findings_beyond(bericht: Bericht, soort: Berichtsoort, release: str, dossier: object) -> tuple[Finding, ...]:
    """What the rules over messages and on outside data find, given the facts.

    The rules on one prestatie are not among them: what is left of a budget changes with every line (see settle).
    """
    return judge(subjects(bericht), regels_for(soort, release, Niveau.BERICHTOVERSTIJGEND, Niveau.EXTERN), dossier)
