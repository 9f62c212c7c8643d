"""Which version of a toewijzing decides which day."""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.versies import Segment, Toewijzing, ToewijzingVersie
from tests.builders import BSN_X, GEBOREN_X, P1, P4, a_toegewezen_product, a_toewijzing, a_versie, an_omvang

FIRST = a_versie()
WITHDRAWN = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=date(2019, 6, 30), reden_wijziging="04")
VOID = a_versie(toewijzingsdatum=date(2019, 6, 3), einddatum=P1.begindatum, reden_wijziging="01")
DAYS = st.dates(date(2019, 5, 1), date(2019, 7, 1))


@st.composite
def versies(draw: st.DrawFn) -> list[ToewijzingVersie]:
    """Up to four versions of different moments, in order of rank, with days in two months; some are void."""
    count = draw(st.integers(1, 4))
    made: list[ToewijzingVersie] = []
    for number in range(count):
        begin = draw(DAYS)
        length = draw(st.one_of(st.none(), st.integers(0, 40)))
        reden = draw(st.sampled_from([None, "01", "02"]))
        einddatum = None if length is None else begin + timedelta(days=length)
        moment = date(2019, 5, 1) + timedelta(days=number)
        made.append(a_versie(toewijzingsdatum=moment, ingangsdatum=begin, einddatum=einddatum, reden_wijziging=reden))
    return made


def deciding(newest_first: list[ToewijzingVersie], day: date) -> ToewijzingVersie | None:
    """The definition, day by day: the newest that had begun decides; nothing is older than a deletion."""
    for versie in newest_first:
        if versie.ingangsdatum <= day:
            return versie if versie.einddatum is None or day <= versie.einddatum else None
        if versie.is_void:
            return None
    return None


class TestActueel:
    def test_the_newest_by_date_then_time(self) -> None:
        early, late = a_versie(toewijzingstijd=time(9)), a_versie(toewijzingstijd=time(9, 0, 1))
        older = a_versie(toewijzingsdatum=date(2019, 5, 12), toewijzingstijd=time(23))
        for order in permutations([early, late, older]):
            assert a_toewijzing(*order).actueel is late

    def test_a_late_arriving_older_version_never_replaces_a_newer_one(self) -> None:
        assert a_toewijzing(WITHDRAWN, FIRST).actueel is WITHDRAWN
        assert a_toewijzing(WITHDRAWN, FIRST).segments() == a_toewijzing(FIRST, WITHDRAWN).segments()


