"""Quantities and amounts as text: with a point in JSON, in Dutch notation for people."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from app.domain.bedrag import Bedrag, round_half_up

AANTAL: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
DECIMALS: Final = 3


def aantal_from_text(text: str) -> Fraction | None:
    """A quantity such as "67.6", exact; None when it has a sign, a comma, an exponent or more than 3 decimals.

    >>> aantal_from_text("67.6"), aantal_from_text("1e3")
    (Fraction(338, 5), None)
    """
    return Fraction(text) if AANTAL.fullmatch(text) else None


def aantal_to_text(aantal: Fraction) -> str:
    """A quantity without needless zeros; one that does not end is rounded half-up to 3 decimals.

    >>> aantal_to_text(Fraction(338, 5)), aantal_to_text(Fraction(169)), aantal_to_text(Fraction(2, 3))
    ('67.6', '169', '0.667')
    """
    decimals = _decimals(aantal)
    whole, rest = divmod(round_half_up(aantal * 10**decimals), 10**decimals)
    return f"{whole}.{rest:0{decimals}}".rstrip("0").rstrip(".") if decimals else str(whole)


def aantal_in_dutch(aantal: Fraction) -> str:
    """A quantity for people.

    >>> aantal_in_dutch(Fraction(2704, 2)), aantal_in_dutch(Fraction(338, 5))
    ('1.352', '67,6')
    """
    whole, _, rest = aantal_to_text(aantal).partition(".")
    return _grouped(int(whole)) + (f",{rest}" if rest else "")


def bedrag_in_dutch(bedrag: Bedrag) -> str:
    """An amount in euros for people, without the sign of the euro.

    >>> bedrag_in_dutch(Bedrag(835198)), bedrag_in_dutch(Bedrag(-5))
    ('8.351,98', '-0,05')
    """
    euros, cents = divmod(abs(bedrag.cents), 100)
    return f"{'-' if bedrag.cents < 0 else ''}{_grouped(euros)},{cents:02}"


def _decimals(aantal: Fraction) -> int:
    """As many decimals as the quantity has, or 3 when it does not end."""
    decimals, rest = 0, aantal.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        decimals = max(decimals, power)
    return decimals if rest == 1 else DECIMALS


def _grouped(whole: int) -> str:
    return f"{whole:,}".replace(",", ".")
