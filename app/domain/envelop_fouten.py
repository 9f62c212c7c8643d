"""The errors that may be told about the header of an envelope, in the order in which StUF has them looked for."""

from __future__ import annotations

from typing import Final

from app.domain.envelop import Fout, Plek

LONGEST_OMSCHRIJVING: Final = 200

_CLIENT, _SERVER = Plek.CLIENT, Plek.SERVER
_SOORT_3: Final[dict[str, tuple[Plek, str]]] = {
    "StUF001": (_SERVER, "Deze versie van StUF wordt niet ondersteund; wel StUF 03.01."),
    "StUF004": (_SERVER, "Dit sectormodel wordt niet ondersteund; wel ggk0210."),
    "StUF007": (_SERVER, "Deze versie van het sectormodel wordt niet ondersteund; wel ggk0210."),
    "StUF010": (_CLIENT, "De ontvanger is hier niet bekend."),
    "StUF013": (_CLIENT, "De zender is hier niet bekend, of deze verbinding mag niet namens de zender sturen."),
    "StUF016": (_CLIENT, "Dit referentienummer van de zender is al gebruikt voor een bericht met andere inhoud."),
    "StUF019": (_CLIENT, "Het tijdstipBericht is geen tijdstip, of niet later dan dat van het vorige bericht."),
    "StUF022": (_CLIENT, "Dit is geen bericht met een bekende berichtcode."),
    "StUF025": (_SERVER, "De berichtcode wordt hier niet ondersteund."),
    "StUF034": (_CLIENT, "De functie is niet bekend."),
    "StUF037": (_SERVER, "De functie wordt hier niet ondersteund, of niet in deze versie of op deze dag."),
    "StUF040": (_SERVER, "De functie hoort niet bij deze berichtcode."),
    "StUF043": (_CLIENT, "Het crossRefnummer verwijst naar geen bericht dat hier bekend is."),
    "StUF046": (_SERVER, "Het bericht kan nu niet worden opgeslagen; stuur het later ongewijzigd opnieuw."),
}

SOORT_3: Final = tuple(_SOORT_3)
"""The codes that an Fo03 may carry here; the first that applies is told, and no other."""

ONLEESBAAR_BESTAND: Final = "StUF055"
"""What an Fo01 says of a message that cannot be read: the only reason for which a gemeente sends one."""


def stuf_fout(code: str, toelichting: str = "") -> Fout:
    """The error of this code, with an explanation behind its text that holds no content; KeyError: no such code.

    >>> stuf_fout("StUF022", "Fout: referentienummer.").omschrijving
    'Dit is geen bericht met een bekende berichtcode. Fout: referentienummer.'
    """
    plek, omschrijving = _SOORT_3[code]
    return Fout(code=code, plek=plek, omschrijving=f"{omschrijving} {toelichting}".strip()[:LONGEST_OMSCHRIJVING])


def bestand_fout(reden: str) -> Fout:
    """What is told, afterwards, of a message that cannot be read."""
    return Fout(code=ONLEESBAAR_BESTAND, plek=Plek.CLIENT, omschrijving=reden[:LONGEST_OMSCHRIJVING])


def first(fouten: tuple[Fout, ...]) -> Fout | None:
    """The error that comes first in the order of StUF; None without errors."""
    return min(fouten, key=lambda fout: SOORT_3.index(fout.code), default=None)
