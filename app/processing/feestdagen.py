"""The holidays of the Algemene termijnenwet: public holidays, Good Friday, and 5 May of every year."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays


def is_feestdag(day: date) -> bool:
    """Whether the day is such a holiday (Algemene termijnenwet, artikel 3)."""
    return day in _feestdagen(day.year)


@lru_cache(maxsize=64)
def _feestdagen(jaar: int) -> frozenset[date]:
    # A calendar of its own for each year: one that fills itself while others read it gives wrong answers.
    categories = (holidays.PUBLIC, holidays.OPTIONAL)
    return frozenset(holidays.country_holidays("NL", years=jaar, categories=categories, expand=False))
