"""Who works for an aanbieder on which days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.onderaannemer import (
    Onderaannemer,
    Onderaannemers,
    added,
    between,
    shown_on,
    since,
    until,
    working_on,
)

DAY = timedelta(days=1)
FIRST = Onderaannemer(aanbieder="42420002", begindatum=date(2018, 1, 29), einddatum=date(2018, 3, 25))
SECOND = Onderaannemer(aanbieder="42420003", begindatum=date(2018, 5, 21))
BOTH = (FIRST, SECOND)
DAYS = st.dates(date(2018, 1, 1), date(2018, 12, 31))


def names(known: Onderaannemers) -> list[str]:
    return [one.aanbieder for one in known]


class TestShown:
    def test_is_who_works_that_day_else_the_last_else_the_next(self) -> None:
        for day, expected in (
            (FIRST.begindatum - DAY, FIRST),
            (FIRST.begindatum, FIRST),
            (FIRST.last, FIRST),
            (FIRST.last + DAY, FIRST),
            (SECOND.begindatum - DAY, FIRST),
            (SECOND.begindatum, SECOND),
            (date.max, SECOND),
        ):
            assert shown_on(BOTH, day) is expected
        assert shown_on((), SECOND.begindatum) is None

    @given(DAYS)
    def test_is_who_works_when_somebody_does(self, day: date) -> None:
        working = working_on(BOTH, day)
        assert working is None or shown_on(BOTH, day) is working
        assert (working is not None) is (FIRST.begindatum <= day <= FIRST.last or day >= SECOND.begindatum)


class TestCut:
    @given(DAYS, DAYS)
    def test_in_two_leaves_every_day_on_one_side(self, cut: date, day: date) -> None:
        before, after = until(BOTH, cut), since(BOTH, cut + DAY)
        known = before if day <= cut else after
        expected = working_on(BOTH, day)
        assert [one.aanbieder for one in between(known, day, day)] == ([expected.aanbieder] if expected else [])

    @given(DAYS, DAYS)
    def test_leaves_nobody_on_the_other_side(self, cut: date, day: date) -> None:
        known = since(BOTH, cut + DAY) if day <= cut else until(BOTH, cut)
        assert working_on(known, day) is None

    def test_keeps_an_open_end_after_the_cut(self) -> None:
        assert since((SECOND,), date(2018, 7, 1))[0].einddatum is None
        assert until((SECOND,), date(2018, 7, 1))[0].einddatum == date(2018, 7, 1)


class TestBetween:
    def test_is_who_shares_a_day(self) -> None:
        assert names(between(BOTH, FIRST.last, FIRST.last)) == [FIRST.aanbieder]
        assert names(between(BOTH, FIRST.last + DAY, SECOND.begindatum - DAY)) == []
        assert names(between(BOTH, FIRST.last, None)) == names(BOTH)

    def test_of_one_more_is_in_order_of_days(self) -> None:
        assert added((SECOND,), FIRST) == BOTH
