"""Amounts of money: whole euro-cents, never a float."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from app.domain.codelijsten import DebetCredit


def round_half_up(value: Fraction) -> int:
    """The nearest integer; a half goes away from zero, as on an invoice.

    >>> round_half_up(Fraction(5, 2)), round_half_up(Fraction(-5, 2))
    (3, -3)
    """
    return _half_up(value.numerator, value.denominator)


def _half_up(numerator: int, denominator: int) -> int:
    """The same of a fraction in its parts; the denominator is above zero."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


@dataclass(frozen=True, order=True, slots=True)
class Bedrag:
    """An amount in whole euro-cents, signed: a credit is negative (LDT_Bedrag plus its DebetCredit)."""

    cents: int

    def times(self, factor: Fraction | int) -> Bedrag:
        """The amount times a volume or share, rounded half-up to whole cents.

        >>> Bedrag(1250).times(Fraction(1, 60))
        Bedrag(cents=21)
        """
        return Bedrag(_half_up(self.cents * factor.numerator, factor.denominator))

    def __add__(self, other: Bedrag) -> Bedrag:
        return Bedrag(self.cents + other.cents)

    def __sub__(self, other: Bedrag) -> Bedrag:
        return Bedrag(self.cents - other.cents)

    def __neg__(self) -> Bedrag:
        return Bedrag(-self.cents)


NUL = Bedrag(0)
HIGHEST_BEDRAG = Bedrag(99_999_999)
"""What an amount in a message can be at most (LDT_Bedrag)."""


@dataclass(frozen=True, slots=True)
class BedragMetDC:
    """An unsigned amount with its side, as CDT_BedragMetDC and CDT_TotaalBedragMetDC write it."""

    bedrag: Bedrag
    debet_credit: DebetCredit

    @property
    def saldo(self) -> Bedrag:
        """The signed amount: D(ebet) positive, C(redit) negative."""
        return -self.bedrag if self.debet_credit is DebetCredit.CREDIT else self.bedrag

    @classmethod
    def of(cls, saldo: Bedrag) -> BedragMetDC:
        """The unsigned form of a signed amount; zero is always D (R21-8194).

        >>> BedragMetDC.of(Bedrag(-5))
        BedragMetDC(bedrag=Bedrag(cents=5), debet_credit=<DebetCredit.CREDIT: 'C'>)
        """
        if saldo == NUL:
            return NUL_DEBET
        side = DebetCredit.CREDIT if saldo < NUL else DebetCredit.DEBET
        return cls(Bedrag(abs(saldo.cents)), side)


NUL_DEBET = BedragMetDC(NUL, DebetCredit.DEBET)
