"""Text of an element to a value and back, for every simple type that is more than text."""

from __future__ import annotations

from datetime import date, time

from app.domain.codelijsten import DebetCredit, Eenheid, Frequentie

XML_BLANKS = " \t\r\n"
EARLIEST_YEAR = 1800
LONGEST_PLAIN_NUMBER = 100  # digits; int() refuses thousands of them, and those are leading zeros
SECONDS, MICROSECONDS = len("00:00:00"), len("00:00:00.000000")

_DEBET_CREDIT = {code.value: code for code in DebetCredit}
_EENHEDEN = {code.value: code for code in Eenheid}
_FREQUENTIES = {code.value: code for code in Frequentie}


class Absurd(ValueError):
    """A value that the XSD allows and that cannot be meant; the text is Dutch and does not hold the value."""


def parse_datum(text: str) -> date:
    """LDT_Datum.

    >>> parse_datum(" 2018-01-31 ")
    datetime.date(2018, 1, 31)
    """
    try:
        datum = date.fromisoformat(text.strip(XML_BLANKS))
    except ValueError:
        datum = date.min
    if datum.year < EARLIEST_YEAR:
        raise Absurd(f"De datum ligt niet in de jaren {EARLIEST_YEAR} tot en met {date.max.year}.")
    return datum


def parse_tijd(text: str) -> time:
    """LDT_Tijd; 24:00:00 is midnight and what is smaller than a microsecond is cut.

    >>> parse_tijd("24:00:00"), parse_tijd("09:30:00.1234567")
    (datetime.time(0, 0), datetime.time(9, 30, 0, 123456))
    """
    tijd = text.strip(XML_BLANKS)
    if tijd.startswith("24:"):
        return time()
    fraction = tijd[SECONDS:MICROSECONDS]
    return time.fromisoformat(tijd[:SECONDS] + fraction.ljust(MICROSECONDS - SECONDS, "0") if fraction else tijd)


def parse_nummer(text: str) -> int:
    """An xs:integer of zero or more.

    >>> parse_nummer("007"), parse_nummer("+7"), parse_nummer("-0"), parse_nummer("0" * 5000 + "7")
    (7, 7, 0, 7)
    """
    if len(text) > LONGEST_PLAIN_NUMBER:
        text = text.strip(XML_BLANKS).lstrip("+-").lstrip("0") or "0"
    return int(text)


def parse_two_digits(text: str) -> str:
    """A code of two digits that release 2.1 writes as a number.

    >>> parse_two_digits("4")
    '04'
    """
    return f"{parse_nummer(text):02d}"


def parse_eenheid(text: str) -> Eenheid:
    """LDT_Eenheid, also as the number that release 2.1 makes of it."""
    return _EENHEDEN.get(text) or _EENHEDEN[parse_two_digits(text)]


def parse_frequentie(text: str) -> Frequentie:
    """LDT_Frequentie."""
    return _FREQUENTIES[text]


def parse_debet_credit(text: str) -> DebetCredit:
    """LDT_DebetCredit."""
    return _DEBET_CREDIT[text]


def same_text(text: str) -> str:
    """xs:string: blanks count."""
    return text
