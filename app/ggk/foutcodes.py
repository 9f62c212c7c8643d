"""What a fault code of the chain means for whoever must act on it, by who sent it and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from app.ggk.foutlijsten import STUF, TOT_2025, VANAF_2025, Herhaling, Lijst, Uitleg, Wie

LATER: Final = frozenset({(Lijst.TOT_2025, "IB103"), (Lijst.VANAF_2025, "IB023"), (Lijst.STUF, "StUF046")})
"""The faults that pass by themselves: the same bytes may go again, later."""

NEW_LIST: Final = date(2025, 11, 1)
_NEW_SENDER: Final = "BIDN"
_LISTS: Final = {Lijst.STUF: STUF, Lijst.VANAF_2025: VANAF_2025, Lijst.TOT_2025: TOT_2025}
_ONBEKEND: Final = (
    "Deze code staat in geen lijst die hier bekend is. Lees de omschrijving en details van de melder, en neem contact "
    "met hem op met het referentienummer bij de hand."
)


@dataclass(frozen=True, slots=True)
class Foutuitleg:
    """The meanings that a code may have, the likeliest first; none when no list knows it."""

    code: str
    uitleg: tuple[Uitleg, ...]

    @property
    def zeker(self) -> bool:
        """Whether it means one thing only."""
        return len(self.uitleg) == 1

    @property
    def herhaling(self) -> Herhaling:
        """Whether the same bytes may go again: only when every meaning says so."""
        later = bool(self.uitleg) and all(one.herhaling is Herhaling.LATER_ONGEWIJZIGD for one in self.uitleg)
        return Herhaling.LATER_ONGEWIJZIGD if later else Herhaling.NIEUW_BERICHT

    @property
    def wie(self) -> Wie:
        """Who must act first."""
        return self.uitleg[0].wie if self.uitleg else Wie.KETEN

    @property
    def tekst(self) -> str:
        """What an operator reads."""
        if not self.uitleg:
            return _ONBEKEND
        if self.zeker:
            return f"{self.uitleg[0].omschrijving} {self.uitleg[0].stap}"
        meanings = (f"Volgens de {one.lijst}: {one.omschrijving} {one.stap}" for one in self.uitleg)
        return " ".join(("Deze code heeft twee betekenissen.", *meanings))


def explain(code: str, sender: str, received_on: date) -> Foutuitleg:
    """The meaning of a code in an Fo01 or Fo03 from this organisatie, received on this day.

    IB002, IB007 and IB009 stand in two lists. Before November 2025 the old one holds; after that the new one for
    BIDN, and from another sender both may be meant.
    """
    known = [_uitleg(lijst, code, rows[code]) for lijst, rows in _LISTS.items() if code in rows]
    if len(known) > 1 and received_on < NEW_LIST:
        known = [one for one in known if one.lijst is not Lijst.VANAF_2025]
    elif len(known) > 1 and sender.strip().upper() == _NEW_SENDER:
        known = [one for one in known if one.lijst is Lijst.VANAF_2025]
    return Foutuitleg(code, tuple(_without_repetition(known)))


def _without_repetition(known: list[Uitleg]) -> list[Uitleg]:
    """Lists that say the same of a code leave nothing to choose."""
    return [
        one
        for number, one in enumerate(known)
        if all(one.omschrijving != other.omschrijving for other in known[:number])
    ]


def _uitleg(lijst: Lijst, code: str, row: tuple[str, Wie, str]) -> Uitleg:
    herhaling = Herhaling.LATER_ONGEWIJZIGD if (lijst, code) in LATER else Herhaling.NIEUW_BERICHT
    return Uitleg(lijst, *row, herhaling)