class TestSegments:
    def test_a_single_version_decides_its_days(self) -> None:
        assert a_toewijzing().segments() == (Segment(P1.begindatum, P4.einddatum, FIRST),)

    def test_a_withdrawal_ends_what_comes_after_it(self) -> None:
        toewijzing = a_toewijzing(FIRST, WITHDRAWN)
        assert toewijzing.segments() == (Segment(P1.begindatum, date(2019, 6, 30), WITHDRAWN),)
        assert toewijzing.versie_on(date(2019, 6, 30)) is WITHDRAWN
        assert toewijzing.versie_on(date(2019, 7, 1)) is None

    def test_lengthening_goes_on_after_the_old_end(self) -> None:
        longer = replace(FIRST, toewijzingsdatum=date(2019, 9, 1), einddatum=None)
        assert a_toewijzing(FIRST, longer).versie_on(date(2500, 1, 1)) is longer

    def test_a_void_toewijzing_keeps_its_one_day(self) -> None:
        toewijzing = a_toewijzing(FIRST, VOID)
        assert toewijzing.versie_on(P1.begindatum) is VOID
        assert toewijzing.versie_on(P1.begindatum + timedelta(days=1)) is None

    def test_a_deletion_on_another_day_leaves_no_older_days(self) -> None:
        day = date(2019, 6, 3)
        void = replace(VOID, ingangsdatum=day, einddatum=day)
        assert a_toewijzing(FIRST, void).segments() == (Segment(day, day, void),)

    def test_what_was_deleted_does_not_come_back_with_a_newer_version(self) -> None:
        day = date(2019, 6, 3)
        void = replace(VOID, ingangsdatum=day, einddatum=day)
        anew = a_versie(toewijzingsdatum=date(2019, 6, 10), ingangsdatum=day)
        assert a_toewijzing(FIRST, void, anew).segments() == (Segment(day, P4.einddatum, anew),)

    def test_an_end_on_the_first_day_for_another_reason_deletes_nothing_older(self) -> None:
        day = date(2019, 6, 3)
        ended = replace(VOID, ingangsdatum=day, einddatum=day, reden_wijziging="02")
        expected = (Segment(P1.begindatum, day - timedelta(days=1), FIRST), Segment(day, day, ended))
        assert a_toewijzing(FIRST, ended).segments() == expected

    def test_a_change_from_a_later_day_leaves_the_days_before_it(self) -> None:
        change = a_versie(toewijzingsdatum=date(2019, 6, 20), ingangsdatum=date(2019, 7, 1))
        expected = (Segment(P1.begindatum, date(2019, 6, 30), FIRST), Segment(date(2019, 7, 1), P4.einddatum, change))
        assert a_toewijzing(FIRST, change).segments() == expected

    def test_days_between_two_versions_stay_without_one(self) -> None:
        before = a_versie(einddatum=date(2019, 5, 31))
        after = a_versie(toewijzingsdatum=date(2019, 6, 20), ingangsdatum=date(2019, 7, 1))
        toewijzing = a_toewijzing(before, after)
        assert toewijzing.versie_on(date(2019, 5, 31)) is before
        assert toewijzing.versie_on(date(2019, 6, 1)) is None

    def test_an_end_before_the_begin_leaves_no_day(self) -> None:
        assert a_toewijzing(a_versie(einddatum=date(2019, 5, 19))).segments() == ()

    def test_the_whole_calendar(self) -> None:
        always = a_versie(ingangsdatum=date.min, einddatum=date.max)
        last_day = a_versie(toewijzingsdatum=date(2020, 1, 1), ingangsdatum=date.max, einddatum=None)
        toewijzing = a_toewijzing(always, last_day)
        assert toewijzing.versie_on(date(1800, 1, 1)) is always
        assert toewijzing.versie_on(date.max) is last_day
        from_the_start = replace(always, toewijzingsdatum=date(2020, 1, 1), einddatum=None)
        assert a_toewijzing(always, from_the_start).segments() == (Segment(date.min, None, from_the_start),)

    @given(versies(), st.data())
    def test_order_of_arrival_does_not_matter(self, made: list[ToewijzingVersie], data: st.DataObject) -> None:
        one, other = a_toewijzing(*made), a_toewijzing(*data.draw(st.permutations(made)))
        assert one.actueel is other.actueel is made[-1]
        assert one.segments() == other.segments()

    @given(versies(), st.dates(date(2019, 4, 25), date(2019, 9, 1)))
    def test_every_day_has_the_version_of_the_definition(self, made: list[ToewijzingVersie], day: date) -> None:
        assert a_toewijzing(*made).versie_on(day) is deciding(made[::-1], day)

    @given(versies())
    def test_segments_are_in_order_and_share_no_day(self, made: list[ToewijzingVersie]) -> None:
        segments = a_toewijzing(*made).segments()
        for one, later in pairwise(segments):
            assert one.einddatum is not None
            assert one.begindatum <= one.einddatum < later.begindatum

    def test_an_equal_moment_keeps_the_first(self) -> None:
        rival = replace(FIRST, omvang=an_omvang(volume=1))
        toewijzing = a_toewijzing(FIRST, rival)
        assert toewijzing.actueel is FIRST
        assert toewijzing.versie_on(P1.begindatum) is FIRST


class TestOf:
    def test_takes_over_what_decides_about_money(self) -> None:
        product = a_toegewezen_product(reden_wijziging="02", einddatum=None)
        versie = ToewijzingVersie.of(product, bsn=BSN_X, geboortedatum=GEBOREN_X)
        assert (versie.bsn, versie.geboortedatum) == (BSN_X, GEBOREN_X)
        for name in ("product", "toewijzingsdatum", "toewijzingstijd", "ingangsdatum", "einddatum", "omvang"):
            assert getattr(versie, name) == getattr(product, name)
        assert versie.reden_wijziging == "02"

    def test_shows_no_bsn_or_birth_date(self) -> None:
        shown = repr(Toewijzing(sleutel="1", gemeente="0384", nummer=1, aanbieder="42420001", versies=(FIRST,)))
        assert BSN_X not in shown
        assert repr(GEBOREN_X) not in shown
