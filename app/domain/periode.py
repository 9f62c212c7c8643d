"""Periods of days, both ends included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True, slots=True)
class GeslotenPeriode:
    """CDT_GeslotenPeriode: from the first to the last day, both included."""

    begindatum: date
    einddatum: date

    @property
    def days(self) -> int:
        """The number of days; zero or less when the end lies before the begin."""
        return (self.einddatum - self.begindatum).days + 1

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.begindatum <= day <= self.einddatum

    def encloses(self, other: GeslotenPeriode) -> bool:
        """Whether the other period lies wholly in this one."""
        return self.begindatum <= other.begindatum and other.einddatum <= self.einddatum

    def intersection(self, begindatum: date, einddatum: date | None) -> GeslotenPeriode | None:
        """The shared days with a period that may be endless, or None.

        >>> week = GeslotenPeriode(date(2018, 1, 1), date(2018, 1, 7))
        >>> week.intersection(date(2018, 1, 6), None).days
        2
        """
        begin = max(self.begindatum, begindatum)
        eind = self.einddatum if einddatum is None else min(self.einddatum, einddatum)
        return GeslotenPeriode(begin, eind) if begin <= eind else None


@dataclass(frozen=True, slots=True)
class OpenPeriode:
    """CDT_OpenPeriode: either end may be open."""

    begindatum: date | None = None
    einddatum: date | None = None


def monday_of(day: date) -> date:
    """The Monday of the ISO week of the day."""
    return day - timedelta(days=day.weekday())


def last_of_month(day: date) -> date:
    """The last day of the calendar month of the day."""
    if (day.year, day.month) == (date.max.year, date.max.month):
        return date.max
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def weeks_touched(periode: GeslotenPeriode) -> int:
    """The number of ISO weeks with at least one day in the period.

    >>> weeks_touched(GeslotenPeriode(date(2018, 1, 7), date(2018, 1, 8)))
    2
    """
    return (monday_of(periode.einddatum) - monday_of(periode.begindatum)).days // 7 + 1
