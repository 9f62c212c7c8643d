"""Which message of iWmo goes in which envelope, and which message answers it: what the chain checks as a pair."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Berichtcode(StrEnum):
    """The two envelopes that hold a message."""

    DI01 = "Di01"
    DU01 = "Du01"


class Afzender(StrEnum):
    """Which of the two sends a message; the other receives it."""

    GEMEENTE = "gemeente"
    AANBIEDER = "aanbieder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Functie:
    """A message in an envelope: `naam` without version, its release (`2.3`), and what answers it in a Du01.

    It is in use from `vanaf` up to and including `tot`; None on a side is without a limit.
    """

    naam: str
    release: str
    berichtcode: Berichtcode
    afzender: Afzender
    antwoord: str | None = None
    vanaf: date | None = None
    tot: date | None = None

    def in_use(self, today: date) -> bool:
        """Whether it may be sent on the day."""
        return (self.vanaf is None or self.vanaf <= today) and (self.tot is None or today <= self.tot)

    @property
    def versie(self) -> tuple[str, str]:
        """functieVersie and functieSubversie."""
        return versie_of(self.release)


def versie_of(release: str) -> tuple[str, str]:
    """The version of a release as an envelope writes it.

    >>> versie_of("2.3")
    ('0002', '0003')
    """
    major, minor = release.split(".")
    return f"{int(major):04}", f"{int(minor):04}"


def release_of(functie_versie: str, functie_subversie: str) -> str:
    """The release that an envelope names: the reverse of `versie_of`.

    >>> release_of("0003", "0002")
    '3.2'
    """
    return f"{int(functie_versie)}.{int(functie_subversie)}"


_HEEN_EN_RETOUR_2: Final[dict[str, tuple[str | None, Afzender]]] = {
    "WMO301": ("WMO302", Afzender.GEMEENTE),
    "WMO303": ("WMO304", Afzender.AANBIEDER),
    "WMO305": ("WMO306", Afzender.AANBIEDER),
    "WMO307": ("WMO308", Afzender.AANBIEDER),
    "WMO315": ("WMO316", Afzender.AANBIEDER),
}
_HEEN_EN_RETOUR_3: Final[dict[str, tuple[str | None, Afzender]]] = {
    **{heen: _HEEN_EN_RETOUR_2[heen] for heen in ("WMO301", "WMO305", "WMO307", "WMO315")},
    "WMO317": ("WMO318", Afzender.AANBIEDER),
    "WMO319": ("WMO320", Afzender.GEMEENTE),
    # The claim and its answer are both a Di01: they find each other by the DeclaratieNummer.
    "WMO323": (None, Afzender.AANBIEDER),
    "WMO325": (None, Afzender.GEMEENTE),
}
_OTHER: Final = {
    Afzender.GEMEENTE: Afzender.AANBIEDER,
    Afzender.AANBIEDER: Afzender.GEMEENTE,
}


def _functies(release: str, pairs: dict[str, tuple[str | None, Afzender]]) -> Iterable[Functie]:
    for naam, (antwoord, afzender) in pairs.items():
        heen, retour = Berichtcode.DI01, Berichtcode.DU01
        yield Functie(naam=naam, release=release, berichtcode=heen, afzender=afzender, antwoord=antwoord)
        if antwoord is not None:
            yield Functie(naam=antwoord, release=release, berichtcode=retour, afzender=_OTHER[afzender])


FUNCTIES: Final[tuple[Functie, ...]] = (
    *(functie for release in ("2.0", "2.1", "2.2", "2.3") for functie in _functies(release, _HEEN_EN_RETOUR_2)),
    *(functie for release in ("3.0", "3.1", "3.2") for functie in _functies(release, _HEEN_EN_RETOUR_3)),
)
"""Every message of iWmo that the chain knows; who receives takes out what it supports, and may limit the dates."""


def functies_of(releases: Collection[str]) -> tuple[Functie, ...]:
    """The messages of these releases."""
    return tuple(functie for functie in FUNCTIES if functie.release in releases)


def find_functie(functies: Iterable[Functie], naam: str, release: str) -> Functie | None:
    """The message with this name in a release; None when it is not among them."""
    return next((one for one in functies if (one.naam, one.release) == (naam, release)), None)
