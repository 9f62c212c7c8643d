"""The sheet against an independent telling of the formula, for whatever is indicated at whatever price."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bedrag import Bedrag
from app.domain.berekening import Indicatie, bereken
from app.domain.berekening_document import berekening_from_document, berekening_to_document
from app.domain.inrichting import Afronding, Inrichting, Instellingen, Productspecificatie
from app.domain.refusals import InvalidInput
from tests.builders import an_inrichting

DAY = date(2018, 1, 1)
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Case:
    """How much a week at how many cents, which share is used, and how euros are rounded."""

    lines: list[tuple[Fraction, int]]
    gebruik: Fraction
    afronding: Afronding

    @property
    def inrichting(self) -> Inrichting:
        specificaties = tuple(
            Productspecificatie(
                geldig_van=DAY, code=f"S{n}", naam="", eenheid="uur", tarief=Bedrag(cents), product="02A01"
            )
            for n, (_, cents) in enumerate(self.lines)
        )
        instellingen = Instellingen(gebruik=self.gebruik, afronding=self.afronding)
        return an_inrichting(productspecificaties=specificaties, instellingen=instellingen)

    @property
    def indicatie(self) -> tuple[Indicatie, ...]:
        return tuple(Indicatie(f"S{n}", aantal) for n, (aantal, _) in enumerate(self.lines))


LINES = st.tuples(st.integers(1, 168_000).map(lambda n: Fraction(n, 1000)), st.integers(100, 20_000))
CASES = st.builds(
    Case,
    st.lists(LINES, min_size=1, max_size=6),
    st.integers(1, 100).map(lambda n: Fraction(n, 100)),
    st.sampled_from(Afronding),
)


def told(case: Case) -> tuple[list[int], int, int, int]:
    """Cents per line, per year and per period, and euros, as domain.md §3 tells it."""
    lines = [floor(aantal * 52 * case.gebruik * cents + HALF) for aantal, cents in case.lines]
    period = floor(Fraction(sum(lines), 13) + HALF)
    euros = floor(Fraction(period, 100) + (HALF if case.afronding is Afronding.HALF_UP else 0))
    return lines, sum(lines), period, euros


@given(CASES)
def test_every_sheet_is_as_the_formula_tells(case: Case):
    lines, year, period, euros = told(case)
    if euros == 0:
        with pytest.raises(InvalidInput):
            bereken(case.inrichting, DAY, case.indicatie)
        return
    sheet = bereken(case.inrichting, DAY, case.indicatie)
    assert [regel.bedrag_per_jaar.cents for regel in sheet.regels] == lines
    assert (sheet.bedrag_per_jaar, sheet.bedrag_per_periode) == (Bedrag(year), Bedrag(period))
    assert sheet.budget_euro == sheet.volume == euros


@given(CASES)
def test_a_line_is_within_half_a_cent_of_what_is_exact_and_no_cent_more_would_be(case: Case):
    sheet = computed(case)
    for (aantal, cents), regel in zip(case.lines, sheet.regels if sheet else (), strict=False):
        exact = aantal * 52 * case.gebruik * cents
        assert -HALF < regel.bedrag_per_jaar.cents - exact <= HALF
        assert regel.bedrag_per_jaar.cents + 1 - exact > HALF


@given(CASES)
def test_omlaag_never_gives_more_than_the_period_and_half_up_never_a_whole_euro_less(case: Case):
    sheet = computed(case)
    if sheet is None:
        return
    cents_more = sheet.budget_euro * 100 - sheet.bedrag_per_periode.cents
    if case.afronding is Afronding.OMLAAG:
        assert -100 < cents_more <= 0
    else:
        assert -50 < cents_more <= 50


@given(CASES)
def test_the_order_of_the_lines_does_not_matter(case: Case):
    sheet, backwards = computed(case), computed(Case(case.lines[::-1], case.gebruik, case.afronding))
    assert (sheet and sheet.volume) == (backwards and backwards.volume)


@given(st.fractions(min_value=-500, max_value=500))
def test_quantities_within_a_week_are_computed_and_others_refused(aantal: Fraction):
    case = Case([(Fraction(20), 5000), (aantal, 5000)], Fraction(65, 100), Afronding.HALF_UP)
    if 0 < aantal <= 168:
        assert bereken(case.inrichting, DAY, case.indicatie).regels[1].aantal_per_week == aantal
    else:
        with pytest.raises(InvalidInput) as refusal:
            bereken(case.inrichting, DAY, case.indicatie)
        assert [finding.pad for finding in refusal.value.findings] == ["indicatie[1].aantalPerWeek"]


@given(CASES)
def test_a_sheet_that_was_kept_is_the_same_sheet(case: Case):
    sheet = computed(case)
    if sheet is not None:
        assert berekening_from_document(berekening_to_document(sheet)) == sheet


def computed(case: Case):
    """The sheet, None when it comes to less than one euro."""
    return bereken(case.inrichting, DAY, case.indicatie) if told(case)[-1] else None
