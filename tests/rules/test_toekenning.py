"""What a later Einddatum is warned for: days on which the same begeleiding is paid twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.periode import GeslotenPeriode
from app.domain.retour import Ernst
from app.domain.versies import Toewijzing
from app.rules.toekenning import double_funding_of_added_days
from tests.builders import BSN_Y, OTHER_AANBIEDER, a_product, a_toewijzing, a_versie

BEGELEIDING, EXTRA, VERBLIJF = a_product("02", "02A01"), a_product("04", "04A06"), a_product("04", "04A01")
LAST, LATER = date(2019, 9, 8), date(2019, 12, 29)
DAYS = st.dates(date(2019, 8, 1), date(2020, 1, 31))


def until(einddatum: date | None, product: object = BEGELEIDING) -> Toewijzing:
    return a_toewijzing(a_versie(product=product, einddatum=einddatum))


def beside(begin: date, end: date | None, product: object = EXTRA, **changes: object) -> Toewijzing:
    versie = a_versie(product=product, ingangsdatum=begin, einddatum=end, **changes)
    return a_toewijzing(versie, nummer=1003, aanbieder=OTHER_AANBIEDER)


def warned(before: date | None, after: date | None, *known: Toewijzing, product: object = BEGELEIDING) -> bool:
    found = list(double_funding_of_added_days(until(before, product), until(after, product), known))
    return bool(found)


class TestDoubleFundingOfAddedDays:
    def test_names_the_other_one_and_its_days(self) -> None:
        found = double_funding_of_added_days(until(LAST), until(LATER), [beside(date(2019, 6, 3), None)])
        (warning,) = found
        assert (warning.regel, warning.pad, warning.ernst) == ("IWB-dubbel", "einddatum", Ernst.WAARSCHUWING)
        assert warning.waarden == {
            "toewijzingNummer": 1003,
            "aanbieder": OTHER_AANBIEDER,
            "begindatum": "2019-06-03",
            "einddatum": None,
        }

    @given(DAYS, DAYS, DAYS, DAYS)
    def test_is_there_exactly_when_an_added_day_is_paid_twice(
        self, before: date, after: date, begin: date, end: date
    ) -> None:
        begin, end = sorted((begin, end))
        added = before < after and GeslotenPeriode(before + timedelta(days=1), after).intersection(begin, end)
        assert warned(before, after, beside(begin, end)) is bool(added)

    @given(DAYS, DAYS)
    def test_is_never_there_for_a_shorter_toewijzing(self, before: date, after: date) -> None:
        shorter, longer = sorted((before, after))
        assert not warned(longer, shorter, beside(date(2019, 1, 1), None))
        assert not warned(None, shorter, beside(date(2019, 1, 1), None))

    def test_is_seen_from_both_sides_and_of_these_products_only(self) -> None:
        assert warned(LAST, LATER, beside(LAST, LATER, BEGELEIDING), product=EXTRA)
        assert not warned(LAST, LATER, beside(LAST, LATER, VERBLIJF))
        assert not warned(LAST, LATER, beside(LAST, LATER, BEGELEIDING))

    @pytest.mark.parametrize("changes", [{"bsn": BSN_Y}, {"reden_wijziging": "01"}])
    def test_is_not_for_another_client_or_one_that_is_void(self, changes: dict[str, str]) -> None:
        end = LATER if "bsn" in changes else LATER - timedelta(days=1)
        assert not warned(LAST, LATER, beside(LATER - timedelta(days=1), end, **changes))

    def test_is_there_for_an_end_that_is_taken_away(self) -> None:
        assert warned(LAST, None, beside(LATER, None))
