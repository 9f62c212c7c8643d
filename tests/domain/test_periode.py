"""Periods of days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.periode import GeslotenPeriode, last_of_month, monday_of, weeks_touched

DAYS = st.dates()
NEAR = st.dates(date(2018, 12, 1), date(2019, 3, 1))


@st.composite
def perioden(draw: st.DrawFn) -> GeslotenPeriode:
    """A period of at most two months."""
    begin = draw(NEAR)
    return GeslotenPeriode(begin, begin + timedelta(days=draw(st.integers(0, 60))))


def days_of(periode: GeslotenPeriode) -> set[date]:
    return {periode.begindatum + timedelta(days=n) for n in range(periode.days)}


class TestGeslotenPeriode:
    def test_both_ends_count(self) -> None:
        assert GeslotenPeriode(date(2019, 5, 20), date(2019, 6, 16)).days == 28
        assert GeslotenPeriode(date(2019, 5, 20), date(2019, 5, 20)).days == 1
        assert GeslotenPeriode(date(2019, 5, 20), date(2019, 5, 19)).days == 0

    @given(perioden(), NEAR)
    def test_contains_is_membership(self, periode: GeslotenPeriode, day: date) -> None:
        assert periode.contains(day) == (day in days_of(periode))

    @given(perioden(), perioden())
    def test_encloses_is_inclusion(self, one: GeslotenPeriode, other: GeslotenPeriode) -> None:
        assert one.encloses(other) == (days_of(other) <= days_of(one))

    @given(perioden(), perioden())
    def test_intersection_holds_the_shared_days(self, one: GeslotenPeriode, other: GeslotenPeriode) -> None:
        shared = one.intersection(other.begindatum, other.einddatum)
        assert (days_of(shared) if shared else set()) == days_of(one) & days_of(other)

    @given(perioden(), NEAR)
    def test_intersection_with_an_endless_period(self, one: GeslotenPeriode, begin: date) -> None:
        shared = one.intersection(begin, None)
        assert (days_of(shared) if shared else set()) == {day for day in days_of(one) if day >= begin}

    def test_the_longest_period_there_is(self) -> None:
        everything = GeslotenPeriode(date.min, date.max)
        assert everything.days == date.max.toordinal()
        assert everything.intersection(date.max, None) == GeslotenPeriode(date.max, date.max)


class TestWeeks:
    @given(DAYS)
    def test_monday_of_the_same_iso_week(self, day: date) -> None:
        monday = monday_of(day)
        assert monday.isoweekday() == 1
        assert 0 <= (day - monday).days < 7

    @given(perioden())
    def test_weeks_touched_counts_iso_weeks(self, periode: GeslotenPeriode) -> None:
        assert weeks_touched(periode) == len({day.isocalendar()[:2] for day in days_of(periode)})

    def test_weeks_at_both_ends_of_the_calendar(self) -> None:
        assert weeks_touched(GeslotenPeriode(date.min, date.min)) == 1
        assert weeks_touched(GeslotenPeriode(date.max, date.max)) == 1


class TestLastOfMonth:
    @given(DAYS)
    def test_the_day_after_is_a_first_of_the_next_month(self, day: date) -> None:
        last = last_of_month(day)
        assert (last.year, last.month) == (day.year, day.month)
        assert last == date.max or (last + timedelta(days=1)).day == 1

    def test_leap_years_and_the_end_of_the_calendar(self) -> None:
        assert last_of_month(date(2020, 2, 1)) == date(2020, 2, 29)
        assert last_of_month(date(2019, 2, 28)) == date(2019, 2, 28)
        assert last_of_month(date(2019, 12, 5)) == date(2019, 12, 31)
        assert last_of_month(date(9999, 12, 1)) == date(9999, 12, 31)
        assert last_of_month(date(9999, 11, 30)) == date(9999, 11, 30)
