"""The time of an envelope: local time in the Netherlands without zone, and never twice the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
_MILLISECOND = timedelta(milliseconds=1)
_FORMATS: Final = {8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}
_WITH_MILLISECONDS: Final = 17


def tijdstip_at(text: str) -> datetime | None:
    """The local time, without zone, of `yyyymmdd[hhmmss[mmm]]`; None when it is no time.

    >>> tijdstip_at("20261122")
    datetime.datetime(2026, 11, 22, 0, 0)
    >>> tijdstip_at("99999999999999")
    """
    if not (text.isascii() and text.isdigit()):
        return None
    milliseconds = int(text[14:]) if len(text) == _WITH_MILLISECONDS else 0
    layout = _FORMATS.get(14 if len(text) == _WITH_MILLISECONDS else len(text))
    if layout is None:
        return None
    try:
        return datetime.strptime(text[:14], layout) + milliseconds * _MILLISECOND  # noqa: DTZ007  (it has no zone)
    except ValueError:
        return None


def later_tijdstip(tijdstip: str, previous: str | None) -> bool:
    """Whether it is later, where what is left out counts as zero.

    >>> later_tijdstip("20261122", "20261122000000000")
    False
    """
    width = _WITH_MILLISECONDS
    return previous is None or tijdstip.ljust(width, "0") > previous.ljust(width, "0")


def next_tijdstip(last: str | None, now: datetime) -> str:
    """The time of the next envelope of a sender: now in 17 digits, or a millisecond after its last one.

    `now` knows its zone. So it also increases while the clock goes back: by itself, or in the last night of summer
    time. ValueError when `last` is no time.

    >>> from datetime import UTC
    >>> next_tijdstip("20261122103000500", datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    '20261122103000501'
    """
    local = now.astimezone(AMSTERDAM).replace(tzinfo=None)
    moment = local.replace(microsecond=local.microsecond // 1000 * 1000)
    if last is not None:
        previous = tijdstip_at(last)
        if previous is None:
            raise ValueError("Het vorige tijdstip is geen tijdstip.")
        moment = max(moment, previous + _MILLISECOND)
    return f"{moment:%Y%m%d%H%M%S}{moment.microsecond // 1000:03}".rjust(_WITH_MILLISECONDS, "0")
