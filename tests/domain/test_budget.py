"""The room of a toewijzing per period, what is left of it, and how a volume is taken from it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.budget import (
    Boekingen,
    Ledger,
    Room,
    RoomPeriod,
    counts_as,
    draw,
    is_convertible,
    ledger_units,
    room,
    room_of_days,
    room_periods,
    rooms_of,
)
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import Declaratieperiode, GebrokenPeriode, Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.toewijzing import Omvang
from app.domain.versies import Toewijzing
from tests.builders import P1, P2, P3, P4, a_contract, a_toewijzing, a_versie, an_inrichting, an_omvang

VOLLEDIG, NAAR_RATO = GebrokenPeriode.VOLLEDIG, GebrokenPeriode.NAAR_RATO
PERIOD_13_OF_2020 = GeslotenPeriode(date(2020, 11, 30), date(2021, 1, 3))
JUNE = GeslotenPeriode(date(2019, 6, 1), date(2019, 6, 30))


def with_omvang(
    frequentie: Frequentie, volume: int = 10, eenheid: Eenheid = Eenheid.STUKS, **changes: object
) -> Toewijzing:
    """A toewijzing with this Omvang, from P1 up to and including P4 unless the changes say otherwise."""
    return a_toewijzing(a_versie(omvang=Omvang(volume=volume, eenheid=eenheid, frequentie=frequentie), **changes))


def room_in(toewijzing: Toewijzing, dagen: GeslotenPeriode, gebroken: GebrokenPeriode = VOLLEDIG) -> int:
    return room(toewijzing, RoomPeriod(dagen), gebroken)


class TestEenheden:
    @pytest.mark.parametrize("eenheid", Eenheid)
    def test_only_hours_are_kept_in_minutes(self, eenheid: Eenheid) -> None:
        assert ledger_units(eenheid) == (60 if eenheid is Eenheid.UUR else 1)

    @pytest.mark.parametrize("assigned", Eenheid)
    @pytest.mark.parametrize("claimed", Eenheid)
    def test_minutes_count_for_hours_and_nothing_else_for_another(self, assigned: Eenheid, claimed: Eenheid) -> None:
        minutes_for_hours = (assigned, claimed) == (Eenheid.UUR, Eenheid.MINUUT)
        assert counts_as(assigned, claimed) == (assigned == claimed or minutes_for_hours)

    def test_hours_and_minutes_convert_both_ways(self) -> None:
        assert is_convertible(Eenheid.UUR, Eenheid.MINUUT)
        assert is_convertible(Eenheid.MINUUT, Eenheid.UUR)
        assert is_convertible(Eenheid.STUKS, Eenheid.STUKS)
        assert not is_convertible(Eenheid.UUR, Eenheid.STUKS)
        assert not is_convertible(Eenheid.ETMAAL, Eenheid.MINUUT)


class TestRoomPeriods:
    def test_four_weeks_are_the_cak_periods_of_the_inrichting(self) -> None:
        span = GeslotenPeriode(P1.einddatum, P3.begindatum)
        found = room_periods(a_toewijzing(), an_inrichting(), span)
        assert found == (RoomPeriod(P1, 2019, 6), RoomPeriod(P2, 2019, 7), RoomPeriod(P3, 2019, 8))

    @pytest.mark.parametrize("frequentie", [Frequentie.PER_DAG, Frequentie.PER_WEEK])
    def test_days_and_weeks_are_counted_by_cak_period(self, frequentie: Frequentie) -> None:
        assert room_periods(with_omvang(frequentie), an_inrichting(), P1) == (RoomPeriod(P1, 2019, 6),)

    @pytest.mark.parametrize("frequentie", [Frequentie.PER_DAG, Frequentie.PER_WEEK])
    def test_days_and_weeks_are_counted_by_month_where_that_was_agreed(self, frequentie: Frequentie) -> None:
        inrichting = an_inrichting(contracten=(a_contract(declaratieperiode=Declaratieperiode.MAAND),))
        assert room_periods(with_omvang(frequentie), inrichting, JUNE) == (RoomPeriod(JUNE, 2019, 6),)

    def test_four_weeks_stay_cak_periods_where_months_were_agreed(self) -> None:
        inrichting = an_inrichting(contracten=(a_contract(declaratieperiode=Declaratieperiode.MAAND),))
        found = room_periods(a_toewijzing(), inrichting, JUNE)
        assert found == (RoomPeriod(P1, 2019, 6), RoomPeriod(P2, 2019, 7))

    def test_without_contract_by_cak_period(self) -> None:
        found = room_periods(with_omvang(Frequentie.PER_WEEK), an_inrichting(contracten=()), P1)
        assert found == (RoomPeriod(P1, 2019, 6),)

    def test_months(self) -> None:
        span = GeslotenPeriode(date(2019, 11, 30), date(2020, 2, 1))
        found = room_periods(with_omvang(Frequentie.PER_MAAND), an_inrichting(), span)
        assert [(p.jaar, p.periode) for p in found] == [(2019, 11), (2019, 12), (2020, 1), (2020, 2)]
        assert found[-1].dagen == GeslotenPeriode(date(2020, 2, 1), date(2020, 2, 29))

    def test_years(self) -> None:
        span = GeslotenPeriode(date(2019, 12, 31), date(2020, 1, 1))
        found = room_periods(with_omvang(Frequentie.PER_JAAR), an_inrichting(), span)
        assert found == (
            RoomPeriod(GeslotenPeriode(date(2019, 1, 1), date(2019, 12, 31)), 2019),
            RoomPeriod(GeslotenPeriode(date(2020, 1, 1), date(2020, 12, 31)), 2020),
        )

    def test_a_total_has_one_without_name(self) -> None:
        (found,) = room_periods(with_omvang(Frequentie.TOTAAL), an_inrichting(), P2)
        assert (found.jaar, found.periode) == (None, None)
        assert found.dagen == GeslotenPeriode(date.min, date.max)

    def test_none_without_omvang(self) -> None:
        assert room_periods(a_toewijzing(a_versie(omvang=None)), an_inrichting(), P1) == ()

    @pytest.mark.parametrize("day", [date(1800, 1, 1), date(2017, 12, 31), date(2022, 1, 3), date(9999, 12, 31)])
    def test_no_cak_period_outside_the_known_years(self, day: date) -> None:
        assert room_periods(a_toewijzing(), an_inrichting(), GeslotenPeriode(day, day)) == ()

    def test_first_and_last_known_cak_period(self) -> None:
        span = GeslotenPeriode(date(1800, 1, 1), date(9999, 12, 31))
        found = room_periods(a_toewijzing(), an_inrichting(), span)
        assert (found[0].jaar, found[0].periode, found[-1].jaar, found[-1].periode) == (2018, 1, 2021, 13)
        assert len(found) == 4 * 13

    @pytest.mark.parametrize("frequentie", [Frequentie.PER_MAAND, Frequentie.PER_JAAR])
    def test_the_last_day_of_the_calendar(self, frequentie: Frequentie) -> None:
        (found,) = room_periods(with_omvang(frequentie), an_inrichting(), GeslotenPeriode(date.max, date.max))
        assert found.dagen.einddatum == date.max


class TestRoom:
    @pytest.mark.parametrize("gebroken", GebrokenPeriode)
    @pytest.mark.parametrize(
        ("frequentie", "expected"),
        [
            (Frequentie.PER_DAG, 280),
            (Frequentie.PER_WEEK, 40),
            (Frequentie.PER_VIER_WEKEN, 10),
            (Frequentie.PER_MAAND, 10),
            (Frequentie.PER_JAAR, 10),
            (Frequentie.TOTAAL, 10),
        ],
    )
    def test_a_whole_period(self, frequentie: Frequentie, expected: int, gebroken: GebrokenPeriode) -> None:
        assert room_in(with_omvang(frequentie), P2, gebroken) == expected

    @pytest.mark.parametrize("gebroken", GebrokenPeriode)
    @pytest.mark.parametrize(
        ("frequentie", "expected"),
        [(Frequentie.PER_DAG, 350), (Frequentie.PER_WEEK, 50), (Frequentie.PER_VIER_WEKEN, 10)],
    )
    def test_a_period_of_35_days(self, frequentie: Frequentie, expected: int, gebroken: GebrokenPeriode) -> None:
        toewijzing = with_omvang(frequentie, einddatum=None)
        assert room_in(toewijzing, PERIOD_13_OF_2020, gebroken) == expected

    @pytest.mark.parametrize(
        ("frequentie", "expected"),
        [
            (Frequentie.PER_DAG, 90),
            (Frequentie.PER_WEEK, 20),
            (Frequentie.PER_VIER_WEKEN, 10),
            (Frequentie.PER_MAAND, 10),
            (Frequentie.PER_JAAR, 10),
        ],
    )
    def test_a_broken_last_period_counts_in_full(self, frequentie: Frequentie, expected: int) -> None:
        toewijzing = with_omvang(frequentie, einddatum=P2.begindatum + timedelta(days=8))
        assert room_in(toewijzing, P2) == expected

    @pytest.mark.parametrize(
        ("frequentie", "expected"),
        [
            (Frequentie.PER_DAG, 90),
            (Frequentie.PER_WEEK, 20),
            (Frequentie.PER_VIER_WEKEN, 3),
            (Frequentie.PER_MAAND, 10),
            (Frequentie.PER_JAAR, 10),
        ],
    )
    def test_a_broken_last_period_by_its_days(self, frequentie: Frequentie, expected: int) -> None:
        toewijzing = with_omvang(frequentie, einddatum=P2.begindatum + timedelta(days=8))
        assert room_in(toewijzing, P2, NAAR_RATO) == expected

    def test_a_broken_first_period(self) -> None:
        toewijzing = with_omvang(Frequentie.PER_VIER_WEKEN, 850, ingangsdatum=P1.einddatum)
        assert room_in(toewijzing, P1) == 850
        assert room_in(toewijzing, P1, NAAR_RATO) == 30  # 850 / 28 = 30,36

    def test_by_days_a_half_unit_goes_up(self) -> None:
        toewijzing = with_omvang(Frequentie.PER_VIER_WEKEN, 1, einddatum=P1.begindatum + timedelta(days=13))
        assert room_in(toewijzing, P1, NAAR_RATO) == 1

    def test_by_days_hours_are_rounded_to_whole_hours(self) -> None:
        toewijzing = with_omvang(
            Frequentie.PER_VIER_WEKEN, 10, Eenheid.UUR, einddatum=P1.begindatum + timedelta(days=8)
        )
        assert room_in(toewijzing, P1, NAAR_RATO) == 3 * 60
        assert room_in(toewijzing, P1) == 10 * 60

    @pytest.mark.parametrize("gebroken", GebrokenPeriode)
    @pytest.mark.parametrize("frequentie", sorted(set(Frequentie) - {Frequentie.TOTAAL}))
    def test_none_in_a_period_without_a_valid_day(self, frequentie: Frequentie, gebroken: GebrokenPeriode) -> None:
        toewijzing = with_omvang(frequentie, einddatum=P1.einddatum)
        assert room_in(toewijzing, P2, gebroken) == 0
        assert room_in(toewijzing, GeslotenPeriode(date(2019, 4, 22), date(2019, 5, 19)), gebroken) == 0

    def test_one_valid_day_is_enough(self) -> None:
        toewijzing = with_omvang(Frequentie.PER_VIER_WEKEN, einddatum=P2.begindatum)
        assert room_in(toewijzing, P2) == 10

    @pytest.mark.parametrize("gebroken", GebrokenPeriode)
    def test_an_open_end_goes_on(self, gebroken: GebrokenPeriode) -> None:
        toewijzing = with_omvang(Frequentie.PER_DAG, einddatum=None)
        far_away = GeslotenPeriode(date(9999, 12, 4), date(9999, 12, 31))
        assert room_in(toewijzing, far_away, gebroken) == 280

    def test_a_withdrawal_ends_the_room_after_it(self) -> None:
        withdrawn = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=P1.einddatum)
        toewijzing = a_toewijzing(withdrawn, a_versie())
        assert [room_in(toewijzing, periode) for periode in (P1, P2, P3, P4)] == [850, 0, 0, 0]

    def test_a_void_toewijzing_has_no_room_left(self) -> None:
        void = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=P1.begindatum, reden_wijziging="01")
        toewijzing = a_toewijzing(a_versie(), void)
        assert [room_in(toewijzing, periode) for periode in (P1, P2)] == [0, 0]
        assert room_in(toewijzing, P1, NAAR_RATO) == 0
        total = a_versie(omvang=an_omvang(frequentie=Frequentie.TOTAAL))
        assert room_in(a_toewijzing(replace(void, omvang=total.omvang)), P1) == 0

    def test_only_the_code_for_deletion_takes_the_room_of_a_single_day(self) -> None:
        ended = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=P1.begindatum, reden_wijziging="02")
        assert room_in(a_toewijzing(a_versie(), ended), P1) == 850

    def test_two_versions_share_a_period_and_the_larger_counts(self) -> None:
        for volumes in [(850, 900), (900, 850)]:
            assert room_in(changed_in_p2(*volumes), P2) == 900

    def test_two_versions_share_a_period_by_their_days(self) -> None:
        assert room_in(changed_in_p2(850, 900), P2, NAAR_RATO) == 875

    def test_by_days_two_versions_are_rounded_together(self) -> None:
        assert room_in(changed_in_p2(1, 1), P2, NAAR_RATO) == 1
        assert room_in(changed_in_p2(1, 2), P2, NAAR_RATO) == 2

    @pytest.mark.parametrize("day", range(1, 28))
    def test_a_week_with_a_day_of_either_version_counts_once(self, day: int) -> None:
        begin = P2.begindatum + timedelta(days=day)
        toewijzing = changed_in_p2(10, 10, begin=begin, frequentie=Frequentie.PER_WEEK)
        assert room_in(toewijzing, P2) == 40
        assert room_in(toewijzing, P2, NAAR_RATO) == 40

    def test_a_total_is_that_of_the_newest_version(self) -> None:
        toewijzing = changed_in_p2(24, 30, frequentie=Frequentie.TOTAAL)
        assert room_in(toewijzing, P2) == 30
        assert room_in(with_omvang(Frequentie.TOTAAL, 2, Eenheid.UUR), P2) == 120

    def test_none_without_omvang(self) -> None:
        assert room_in(a_toewijzing(a_versie(omvang=None)), P1) == 0

    def test_days_of_an_older_version_without_omvang_give_none(self) -> None:
        older = a_versie(omvang=None)
        newer = a_versie(toewijzingsdatum=date(2019, 6, 3), ingangsdatum=date(2019, 7, 1))
        toewijzing = a_toewijzing(older, newer)
        assert room_in(toewijzing, P1) == 0
        assert room_in(toewijzing, P2, NAAR_RATO) == 425


def changed_in_p2(
    before: int, after: int, *, begin: date = date(2019, 7, 1), frequentie: Frequentie = Frequentie.PER_VIER_WEKEN
) -> Toewijzing:
    """A toewijzing whose Volume changes on a day in P2, by default halfway."""
    return a_toewijzing(
        a_versie(omvang=an_omvang(volume=before, frequentie=frequentie)),
        a_versie(
            omvang=an_omvang(volume=after, frequentie=frequentie),
            toewijzingsdatum=date(2019, 6, 25),
            ingangsdatum=begin,
        ),
    )


class TestRoomOfDays:
    """Per day and per week the days of a prestatie limit it; otherwise any day may take the whole Volume."""

    @pytest.mark.parametrize(("frequentie", "expected"), [(Frequentie.PER_DAG, 90), (Frequentie.PER_WEEK, 20)])
    def test_days_and_weeks_of_a_part_of_a_period(self, frequentie: Frequentie, expected: int) -> None:
        dagen = GeslotenPeriode(P2.begindatum, P2.begindatum + timedelta(days=8))
        assert room_of_days(with_omvang(frequentie), dagen, VOLLEDIG) == expected

    @pytest.mark.parametrize("frequentie", sorted(set(Frequentie) - {Frequentie.PER_DAG, Frequentie.PER_WEEK}))
    def test_unlimited_otherwise(self, frequentie: Frequentie) -> None:
        assert room_of_days(with_omvang(frequentie), P1, VOLLEDIG) is None

    def test_unlimited_without_omvang(self) -> None:
        assert room_of_days(a_toewijzing(a_versie(omvang=None)), P1, VOLLEDIG) is None


class TestLedger:
    def test_counts_what_was_booked_on_any_day_of_the_period(self) -> None:
        ledger = Ledger({("1001", P1.begindatum): 3, ("1001", P1.einddatum): 4, ("1001", P2.begindatum): 5})
        assert ledger.used("1001", RoomPeriod(P1)) == 7
        assert ledger.used("1001", RoomPeriod(P2)) == 5
        assert ledger.used("1001", RoomPeriod(GeslotenPeriode(date.min, date.max))) == 12

    def test_another_toewijzing_has_its_own(self) -> None:
        ledger = Ledger({("1001", P1.begindatum): 3, ("1002", P1.begindatum): 4})
        assert ledger.used("1002", RoomPeriod(P1)) == 4
        assert ledger.used("1003", RoomPeriod(P1)) == 0

    def test_booking_adds_and_a_credit_takes_off(self) -> None:
        ledger = Ledger({("1001", P1.begindatum): 3})
        ledger.book("1001", ((P1.begindatum, 4), (P2.begindatum, 1)))
        ledger.book("1001", ((P1.begindatum, -3),))
        ledger.book("1002", ((P1.begindatum, 9),))
        assert ledger.used("1001", RoomPeriod(P1)) == 4
        assert ledger.used("1001", RoomPeriod(P2)) == 1
        assert ledger.used("1002", RoomPeriod(P1)) == 9

    def test_leaves_what_it_was_given_alone(self) -> None:
        geboekt = {("1001", P1.begindatum): 3}
        Ledger(geboekt).book("1001", ((P1.begindatum, 4),))
        assert geboekt == {("1001", P1.begindatum): 3}


class TestRoomsOf:
    def test_room_and_what_is_left_in_each_period(self) -> None:
        ledger = Ledger({("1001", P1.begindatum): 850, ("1001", P2.begindatum): 1})
        span = GeslotenPeriode(P1.einddatum, P2.begindatum)
        expected = (Room(RoomPeriod(P1, 2019, 6), 850, 0), Room(RoomPeriod(P2, 2019, 7), 850, 849))
        assert rooms_of(a_toewijzing(), an_inrichting(), span, ledger) == expected

    def test_below_zero_after_a_later_cut(self) -> None:
        withdrawn = a_versie(toewijzingsdatum=date(2019, 7, 20), einddatum=P1.einddatum)
        ledger = Ledger({("1001", P2.begindatum): 850})
        (found,) = rooms_of(a_toewijzing(a_versie(), withdrawn), an_inrichting(), P2, ledger)
        assert (found.volume, found.left) == (0, -850)

    def test_broken_periods_as_the_gemeente_decided(self) -> None:
        toewijzing = a_toewijzing(a_versie(einddatum=date(2019, 5, 26)))
        by_days = an_inrichting(instellingen=Instellingen(gebroken_periode=NAAR_RATO))
        assert [r.volume for r in rooms_of(toewijzing, by_days, P1, Ledger({}))] == [213]
        assert [r.volume for r in rooms_of(toewijzing, an_inrichting(), P1, Ledger({}))] == [850]


def rooms(*left: int) -> tuple[Room, ...]:
    """Rooms in consecutive weeks of which this is left."""
    mondays = (date(2019, 1, 7) + timedelta(weeks=n) for n in range(len(left)))
    weeks = (RoomPeriod(GeslotenPeriode(monday, monday + timedelta(days=6))) for monday in mondays)
    return tuple(Room(week, max(one, 0), one) for week, one in zip(weeks, left, strict=True))


LEFT = st.lists(st.integers(-50, 50), max_size=5)


def taken(boekingen: Boekingen) -> int:
    return sum(volume for _, volume in boekingen)


class TestDraw:
    def test_from_the_earliest_first(self) -> None:
        found = draw(5, rooms(3, 0, 4))
        assert found == ((date(2019, 1, 7), 3), (date(2019, 1, 21), 2))

    def test_nothing_from_an_overdrawn_room(self) -> None:
        assert draw(2, rooms(-1, 3)) == ((date(2019, 1, 14), 2),)

    @given(st.integers(0, 300), LEFT)
    def test_never_more_than_is_left_of_a_room(self, volume: int, left: list[int]) -> None:
        available = {one.periode.dagen.begindatum: one.left for one in rooms(*left)}
        assert all(0 < part <= available[day] for day, part in draw(volume, rooms(*left)))

    @given(st.integers(0, 300), LEFT)
    def test_everything_that_fits(self, volume: int, left: list[int]) -> None:
        assert taken(draw(volume, rooms(*left))) == min(volume, sum(max(one, 0) for one in left))
