"""Quantities and amounts as text."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bedrag import Bedrag
from app.domain.notation import aantal_from_text, aantal_in_dutch, aantal_to_text, bedrag_in_dutch

NO_AANTAL = (
    *("", " ", "-1", "+1", "5,5", "1e3", "1.", ".5", "1.2345", "1_0", "0x1", "٣", "NaN"),
    *(" 5", "5\n", "1/2", "1.000.0", "1" * 10),
)


@given(st.integers(0, 999_999_999_999).map(lambda n: Fraction(n, 1000)))
def test_what_is_written_is_read_again(aantal: Fraction):
    assert aantal_from_text(aantal_to_text(aantal)) == aantal


@pytest.mark.parametrize("text", NO_AANTAL)
def test_other_text_is_no_quantity(text: str):
    assert aantal_from_text(text) is None


@given(st.text(max_size=8))
def test_only_digits_and_one_point_are_a_quantity(text: str):
    if aantal_from_text(text) is not None:
        assert set(text) <= set("0123456789.")
        assert text.count(".") <= 1


@pytest.mark.parametrize(
    ("aantal", "text", "dutch"),
    [
        (Fraction(169), "169", "169"),
        (Fraction("67.60"), "67.6", "67,6"),
        (Fraction(1352000), "1352000", "1.352.000"),
        (Fraction("1234.005"), "1234.005", "1.234,005"),
        (Fraction(0), "0", "0"),
        (Fraction(1, 8), "0.125", "0,125"),
        (Fraction(1, 16), "0.0625", "0,0625"),
        (Fraction(2, 3), "0.667", "0,667"),
        (Fraction(5999, 6000), "1", "1"),
        (Fraction(1, 3000), "0", "0"),
    ],
)
def test_quantities(aantal: Fraction, text: str, dutch: str):
    assert (aantal_to_text(aantal), aantal_in_dutch(aantal)) == (text, dutch)


@given(st.integers(-(10**12), 10**12))
def test_an_amount_keeps_every_cent(cents: int):
    text = bedrag_in_dutch(Bedrag(cents))
    assert int(text.replace(".", "").replace(",", "")) == cents
    assert text[-3] == ","


@pytest.mark.parametrize(
    ("cents", "text"), [(835198, "8.351,98"), (1287104, "12.871,04"), (100_000_000, "1.000.000,00"), (-5, "-0,05")]
)
def test_amounts(cents: int, text: str):
    assert bedrag_in_dutch(Bedrag(cents)) == text
