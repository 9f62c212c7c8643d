"""The thirteen four-week periods of a year by which the CAK counts (domain.md §4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.periode import GeslotenPeriode

PERIODS_PER_YEAR = 13
FIRST_YEAR, LAST_YEAR = 2015, 2030


@dataclass(frozen=True, order=True, slots=True)
class CakPeriode:
    """One period: year, number 1-13, first and last day; `afgeleid` until the gemeente gives it itself."""

    jaar: int
    periode: int
    begindatum: date
    einddatum: date
    afgeleid: bool = True

    @property
    def dagen(self) -> GeslotenPeriode:
        """The days of the period."""
        return GeslotenPeriode(self.begindatum, self.einddatum)


def derived_cak_perioden(jaar: int) -> tuple[CakPeriode, ...]:
    """The periods of a year as the calendar gives them, for want of published ones.

    Period 1 starts on the Monday of ISO week 1; each has 28 days, but period 13 of a year with 53 weeks has 35.

    >>> derived_cak_perioden(2018)[0].einddatum
    datetime.date(2018, 1, 28)
    """
    begin = date.fromisocalendar(jaar, 1, 1)
    after = date.fromisocalendar(jaar + 1, 1, 1)
    starts = [begin + timedelta(weeks=4 * number) for number in range(PERIODS_PER_YEAR)] + [after]
    return tuple(
        CakPeriode(jaar, number + 1, starts[number], starts[number + 1] - timedelta(days=1))
        for number in range(PERIODS_PER_YEAR)
    )


def seeded_cak_perioden() -> Iterator[CakPeriode]:
    """Every derived period that a new database holds: 2015 to 2030."""
    for jaar in range(FIRST_YEAR, LAST_YEAR + 1):
        yield from derived_cak_perioden(jaar)
