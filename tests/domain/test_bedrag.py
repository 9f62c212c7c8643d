"""Money: rounding, signs, and the unsigned form of messages."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.domain.bedrag import NUL, NUL_DEBET, Bedrag, BedragMetDC, round_half_up
from app.domain.codelijsten import DebetCredit

CENTS = st.integers(min_value=-(10**12), max_value=10**12)
FRACTIONS = st.fractions(min_value=-(10**9), max_value=10**9)


class TestRoundHalfUp:
    def test_a_half_goes_away_from_zero(self) -> None:
        halves = [Fraction(1, 2), Fraction(3, 2), Fraction(5, 2), Fraction(-1, 2), Fraction(-3, 2)]
        assert [round_half_up(half) for half in halves] == [1, 2, 3, -1, -2]

    def test_just_below_and_just_above_a_half(self) -> None:
        tiny = Fraction(1, 10**9)
        assert [round_half_up(Fraction(5, 2) - tiny), round_half_up(Fraction(5, 2) + tiny)] == [2, 3]
        assert [round_half_up(Fraction(-5, 2) - tiny), round_half_up(Fraction(-5, 2) + tiny)] == [-3, -2]

    @given(FRACTIONS)
    def test_never_further_away_than_a_half(self, value: Fraction) -> None:
        assert abs(round_half_up(value) - value) <= Fraction(1, 2)

    @given(FRACTIONS)
    def test_mirrored_by_the_sign(self, value: Fraction) -> None:
        assert round_half_up(-value) == -round_half_up(value)

    @given(CENTS)
    def test_whole_numbers_stay(self, cents: int) -> None:
        assert round_half_up(Fraction(cents)) == cents


class TestBedrag:
    def test_times_rounds_once_at_the_end(self) -> None:
        assert Bedrag(4942).times(169) == Bedrag(835198)
        assert Bedrag(6031).times(Fraction(676, 10)) == Bedrag(407696)
        assert Bedrag(1308).times(Fraction(338, 10)) == Bedrag(44210)

    @given(CENTS, CENTS)
    def test_adding_and_taking_off_undo_each_other(self, one: int, other: int) -> None:
        assert Bedrag(one) + Bedrag(other) - Bedrag(other) == Bedrag(one)
        assert -Bedrag(one) == NUL - Bedrag(one)

    @given(CENTS, CENTS)
    def test_ordered_as_its_cents(self, one: int, other: int) -> None:
        assert (Bedrag(one) < Bedrag(other)) == (one < other)


class TestBedragMetDC:
    @given(CENTS)
    def test_of_is_unsigned_and_keeps_the_saldo(self, cents: int) -> None:
        amount = BedragMetDC.of(Bedrag(cents))
        assert amount.bedrag >= NUL
        assert amount.saldo == Bedrag(cents)

    def test_zero_is_debet(self) -> None:
        assert BedragMetDC.of(NUL) == NUL_DEBET == BedragMetDC(Bedrag(0), DebetCredit.DEBET)

    def test_one_cent_on_either_side_of_zero(self) -> None:
        assert BedragMetDC.of(Bedrag(1)) == BedragMetDC(Bedrag(1), DebetCredit.DEBET)
        assert BedragMetDC.of(Bedrag(-1)) == BedragMetDC(Bedrag(1), DebetCredit.CREDIT)
