"""The derived CAK periods."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cak_periode import CakPeriode, derived_cak_perioden, seeded_cak_perioden
from app.domain.periode import GeslotenPeriode

YEARS = st.integers(1800, 9998)
YEARS_OF_53_WEEKS = {2015, 2020, 2026}


class TestDerived:
    def test_period_1_of_2018(self) -> None:
        assert derived_cak_perioden(2018)[0] == CakPeriode(2018, 1, date(2018, 1, 1), date(2018, 1, 28))

    def test_the_claim_periods_of_summer_2019(self) -> None:
        found = [(p.periode, p.begindatum, p.einddatum) for p in derived_cak_perioden(2019)[5:9]]
        assert found == [
            (6, date(2019, 5, 20), date(2019, 6, 16)),
            (7, date(2019, 6, 17), date(2019, 7, 14)),
            (8, date(2019, 7, 15), date(2019, 8, 11)),
            (9, date(2019, 8, 12), date(2019, 9, 8)),
        ]

    @given(YEARS)
    def test_thirteen_periods_from_the_monday_of_week_1(self, jaar: int) -> None:
        perioden = derived_cak_perioden(jaar)
        assert [(p.jaar, p.periode) for p in perioden] == [(jaar, number) for number in range(1, 14)]
        assert perioden[0].begindatum == date.fromisocalendar(jaar, 1, 1)

    @given(YEARS)
    def test_every_period_of_28_days_but_the_last_of_a_long_year(self, jaar: int) -> None:
        long_year = date(jaar, 12, 28).isocalendar().week == 53
        lengths = [p.dagen.days for p in derived_cak_perioden(jaar)]
        assert lengths == [28] * 12 + [35 if long_year else 28]


class TestSeeded:
    def test_from_2015_to_2030_without_gap_or_overlap(self) -> None:
        perioden = list(seeded_cak_perioden())
        assert len(perioden) == 16 * 13
        assert (perioden[0].jaar, perioden[-1].jaar) == (2015, 2030)
        assert all(one.einddatum + timedelta(days=1) == next_one.begindatum for one, next_one in pairwise(perioden))

    @pytest.mark.parametrize("jaar", range(2015, 2031))
    def test_years_of_53_weeks_end_with_35_days(self, jaar: int) -> None:
        last = next(p for p in seeded_cak_perioden() if (p.jaar, p.periode) == (jaar, 13))
        assert last.dagen.days == (35 if jaar in YEARS_OF_53_WEEKS else 28)

    def test_dagen_are_those_of_the_period(self) -> None:
        first = next(seeded_cak_perioden())
        assert first.dagen == GeslotenPeriode(date(2014, 12, 29), date(2015, 1, 25))
