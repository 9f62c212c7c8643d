"""How long records are kept, and why: decided from facts, for a dossier as a whole (Wmo 2015 art. 5.3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

WETTELIJK_DOSSIER_JAREN: Final = 15
"""Wmo 2015 art. 5.3.4."""

WETTELIJK_FINANCIEEL_JAREN: Final = 7
"""AWR art. 52 and BW 2:10, counted from the end of the year."""

WETTELIJK_ANTWOORD_DAGEN: Final = 1
"""No law: what the API promises of an Idempotency-Key."""


class Bewaarsoort(StrEnum):
    """What kind of thing a record is, as far as keeping it goes."""

    DOSSIER = "dossier"
    """Of a client at a gemeente, with every message that names the client."""
    ZONDER_CLIENT = "zonder-client"
    """An accepted message that names no client."""
    GEWEIGERD = "geweigerd"
    """A message or envelope that was refused or could not be read: it never became part of a dossier."""
    WERK = "werk"
    """Background work that is done."""
    ANTWOORD = "antwoord"
    """An answer that is kept for who repeats its request."""
    BLIJVEND = "blijvend"
    """Settings, counters and keyed traces: nothing of a client."""
    TOEGANG = "toegang"
    """Keys, accounts and sessions: of users, not of clients; they have their own rules."""
    LOGBOEK = "logboek"
    """Who did what: clients stand in it as a keyed hash; it has its own term, and goes by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bewaartermijnen:
    """How long each kind is kept; the settings hold the lower bounds that the law gives."""

    dossier_jaren: int = WETTELIJK_DOSSIER_JAREN
    financieel_jaren: int = WETTELIJK_FINANCIEEL_JAREN
    geweigerd_dagen: int = 365
    werk_dagen: int = 30
    antwoord_dagen: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFeiten:
    """What decides how long the dossier of a client at a gemeente is kept; days are Dutch days.

    `laatst_ontvangen` is the last day on which something came into it or was made, `laatst_gedeclareerd` that of its
    last 303. `einde` is the last day of its toewijzingen; `loopt`: one of them has no end.
    """

    laatst_ontvangen: date | None = None
    laatst_gedeclareerd: date | None = None
    einde: date | None = None
    loopt: bool = False


@dataclass(frozen=True, slots=True)
class Bewaring:
    """Until when something is kept, that day included, and why (for people, in Dutch). None: there is no end yet."""

    tot: date | None
    reden: str

    def verlopen(self, day: date) -> bool:
        """Whether it may go on a day."""
        return self.tot is not None and self.tot < day


LOOPT: Final = "Wmo 2015 art. 5.3.4: de termijn begint als de toewijzingen van het dossier een einddatum hebben."


def dossier_bewaring(feiten: DossierFeiten, termijnen: Bewaartermijnen) -> Bewaring:
    """How long a dossier is kept: the longest that any part of it asks for, for it goes as a whole."""
    if feiten.loopt:
        return Bewaring(None, LOOPT)
    jaren = termijnen.dossier_jaren
    reasons = [
        (feiten.laatst_ontvangen, jaren, f"Wmo 2015 art. 5.3.4: {jaren} jaar na het laatste bericht van het dossier."),
        (feiten.einde, jaren, f"Wmo 2015 art. 5.3.4: {jaren} jaar na het einde van de laatste toewijzing."),
        (
            _end_of_year(feiten.laatst_gedeclareerd),
            termijnen.financieel_jaren,
            f"AWR art. 52 en BW 2:10: {termijnen.financieel_jaren} jaar na het jaar van de laatste declaratie.",
        ),
    ]
    found = [Bewaring(years_after(day, years), reden) for day, years, reden in reasons if day is not None]
    return max(found, key=lambda one: one.tot or date.min, default=Bewaring(None, "Er is nog niets bewaard."))


def los_bewaring(ontvangen: date, soort: Bewaarsoort, termijnen: Bewaartermijnen) -> Bewaring:
    """How long something is kept that belongs to no dossier."""
    if soort is Bewaarsoort.ZONDER_CLIENT:
        jaren = termijnen.dossier_jaren
        reden = f"Wmo 2015 art. 5.3.4: {jaren} jaar na ontvangst; het bericht noemt geen cliënt."
        return Bewaring(years_after(ontvangen, jaren), reden)
    dagen = termijnen.geweigerd_dagen
    return Bewaring(
        ontvangen + timedelta(days=dagen),
        f"AVG art. 5 lid 1 onder e: {dagen} dagen; het is geweigerd of niet te lezen en hoort bij geen dossier.",
    )


def laatste(bewaringen: list[Bewaring]) -> Bewaring:
    """How long something is kept that belongs to several: as long as the longest; at least one is given.

    >>> laatste([Bewaring(date(2040, 1, 1), "a"), Bewaring(None, "b"), Bewaring(date(2041, 1, 1), "c")]).reden
    'b'
    """
    return max(bewaringen, key=lambda one: one.tot or date.max)


def years_after(day: date, years: int) -> date:
    """The same day so many years later; never early, so of 29 February 1 March.

    >>> years_after(date(2020, 2, 29), 15)
    datetime.date(2035, 3, 1)
    """
    if day.year + years > date.max.year:
        return date.max
    if (day.month, day.day) == (2, 29) and not _is_leap(day.year + years):
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def _end_of_year(day: date | None) -> date | None:
    return None if day is None else date(day.year, 12, 31)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
