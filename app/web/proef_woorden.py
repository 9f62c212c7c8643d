"""What is said of a message on trial: in one sentence what would happen, and what to do when it cannot be read."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from app.domain.bericht import BerichtStatus
from app.domain.codelijsten import TECHNISCH_AFGEKEURD
from app.domain.principal import Principal
from app.domain.retour import Ernst, Finding
from app.domain.settlement import Settlement, Uitkomst
from app.domain.uitleg import betekenis_of
from app.processing.controleren import Beproefd
from app.processing.proef import afrekening_of
from app.web.dutch import euro, geteld
from app.web.soorten import dit_bericht

UITKOMSTEN: Final = {
    Uitkomst.TOEGEKEND: ("toegekend", "success"),
    Uitkomst.DEELS: ("deels toegekend", "warning"),
    Uitkomst.AFGEWEZEN: ("afgewezen", "error"),
}
TECHNICAL: Final = "Na herstel mag u het met hetzelfde factuurnummer opnieuw sturen."
NOT_TECHNICAL: Final = "Geen enkele regel is verder beoordeeld."

_TO_DO: Final = (
    (
        (b"\xef\xbb\xbf",),
        "Het bestand begint met drie onzichtbare tekens (een BOM). Sla het op als ‘UTF-8’, niet als ‘UTF-8 met BOM’.",
    ),
    (
        (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"<\0", b"\0<"),
        "Het bestand is opgeslagen als UTF-16 (‘Unicode’). Sla het op als ‘UTF-8’.",
    ),
    ((b"PK\x03\x04",), "Dit is een zip-bestand. Pak het eerst uit en kies dan het bericht zelf."),
    ((b"%PDF",), "Dit is een pdf. Kies het XML-bestand uit uw software."),
    ((b"\x1f\x8b",), "Dit bestand is ingepakt (gzip). Pak het eerst uit en kies dan het bericht zelf."),
    ((b"{", b"["), "Dit lijkt JSON. Kies het XML-bestand uit uw software."),
)
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_FIRST: Final = 2_000
SEND_XML: Final = "Kies het bestand zoals uw software het heeft gemaakt, of laat de leverancier ernaar kijken."
NO_DOCTYPE: Final = "Haal het stuk dat met <!DOCTYPE begint weg. Een iWmo-bericht heeft het nooit nodig."


def what_to_do(body: bytes) -> str:
    """How to make something that can be read of what cannot."""
    for beginnings, advice in _TO_DO:
        if body.startswith(beginnings):
            return advice
    return NO_DOCTYPE if _DOCTYPE.search(body, 0, _FIRST) else SEND_XML


def whose(principal: Principal) -> str:
    """Which messages somebody may try."""
    if principal.for_aanbieder:
        return f"berichten van uzelf ({_codes(principal.aanbieders, 'AGB-code')})"
    return f"berichten van en aan uw gemeente ({_codes(principal.gemeenten, 'gemeentecode')})"


def _codes(codes: frozenset[str], one: str) -> str:
    return f"{one if len(codes) == 1 else one + 's'} {', '.join(sorted(codes))}"


class InEenZin(NamedTuple):
    """What would happen: a word with how bad that is, and a sentence."""

    woord: str
    kind: str
    zin: str


def oordeel_of(proef: Beproefd) -> InEenZin:
    """What would happen to a message."""
    if proef.bericht_id is not None:
        zin = "Precies dit bericht is al ontvangen. Het nog eens versturen verandert niets; dit werd ervan."
        return InEenZin("al ontvangen", "info", zin)
    if isinstance(proef.uitkomst, Settlement):
        return _of_settlement(proef.uitkomst)
    naam = dit_bericht(proef.soort)
    wrong = sum(finding.ernst is Ernst.FOUT for finding in proef.findings)
    if proef.status is BerichtStatus.AFGEKEURD:
        zin = f"{naam} wordt geweigerd: er {'is' if wrong == 1 else 'zijn'} {geteld(wrong, 'fout', 'fouten')}."
        return InEenZin("geweigerd", "error", zin)
    if proef.findings:
        what = "de waarschuwing" if len(proef.findings) == 1 else "de waarschuwingen"
        return InEenZin("aangenomen", "warning", f"{naam} wordt aangenomen. Let op {what} hieronder.")
    return InEenZin("aangenomen", "success", f"{naam} wordt aangenomen. Er is niets op aan te merken.")


def _of_settlement(settlement: Settlement) -> InEenZin:
    if settlement.refused:
        rest = TECHNICAL if settlement.technically_refused else NOT_TECHNICAL
        zin = f"Deze declaratie wordt als geheel afgekeurd: er wordt niets toegekend. {rest}"
        return InEenZin("afgekeurd", "error", zin)
    found = afrekening_of(settlement)
    granted = euro(found.toegekend.cents)
    if settlement.in_full:
        return InEenZin("toegekend", "success", f"Deze declaratie wordt volledig toegekend: {granted}.")
    few = f"{found.niet_volledig} van de {geteld(found.aantal, 'regel', 'regels')}"
    lacking = f"{few} {'krijgt' if found.niet_volledig == 1 else 'krijgen'}" if found.aantal > 1 else "De regel krijgt"
    zin = f"Van de {euro(found.ingediend.cents)} wordt {granted} toegekend. {lacking} niet wat is gevraagd."
    return InEenZin("deels" if found.niet_volledig < found.aantal else "niet in orde", "warning", zin)


def titel_of(finding: Finding) -> str:
    """A finding in a few words: what its code means, or without one of its own what was found."""
    code = finding.retourcode
    return (betekenis_of(code) if code and code != TECHNISCH_AFGEKEURD else finding.melding).removesuffix(".")


def place_in_words(pad: str) -> str:
    """Where in a message something stands, without the parts that say nothing.

    >>> place_in_words("/Bericht/Clienten/Client[2]/Prestaties/Prestatie[1]/ProductCode")
    'Client 2, Prestatie 1, ProductCode'
    >>> place_in_words("/Bericht")
    'het hele bericht'
    """
    steps = [step for step in pad.split("/") if step and step not in _SAYS_NOTHING]
    return ", ".join(_NUMBER.sub(r" \1", step) for step in steps) or "het hele bericht"


_NUMBER: Final = re.compile(r"\[([0-9]+)\]")
_SAYS_NOTHING: Final = frozenset({"Bericht", "Clienten", "Prestaties", "ToegewezenProducten", "BeschiktProducten"})
