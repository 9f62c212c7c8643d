"""How dates, amounts and counts read in Dutch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.domain.bericht import BerichtStatus

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MINUS: Final = "\u2212"
NO_BREAK: Final = "\u00a0"
MAANDEN: Final = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip

STATUSNAMEN: Final[Mapping[str, str]] = {
    BerichtStatus.IN_VERWERKING: "In verwerking",
    BerichtStatus.VERWERKT: "Verwerkt",
    BerichtStatus.AFGEKEURD: "Afgekeurd",
    BerichtStatus.TE_VERZENDEN: "Te verzenden",
    BerichtStatus.VERZONDEN: "Verzonden",
    BerichtStatus.AFGELEVERD: "Afgeleverd",
    BerichtStatus.BEANTWOORD: "Beantwoord",
    BerichtStatus.MISLUKT: "Mislukt",
}


def statusnaam(status: str) -> str:
    """What the status of a bericht is called, in tiles, filters and lists alike.

    >>> statusnaam("te-verzenden")
    'Te verzenden'
    """
    return STATUSNAMEN[status]


def moment(value: datetime) -> str:
    """A moment where the reader is.

    >>> from datetime import UTC
    >>> moment(datetime(2018, 7, 1, 22, 30, tzinfo=UTC))
    '02-07-2018 00:30'
    """
    return value.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M")


def datum(value: date | None) -> str:
    """A day, short; without one a dash.

    >>> datum(date(2018, 2, 1))
    '01-02-2018'
    """
    return "–" if value is None else value.strftime("%d-%m-%Y")


def invulbaar(value: str, type: str) -> str:
    """What a field can show: one for a date nothing but a date, of which a browser complains.

    >>> invulbaar("2018-02-01", "date"), invulbaar("gisteren", "date"), invulbaar("gisteren", "text")
    ('2018-02-01', '', 'gisteren')
    """
    return value if type != "date" or ISO_DATE.fullmatch(value) else ""


def voluit(value: date) -> str:
    """A day in words.

    >>> voluit(date(2018, 2, 1))
    '1 februari 2018'
    """
    return f"{value.day} {MAANDEN[value.month - 1]} {value.year}"


def euro(cents: int) -> str:
    """An amount of euro-cents.

    >>> euro(-123456).replace(NO_BREAK, " ").replace(MINUS, "-")
    '-€ 1.234,56'
    """
    euros, rest = divmod(abs(cents), 100)
    return f"{MINUS if cents < 0 else ''}€{NO_BREAK}{aantal(euros)},{rest:02d}"


def aantal(number: int) -> str:
    """A whole number, with points between the thousands.

    >>> aantal(1000000)
    '1.000.000'
    """
    text = f"{abs(number):,}".replace(",", ".")
    return f"{MINUS}{text}" if number < 0 else text


def geteld(number: int, one: str, more: str) -> str:
    """A count with its noun.

    >>> geteld(1, "bericht", "berichten"), geteld(0, "bericht", "berichten")
    ('1 bericht', '0 berichten')
    """
    return f"{aantal(number)} {one if number == 1 else more}"


FILTERS: Final = {
    "moment": moment, "datum": datum, "voluit": voluit, "euro": euro, "aantal": aantal, "geteld": geteld,
    "invulbaar": invulbaar, "statusnaam": statusnaam,
}  # fmt: skip
