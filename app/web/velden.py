"""Dates as people write them in a form."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

ISO: Final = re.compile(r"(?P<jaar>[0-9]{4})-(?P<maand>[0-9]{2})-(?P<dag>[0-9]{2})")
DUTCH: Final = re.compile(r"(?P<dag>[0-9]{1,2})[-/. ](?P<maand>[0-9]{1,2})[-/. ](?P<jaar>[0-9]{4})")


def datum_of(text: str) -> date | None:
    """A date as a browser sends it or a person types it; None when it is none.

    >>> datum_of("2018-03-01"), datum_of("1-3-2018"), datum_of("31-2-2018")
    (datetime.date(2018, 3, 1), datetime.date(2018, 3, 1), None)
    """
    match = ISO.fullmatch(text.strip()) or DUTCH.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return date(int(match["jaar"]), int(match["maand"]), int(match["dag"]))
    except ValueError:
        return None
