"""What may stand in a column; each function gives the value, or raises Ongeldig with the reason, without the value."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Final

from stdnum.nl import bsn as stdnum_bsn

from app.domain.bedrag import Bedrag

DIGITS_OF_BSN: Final = 9
DIGITS_OF_AGB: Final = 8
GESLACHT: Final = {"0": "0", "1": "1", "2": "2", "9": "9", "m": "1", "v": "2"}
JA_NEE: Final = {"": False, "nee": False, "n": False, "0": False} | dict.fromkeys(
    ("ja", "j", "1", "h152", "h153"), True
)
GETAL: Final = re.compile(r"[0-9]{1,9}([.,][0-9]{1,6})?")
MAYBE_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
KLASSE: Final = re.compile(r"[1-9]")
POSTCODE: Final = re.compile(r"[1-9][0-9]{3}[A-Z]{2}")
DATUM: Final = re.compile(r"(?P<jaar>[0-9]{4})-(?P<maand>[0-9]{2})-(?P<dag>[0-9]{2})")
DATUM_IN_DUTCH: Final = re.compile(r"(?P<dag>[0-9]{1,2})-(?P<maand>[0-9]{1,2})-(?P<jaar>[0-9]{4})")


class Ongeldig(ValueError):
    """A value that cannot stand in its column; the text says why and holds nothing of the value."""


def bsn(text: str) -> str:
    """Nine digits that pass the 11-proef; eight get the zero in front that a spreadsheet takes away."""
    digits = text.zfill(DIGITS_OF_BSN) if len(text) == DIGITS_OF_BSN - 1 else text
    if not _is_number(digits) or len(digits) != DIGITS_OF_BSN or not stdnum_bsn.is_valid(digits):
        raise Ongeldig("Dit is geen bsn: negen cijfers die de 11-proef doorstaan.")
    return digits


def datum(text: str) -> date:
    """A date as jjjj-mm-dd or dd-mm-jjjj."""
    found = DATUM.fullmatch(text) or DATUM_IN_DUTCH.fullmatch(text)
    try:
        if found:
            return date(int(found["jaar"]), int(found["maand"]), int(found["dag"]))
    except ValueError:
        pass
    raise Ongeldig("Dit is geen datum: jjjj-mm-dd of dd-mm-jjjj.")


def datum_or_none(text: str) -> date | None:
    """A date, or nothing."""
    return datum(text) if text else None


def geslacht(text: str) -> str:
    """LDT_Geslacht, or m or v."""
    try:
        return GESLACHT[text.casefold()]
    except KeyError:
        raise Ongeldig("Dit is geen geslacht: 0, 1, 2, 9, M of V.") from None


def verplicht(text: str) -> str:
    """Any text but none."""
    if not text:
        raise Ongeldig("Dit is niet ingevuld.")
    return text


def facultatief(text: str) -> str | None:
    """Any text, None when there is none."""
    return text or None


def voorletters(text: str) -> str | None:
    """Letters without the points and spaces that a message does not have."""
    return text.replace(".", "").replace(" ", "") or None


def huisnummer(text: str) -> int:
    """Digits only; a letter has its own column."""
    if not _is_number(text) or not 0 < int(text) <= 99_999:  # noqa: PLR2004  (LDT_Huisnummer)
        raise Ongeldig("Dit is geen huisnummer: alleen cijfers; letter en toevoeging hebben een eigen kolom.")
    return int(text)


def postcode(text: str) -> str:
    """A Dutch postcode, with a space or without."""
    found = text.replace(" ", "").upper()
    if not POSTCODE.fullmatch(found):
        raise Ongeldig("Dit is geen Nederlandse postcode.")
    return found


def beschikking_nummer(text: str) -> int:
    """LDT_Nummer: at most nine digits."""
    if not _is_number(text) or len(text) > DIGITS_OF_BSN:
        raise Ongeldig("Dit is geen beschikkingnummer: ten hoogste negen cijfers.")
    return int(text)


def agb(text: str) -> str:
    """The AGB-code of an aanbieder."""
    if not _is_number(text) or len(text) != DIGITS_OF_AGB:
        raise Ongeldig("Dit is geen AGB-code: acht cijfers.")
    return text


def getal(text: str) -> Fraction:
    """A number, with a comma or a point before its decimals; nothing that may be thousands."""
    if not GETAL.fullmatch(text):
        raise Ongeldig("Dit is geen getal: cijfers, met een komma of punt voor de decimalen en geen duizendtallen.")
    if MAYBE_THOUSANDS.fullmatch(text):
        melding = "Dit kan een duizendtal zijn of drie decimalen; schrijf het met twee of vier decimalen."
        raise Ongeldig(melding)
    return Fraction(text.replace(",", "."))


def aantal(text: str) -> Fraction:
    """A realised quantity: more than nothing."""
    found = getal(text)
    if found == 0:
        raise Ongeldig("Er is niets gerealiseerd.")
    return found


def bedrag_or_none(text: str) -> Bedrag | None:
    """An amount in euros with at most two decimals, or nothing."""
    if not text:
        return None
    cents = getal(text) * 100
    if cents.denominator != 1:
        raise Ongeldig("Dit is geen bedrag: ten hoogste twee decimalen.")
    return Bedrag(int(cents))


def awbz_klasse(text: str) -> int:
    """A klasse of the AWBZ, 1 to 9."""
    if not KLASSE.fullmatch(text):
        raise Ongeldig("Dit is geen AWBZ-klasse: 1 tot en met 9.")
    return int(text)


def ja_nee(text: str) -> bool:
    """Whether it is so: ja, nee, 1, 0, or the code of the function itself; nothing is no."""
    try:
        return JA_NEE[text.casefold()]
    except KeyError:
        raise Ongeldig("Vul ja of nee in.") from None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
