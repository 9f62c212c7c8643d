"""Deadlines: working days, what a toekenning brings with it, and when something is late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.termijnen import (
    Moment,
    TermijnSoort,
    TermijnStatus,
    Verval,
    VervalReden,
    after_werkdagen,
    first_day_due_from,
    halfway,
    status_of,
    termijnen_of,
    termijnen_of_second,
)
from app.processing.feestdagen import is_feestdag

DAY = timedelta(days=1)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
COUNTS = st.integers(1, 30)


def werkdagen_between(first: date, last: date) -> int:
    """How many working days there are after `first`, up to and including `last`, counted one by one."""
    days = (first + DAY * n for n in range(1, (last - first).days + 1))
    return sum(day.isoweekday() <= 5 and not is_feestdag(day) for day in days)


class TestAfterWerkdagen:
    @pytest.mark.parametrize(
        ("day", "count", "expected"),
        [
            (date(2018, 1, 8), 5, date(2018, 1, 15)),  # Monday to Monday
            (date(2018, 1, 6), 1, date(2018, 1, 8)),  # from a Saturday
            (date(2018, 3, 29), 1, date(2018, 4, 3)),  # Good Friday, the weekend, Easter Monday
            (date(2018, 5, 4), 5, date(2018, 5, 14)),  # Ascension Day
            (date(2017, 5, 4), 1, date(2017, 5, 8)),  # 5 May counts as a holiday in any year
            (date(2017, 12, 22), 5, date(2018, 1, 3)),  # Christmas and New Year
            (date(2025, 4, 25), 1, date(2025, 4, 28)),  # Koningsdag on Saturday the 26th, for the 27th is a Sunday
        ],
    )
    def test_skips_weekends_and_feestdagen(self, day: date, count: int, expected: date):
        assert after_werkdagen(day, count, is_feestdag) == expected

    @given(day=DAYS, count=COUNTS)
    def test_there_are_as_many_working_days_until_then(self, day: date, count: int):
        assert werkdagen_between(day, after_werkdagen(day, count, is_feestdag)) == count

    @given(day=DAYS, count=COUNTS)
    def test_the_day_before_there_were_fewer(self, day: date, count: int):
        assert werkdagen_between(day, after_werkdagen(day, count, is_feestdag) - DAY) == count - 1

    @given(day=DAYS, count=COUNTS)
    def test_a_later_day_is_never_due_earlier(self, day: date, count: int):
        assert after_werkdagen(day, count, is_feestdag) <= after_werkdagen(day + DAY, count, is_feestdag)


class TestFirstDayDueFrom:
    @given(datum=DAYS, count=COUNTS)
    def test_is_due_then_or_later(self, datum: date, count: int):
        assert after_werkdagen(first_day_due_from(datum, count, is_feestdag), count, is_feestdag) >= datum

    @given(datum=DAYS, count=COUNTS)
    def test_the_day_before_is_due_earlier(self, datum: date, count: int):
        assert after_werkdagen(first_day_due_from(datum, count, is_feestdag) - DAY, count, is_feestdag) < datum


class TestTermijnenOf:
    def given_for(self, **changed: date | None) -> dict[tuple[str, TermijnSoort], date]:
        fields: dict[str, date | None] = {
            "toewijzingsdatum": date(2017, 12, 18),
            "ingangsdatum": date(2018, 1, 1),
            "einddatum": date(2018, 12, 30),
            **changed,
        }
        found = termijnen_of(toekenning_id="t", gemeente="1708", sleutels=("1", "2"), **fields)  # type: ignore[arg-type]
        assert {(termijn.toekenning_id, termijn.gemeente) for termijn in found} == {("t", "1708")}
        return {(termijn.sleutel, termijn.soort): termijn.moment.datum for termijn in found}

    def test_each_toewijzing_has_its_own(self):
        found = self.given_for()
        assert len(found) == 6
        for sleutel in ("1", "2"):
            assert found[sleutel, TermijnSoort.BEGELEIDINGSPLAN] == date(2018, 2, 12)
            assert found[sleutel, TermijnSoort.EVALUATIE] == date(2018, 7, 1)
            assert found[sleutel, TermijnSoort.EINDE_INDICATIE] == date(2018, 12, 30)

    def test_the_agreed_evaluation_goes_before_halfway(self):
        assert self.given_for(evaluatiedatum=date(2018, 3, 5))["1", TermijnSoort.EVALUATIE] == date(2018, 3, 5)

    def test_without_a_last_day_only_what_was_agreed(self):
        soorten = {soort for _, soort in self.given_for(einddatum=None)}
        assert soorten == {TermijnSoort.BEGELEIDINGSPLAN}
        soorten = {soort for _, soort in self.given_for(einddatum=None, evaluatiedatum=date(2018, 3, 5))}
        assert soorten == {TermijnSoort.BEGELEIDINGSPLAN, TermijnSoort.EVALUATIE}

    @given(begin=DAYS, days=st.integers(0, 5000))
    def test_halfway_lies_as_far_from_both_ends(self, begin: date, days: int):
        end = begin + DAY * days
        assert 0 <= (end - halfway(begin, end)).days - (halfway(begin, end) - begin).days <= 1


class TestStatusOf:
    DATUM = date(2018, 2, 12)

    def of(
        self, soort: TermijnSoort, today: date, gehaald_op: date | None = None, verval: Verval | None = None
    ) -> TermijnStatus:
        return status_of(soort, Moment(self.DATUM, gehaald_op, verval), today=today)

    @pytest.mark.parametrize("soort", list(TermijnSoort))
    def test_is_open_until_the_day_itself(self, soort: TermijnSoort):
        assert self.of(soort, self.DATUM) is TermijnStatus.OPEN

    @pytest.mark.parametrize("soort", [soort for soort in TermijnSoort if soort is not TermijnSoort.EINDE_INDICATIE])
    def test_is_late_the_day_after(self, soort: TermijnSoort):
        assert self.of(soort, self.DATUM + DAY) is TermijnStatus.TE_LAAT

    def test_an_end_comes_by_itself(self):
        assert self.of(TermijnSoort.EINDE_INDICATIE, self.DATUM + DAY) is TermijnStatus.GEHAALD

    def test_what_was_done_is_done(self):
        assert self.of(TermijnSoort.EVALUATIE, self.DATUM + DAY, gehaald_op=self.DATUM) is TermijnStatus.GEHAALD

    @pytest.mark.parametrize("today", [DATUM - DAY, DATUM, DATUM + DAY])
    @pytest.mark.parametrize("soort", list(TermijnSoort))
    def test_what_lapsed_is_neither_met_nor_late(self, soort: TermijnSoort, today: date):
        assert self.of(soort, today, verval=LAPSED) is TermijnStatus.VERVALLEN

    def test_what_was_done_before_it_lapsed_is_done(self):
        assert self.of(TermijnSoort.EVALUATIE, self.DATUM, self.DATUM, LAPSED) is TermijnStatus.GEHAALD


LAPSED = Verval(date(2018, 1, 20), VervalReden.EINDIGT_EERDER)


class TestTermijnenOfSecond:
    def given_for(self, evaluatie: Moment | None, einddatum: date | None = date(2018, 12, 30)) -> dict[str, Moment]:
        found = termijnen_of_second(
            toekenning_id="t",
            gemeente="1708",
            sleutel="2",
            toewijzingsdatum=date(2018, 5, 1),
            einddatum=einddatum,
            evaluatie=evaluatie,
        )
        assert {(termijn.toekenning_id, termijn.gemeente, termijn.sleutel) for termijn in found} == {("t", "1708", "2")}
        return {termijn.soort.value: termijn.moment for termijn in found}

    @pytest.mark.parametrize(
        "evaluatie",
        [Moment(date(2018, 7, 1)), Moment(date(2018, 4, 1), date(2018, 4, 1))],
    )
    def test_the_evaluation_is_that_of_the_first_and_the_plan_its_own(self, evaluatie: Moment):
        assert self.given_for(evaluatie) == {
            "begeleidingsplan": Moment(date(2018, 6, 26)),
            "evaluatie": evaluatie,
            "einde-indicatie": Moment(date(2018, 12, 30)),
        }

    @given(
        datum=st.dates(date(2018, 1, 1), date(2019, 6, 1)),
        einddatum=st.none() | st.dates(date(2018, 5, 1), date(2019, 6, 1)),
        verval=st.sampled_from([None, LAPSED, Verval(date(2018, 1, 20), VervalReden.VERWIJDERD)]),
    )
    def test_what_comes_after_its_end_lapses_at_once_and_only_that(
        self, datum: date, einddatum: date | None, verval: Verval | None
    ):
        found = self.given_for(Moment(datum, None, verval), einddatum)
        for soort, moment in found.items():
            late = einddatum is not None and moment.datum > einddatum
            assert moment.verval == (Verval(date(2018, 5, 1), VervalReden.EINDIGT_EERDER) if late else None), soort

    def test_what_was_done_stays_done(self):
        done = Moment(date(2018, 7, 1), date(2018, 4, 1))
        assert self.given_for(done, date(2018, 5, 20))["evaluatie"] == done

    def test_where_the_first_has_none_it_has_none(self):
        assert set(self.given_for(None)) == {"begeleidingsplan", "einde-indicatie"}
        assert set(self.given_for(None, einddatum=None)) == {"begeleidingsplan"}
