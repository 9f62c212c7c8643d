"""What the kinds of messages are called: the only such table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.domain.bericht import Berichtsoort

FOUTBERICHT: Final = "Fo01"
"""A kind of the GGk, which is no berichtsoort of iWmo."""

_WOORDEN: Final[Mapping[str, tuple[str, str]]] = {
    Berichtsoort.WMO301: ("dit", "toewijzingsbericht"),
    Berichtsoort.WMO302: ("dit", "antwoord op een toewijzingsbericht"),
    Berichtsoort.WMO303: ("deze", "declaratie"),
    Berichtsoort.WMO304: ("dit", "antwoord op een declaratie"),
    Berichtsoort.WMO305: ("dit", "startbericht"),
    Berichtsoort.WMO306: ("dit", "antwoord op een startbericht"),
    Berichtsoort.WMO307: ("dit", "stopbericht"),
    Berichtsoort.WMO308: ("dit", "antwoord op een stopbericht"),
    Berichtsoort.WMO315: ("dit", "verzoek om toewijzing"),
    Berichtsoort.WMO316: ("dit", "antwoord op een verzoek om toewijzing"),
    FOUTBERICHT: ("dit", "foutbericht"),
}
"""Each kind with the word that points at one of it."""


def soort_naam(soort: str) -> str:
    """What a kind is called, at the start of a line; one that is unknown by its code.

    >>> soort_naam("WMO302"), soort_naam("Zz01")
    ('Antwoord op een toewijzingsbericht', 'Zz01')
    """
    return _WOORDEN[soort][1].capitalize() if soort in _WOORDEN else soort


def soort_nummer(soort: Berichtsoort) -> str:
    """The number of a kind in the standard.

    >>> soort_nummer(Berichtsoort.WMO303)
    '303'
    """
    return soort.removeprefix("WMO")


def dit_bericht(soort: Berichtsoort) -> str:
    """The words that point at a message of a kind, with its number.

    >>> dit_bericht(Berichtsoort.WMO303), dit_bericht(Berichtsoort.WMO307)
    ('Deze declaratie (303)', 'Dit stopbericht (307)')
    """
    return f"{' '.join(_WOORDEN[soort])} ({soort_nummer(soort)})".capitalize()


def soort_choices() -> list[tuple[str, str]]:
    """Every kind of iWmo to choose from, by its code.

    >>> soort_choices()[0]
    ('WMO301', '301 toewijzingsbericht')
    """
    return [(soort.value, f"{soort_nummer(soort)} {_WOORDEN[soort][1]}") for soort in Berichtsoort]
