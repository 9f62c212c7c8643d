"""Who works for the aanbieder of a toewijzing without a contract of its own, and on which days (domain.md §5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Onderaannemer:
    """An aanbieder (AGB) that delivers for another; without `einddatum` for as long as the toewijzing runs."""

    aanbieder: str
    begindatum: date
    einddatum: date | None = None

    @property
    def last(self) -> date:
        """The last day, or the end of time."""
        return self.einddatum or date.max

    def shares_a_day(self, begin: date, einddatum: date | None) -> bool:
        """Whether it works on a day from `begin` up to and including `einddatum` (None: without end)."""
        return self.begindatum <= (einddatum or date.max) and begin <= self.last


Onderaannemers = tuple[Onderaannemer, ...]
"""Those of one toewijzing, in order of days; no two share a day."""


def working_on(known: Onderaannemers, day: date) -> Onderaannemer | None:
    """Who works on the day; None when nobody does."""
    return next((one for one in known if one.shares_a_day(day, day)), None)


def shown_on(known: Onderaannemers, day: date) -> Onderaannemer | None:
    """Who works on the day; else who was the last before it, else who comes first after it."""
    before = [one for one in known if one.begindatum <= day]
    return before[-1] if before else next(iter(known), None)


def between(known: Onderaannemers, begin: date, einddatum: date | None) -> Onderaannemers:
    """Those who work on a day from `begin` up to and including `einddatum` (None: without end)."""
    return tuple(one for one in known if one.shares_a_day(begin, einddatum))


def until(known: Onderaannemers, einddatum: date) -> Onderaannemers:
    """The same, with nobody after the day."""
    return tuple(replace(one, einddatum=min(one.last, einddatum)) for one in known if one.begindatum <= einddatum)


def since(known: Onderaannemers, begin: date) -> Onderaannemers:
    """The same, with nobody before the day."""
    return tuple(replace(one, begindatum=max(one.begindatum, begin)) for one in known if one.last >= begin)


def added(known: Onderaannemers, new: Onderaannemer) -> Onderaannemers:
    """The same and one more; who shares a day with it is the caller's to refuse."""
    return tuple(sorted((*known, new), key=lambda one: one.begindatum))
