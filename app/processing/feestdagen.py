"""The holidays of the Algemene termijnenwet: public holidays, Good Friday, and 5 May of every year."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache

import holidays

from app.domain.termijnen import SATURDAY


def is_feestdag(day: date) -> bool:
    """Whether the day is such a holiday (Algemene termijnenwet, artikel 3)."""
    return day in _feestdagen(day.year)


@lru_cache(maxsize=64)
def _feestdagen(jaar: int) -> frozenset[date]:
    # A calendar of its own for each year: one that fills itself while others read it gives wrong answers.
    categories = (holidays.PUBLIC, holidays.OPTIONAL)
    return frozenset(holidays.country_holidays("NL", years=jaar, categories=categories, expand=False))


def werkdagen_after(day: date, until: date) -> int:
    """How many working days there are after a day, up to and including another; 0 when that is not later.

    >>> werkdagen_after(date(2018, 1, 5), date(2018, 1, 9))  # a Friday, a Tuesday
    2
    """
    if until <= day:
        return 0
    return sum(
        bisect_right(_werkdagen(jaar), until) - bisect_right(_werkdagen(jaar), day)
        for jaar in range(day.year, until.year + 1)
    )


@lru_cache(maxsize=64)
def _werkdagen(jaar: int) -> tuple[date, ...]:
    first, days = date(jaar, 1, 1), (date(jaar, 12, 31) - date(jaar, 1, 1)).days + 1
    every = (first + timedelta(days=number) for number in range(days))
    return tuple(day for day in every if day.weekday() < SATURDAY and not is_feestdag(day))
