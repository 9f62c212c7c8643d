"""The kinds of value that an inrichting holds: what is taken, and what is said about anything else.

The texts never repeat a refused value: file, line and key say where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeVar

from app.domain.bedrag import NUL, Bedrag
from app.domain.codelijsten import Declaratievorm, Eenheid, Frequentie
from app.domain.inrichting import Afronding, Btw, Declaratieperiode, GebrokenPeriode, RetourModus
from app.inrichting.section import Kind

E = TypeVar("E", bound=StrEnum)

RELEASES: Final = ("2.1", "2.3")
PRODUCT_CATEGORIEEN: Final = tuple(f"{number:02}" for number in range(1, 19))
MAX_NAAM: Final = 200
FIRST_DATE: Final = date(1900, 1, 1)


def _always(melding: str) -> Callable[[str], str]:
    return lambda _: melding


def _matching(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: text if compiled.fullmatch(text) and text.isprintable() and text.strip() else None


def _or_lost_zeros(read: Callable[[str], object], melding: str, length: int) -> Callable[[str], str]:
    """A code that a spreadsheet wrote as a number has no zeros in front; say what it may have been."""

    def explain(text: str) -> str:
        meant = text.zfill(length)
        if text.isascii() and text.isdigit() and len(text) < length and read(meant):
            return f'{melding}; is "{meant}" bedoeld? Schrijf de nullen mee, tussen aanhalingstekens'
        return melding

    return explain


def _digits(what: str, length: int) -> Kind[str]:
    read = _matching(f"[0-9]{{{length}}}")
    return Kind(read, _or_lost_zeros(read, f"{what} heeft precies {length} cijfers", length), "")


def _member(members: type[E], stand_in: E) -> Kind[E]:
    read = {member.value: member for member in members}.get
    return Kind(read, _or_lost_zeros(read, f"Hier kan: {', '.join(members)}", 2), stand_in)


def _one_of(*values: str) -> Kind[str]:
    read = {value: value for value in values}.get
    return Kind(read, _or_lost_zeros(read, f"Hier kan: {', '.join(values)}", 2), "")


def _date(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        read = date.fromisoformat(text)
    except ValueError:
        return None
    return read if read >= FIRST_DATE else None


def _integer(lowest: int, highest: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        fits = re.fullmatch(r"[0-9]{1,8}", text, re.ASCII) and lowest <= int(text) <= highest
        return int(text) if fits else None

    return read


def _bedrag(text: str) -> Bedrag | None:
    cents = _integer(0, 99_999_999)(text)
    return None if cents is None else Bedrag(cents)


def _share(text: str) -> Fraction | None:
    if not re.fullmatch(r"[01]?\.[0-9]{1,6}|1", text, re.ASCII):
        return None
    share = Fraction(text)
    return share if 0 < share <= 1 else None


GEMEENTE: Final = _digits("Een gemeentecode", 4)
AGB: Final = _digits("Een AGB-code", 8)
PRODUCT: Final = Kind(_matching(r".{1,5}"), _always("Een productcode heeft 1 tot 5 tekens"), "")
CODE: Final = Kind(_matching(r".{1,40}"), _always("Een code heeft 1 tot 40 tekens"), "")
NAAM: Final = Kind(
    lambda text: text if text.isprintable() and len(text) <= MAX_NAAM else None,
    _always(f"Een naam heeft ten hoogste {MAX_NAAM} tekens, op één regel"),
    "",
)
CATEGORIE: Final = _one_of(*PRODUCT_CATEGORIEEN)
EENHEID: Final = _member(Eenheid, Eenheid.STUKS)
FREQUENTIE: Final = _member(Frequentie, Frequentie.TOTAAL)
BEDRAG: Final = Kind(_bedrag, _always("Een bedrag is een geheel aantal eurocenten van 0 tot en met 99999999"), NUL)
DATUM: Final = Kind(_date, _always("Een datum is jjjj-mm-dd, een dag die bestaat, vanaf 1900"), FIRST_DATE)
JAAR: Final = Kind(_integer(1901, 9998), _always("Een jaar heeft vier cijfers"), 0)
PERIODE: Final = Kind(_integer(1, 13), _always("Een periode is een getal van 1 tot en met 13"), 0)
GEBRUIK: Final = Kind(
    _share,
    _always("Een deel is groter dan 0 en ten hoogste 1, met een punt en ten hoogste 6 decimalen, zoals 0.65"),
    Fraction(1),
)
JA_NEE: Final = Kind({"true": True, "false": False}.get, _always("Hier kan: true, false"), stand_in=False)
RELEASE: Final = _one_of(*RELEASES)
AFRONDING: Final = _member(Afronding, Afronding.HALF_UP)
GEBROKEN_PERIODE: Final = _member(GebrokenPeriode, GebrokenPeriode.VOLLEDIG)
BTW: Final = _member(Btw, Btw.INCLUSIEF)
DECLARATIEVORM: Final = _member(Declaratievorm, Declaratievorm.DECLARATIE)
DECLARATIEPERIODE: Final = _member(Declaratieperiode, Declaratieperiode.CAK)
RETOUR: Final = _member(RetourModus, RetourModus.ZELF)
