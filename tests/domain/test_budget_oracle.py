"""The room per period against an independent telling of it, day by day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from app.domain.budget import RoomPeriod, room, room_of_days
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import GebrokenPeriode
from app.domain.periode import GeslotenPeriode
from app.domain.toewijzing import Omvang
from app.domain.versies import Toewijzing, ToewijzingVersie
from tests.builders import a_toewijzing, a_versie

VOLLEDIG, NAAR_RATO = GebrokenPeriode.VOLLEDIG, GebrokenPeriode.NAAR_RATO
PERIOD_13_OF_2020 = GeslotenPeriode(date(2020, 11, 30), date(2021, 1, 3))


SPAN = st.dates(date(2020, 11, 25), date(2021, 1, 8))
VOLUMES = st.integers(0, 999)


@st.composite
def histories(draw: st.DrawFn) -> list[ToewijzingVersie]:
    """One to three versions around the turn of 2020, of one Frequentie and Eenheid, in order of rank."""
    frequentie = draw(st.sampled_from(Frequentie))
    eenheid = draw(st.sampled_from([Eenheid.STUKS, Eenheid.UUR]))
    made: list[ToewijzingVersie] = []
    for number in range(draw(st.integers(1, 3))):
        begin = draw(SPAN)
        length = draw(st.one_of(st.none(), st.integers(0, 50)))
        omvang = Omvang(volume=draw(VOLUMES), eenheid=eenheid, frequentie=frequentie)
        made.append(
            a_versie(
                toewijzingsdatum=date(2020, 10, 1) + timedelta(days=number),
                ingangsdatum=begin,
                einddatum=None if length is None else begin + timedelta(days=length),
                reden_wijziging=draw(st.sampled_from([None, "01"])),
                omvang=omvang,
                aandeel_vanaf=draw(VOLUMES),
            )
        )
    return made


def room_in(toewijzing: Toewijzing, dagen: GeslotenPeriode, gebroken: GebrokenPeriode = VOLLEDIG) -> int:
    return room(toewijzing, RoomPeriod(dagen), gebroken)


def agreed_on(versies: Sequence[ToewijzingVersie], day: date) -> tuple[int, int] | None:
    """From where to where in its whole the Volume of a day goes, None when no version allows support on it."""
    for versie in reversed(versies):
        if is_deletion(versie):
            return None
        if versie.ingangsdatum <= day:
            ended = versie.einddatum is not None and versie.einddatum < day
            vanaf = versie.aandeel_vanaf
            return (vanaf, vanaf + versie.omvang.volume) if versie.omvang and not ended else None
    return None


def is_deletion(versie: ToewijzingVersie) -> bool:
    return versie.reden_wijziging == "01" and versie.einddatum == versie.ingangsdatum


def oracle(versies: Sequence[ToewijzingVersie], dagen: GeslotenPeriode, gebroken: GebrokenPeriode) -> int:
    """The room, told day by day with fractions, from the text of the table alone."""
    newest = versies[-1].omvang
    assert newest is not None
    unit = 60 if newest.eenheid is Eenheid.UUR else 1
    if newest.frequentie is Frequentie.TOTAAL:
        return 0 if is_deletion(versies[-1]) else newest.volume * unit
    days = [dagen.begindatum + timedelta(days=n) for n in range(dagen.days)]
    agreed = {day: part for day in days if (part := agreed_on(versies, day)) is not None}
    if not agreed:
        return 0
    weeks = len({day.isocalendar()[:2] for day in agreed})
    times = {Frequentie.PER_DAG: len(agreed), Frequentie.PER_WEEK: weeks}.get(newest.frequentie, 1)
    if gebroken is VOLLEDIG:
        return max(tot - vanaf for vanaf, tot in agreed.values()) * times * unit
    divisor = dagen.days if newest.frequentie is Frequentie.PER_VIER_WEKEN else len(agreed)
    vanaf, tot = (Fraction(sum(side) * times, divisor) for side in zip(*agreed.values(), strict=True))
    return (floor(tot + Fraction(1, 2)) - floor(vanaf + Fraction(1, 2))) * unit


def placed(versies: Sequence[ToewijzingVersie], volume: int, vanaf: int) -> Toewijzing:
    """With the days of this history, but one volume and one place in its whole."""
    made = [
        replace(versie, omvang=versie.omvang and replace(versie.omvang, volume=volume), aandeel_vanaf=vanaf)
        for versie in versies
    ]
    return a_toewijzing(*made)


@st.composite
def any_period(draw: st.DrawFn) -> GeslotenPeriode:
    """The 35 days of period 13 of 2020, the 28 of period 1 of 2021, a month, a year or something else."""
    begin = draw(SPAN)
    return draw(
        st.sampled_from(
            [
                PERIOD_13_OF_2020,
                GeslotenPeriode(date(2021, 1, 4), date(2021, 1, 31)),
                GeslotenPeriode(date(2020, 12, 1), date(2020, 12, 31)),
                GeslotenPeriode(date(2021, 1, 1), date(2021, 12, 31)),
                GeslotenPeriode(begin, begin + timedelta(days=draw(st.integers(0, 40)))),
            ]
        )
    )


class TestRoomAgainstOracle:
    @given(histories(), any_period(), st.sampled_from(GebrokenPeriode))
    def test_same_room_as_day_by_day(
        self, versies: list[ToewijzingVersie], dagen: GeslotenPeriode, gebroken: GebrokenPeriode
    ) -> None:
        assert room_in(a_toewijzing(*versies), dagen, gebroken) == oracle(versies, dagen, gebroken)

    @given(histories(), any_period(), st.sampled_from(GebrokenPeriode), st.data())
    def test_order_of_arrival_does_not_matter(
        self, versies: list[ToewijzingVersie], dagen: GeslotenPeriode, gebroken: GebrokenPeriode, data: st.DataObject
    ) -> None:
        arrived = data.draw(st.permutations(versies))
        assert room_in(a_toewijzing(*arrived), dagen, gebroken) == room_in(a_toewijzing(*versies), dagen, gebroken)

    @given(histories(), any_period())
    def test_by_days_never_gives_more_than_in_full(
        self, versies: list[ToewijzingVersie], dagen: GeslotenPeriode
    ) -> None:
        toewijzing = a_toewijzing(*versies)
        assert room_in(toewijzing, dagen, NAAR_RATO) <= room_in(toewijzing, dagen)

    @given(histories(), any_period(), st.lists(VOLUMES, min_size=1, max_size=5), st.integers(0, 999))
    def test_parts_that_follow_on_each_other_are_the_whole(
        self, versies: list[ToewijzingVersie], dagen: GeslotenPeriode, volumes: list[int], vanaf: int
    ) -> None:
        """Whatever happened to the whole, and wherever it begins in a larger one."""
        before = [vanaf + sum(volumes[:number]) for number in range(len(volumes))]
        parts = [room_in(placed(versies, v, begin), dagen, NAAR_RATO) for v, begin in zip(volumes, before, strict=True)]
        assert sum(parts) == room_in(placed(versies, sum(volumes), vanaf), dagen, NAAR_RATO)

    @given(histories(), any_period(), VOLUMES, VOLUMES)
    def test_its_place_in_the_whole_moves_a_room_by_one_unit_at_most_and_in_full_by_none(
        self, versies: list[ToewijzingVersie], dagen: GeslotenPeriode, volume: int, vanaf: int
    ) -> None:
        first, later = placed(versies, volume, 0), placed(versies, volume, vanaf)
        unit = 60 if first.actueel.omvang and first.actueel.omvang.eenheid is Eenheid.UUR else 1
        assert abs(room_in(later, dagen, NAAR_RATO) - room_in(first, dagen, NAAR_RATO)) <= unit
        assert room_in(later, dagen) == room_in(first, dagen)

    @given(histories())
    def test_the_room_of_all_days_of_a_period_is_that_of_the_period(self, versies: list[ToewijzingVersie]) -> None:
        toewijzing = a_toewijzing(*versies)
        of_days = room_of_days(toewijzing, PERIOD_13_OF_2020, VOLLEDIG)
        assert of_days in {None, room_in(toewijzing, PERIOD_13_OF_2020)}
