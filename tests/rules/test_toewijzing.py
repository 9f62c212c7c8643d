"""Rules for the Beschikking and the ToegewezenProducten of a 301, within the message."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.toewijzing import ToegewezenProduct, Toewijzingsbericht
from tests.builders import (
    AANBIEDER,
    BSN_Y,
    OTHER_AANBIEDER,
    a_beperking,
    a_beperking_score,
    a_beschikking,
    a_client,
    a_product,
    a_toegewezen_product,
    a_toewijzingsbericht,
)
from tests.rules.judging import found

BESCHIKKING = "/Bericht/Client/Beschikking"
PRODUCT = f"{BESCHIKKING}/ToegewezenProducten/ToegewezenProduct"
DAY = date(2019, 6, 1)


def a_301_of(*producten: ToegewezenProduct) -> Toewijzingsbericht:
    return a_toewijzingsbericht(a_client(*producten))


def a_301_with(**beschikking: Any) -> Toewijzingsbericht:
    return a_toewijzingsbericht(a_client(beschikking=a_beschikking(**beschikking)))


class TestCS003_b:
    def test_refuses_a_product_that_ends_before_it_begins(self):
        product = a_toegewezen_product(ingangsdatum=DAY, einddatum=date(2019, 5, 31))

        assert found("CS003-b", a_301_of(product)) == [
            (f"{PRODUCT}[1]/Einddatum", {"ingangsdatum": "2019-06-01", "einddatum": "2019-05-31"})
        ]

    @pytest.mark.parametrize("einddatum", [DAY, None])
    def test_accepts_one_day_and_no_end(self, einddatum):
        assert found("CS003-b", a_301_of(a_toegewezen_product(ingangsdatum=DAY, einddatum=einddatum))) == []


class TestCS003_c:
    def test_refuses_a_beschikking_that_ends_before_it_begins(self):
        assert found("CS003-c", a_301_with(ingangsdatum=DAY, einddatum=date(2019, 5, 31))) == [
            (f"{BESCHIKKING}/Einddatum", {"ingangsdatum": "2019-06-01", "einddatum": "2019-05-31"})
        ]

    @pytest.mark.parametrize("einddatum", [DAY, None])
    def test_accepts_one_day_and_no_end(self, einddatum):
        assert found("CS003-c", a_301_with(ingangsdatum=DAY, einddatum=einddatum)) == []


class TestTR101_301:
    def test_refuses_beperkingen_of_one_categorie(self):
        assert found("TR101-301", a_301_with(beperkingen=(a_beperking(), a_beperking()))) == [
            (f"{BESCHIKKING}/Beperkingen/Beperking[2]/Categorie", {"categorie": "1"})
        ]

    def test_refuses_scores_on_one_vraag(self):
        beperking = a_beperking(beperking_scores=(a_beperking_score(), a_beperking_score(score="2")))

        assert found("TR101-301", a_301_with(beperkingen=(beperking,))) == [
            (f"{BESCHIKKING}/Beperkingen/Beperking[1]/BeperkingScores/BeperkingScore[2]/Vraag", {"vraag": "0101"})
        ]

    def test_accepts_one_vraag_in_two_beperkingen(self):
        assert found("TR101-301", a_301_with(beperkingen=(a_beperking(), a_beperking(categorie="2")))) == []

    def test_refuses_a_toewijzing_nummer_twice_also_for_two_clienten(self):
        bericht = a_toewijzingsbericht(a_client(), a_client(bsn=BSN_Y))
        second = "/Bericht/Clienten/Client[2]/Beschikking/ToegewezenProducten/ToegewezenProduct[1]/ToewijzingNummer"

        assert found("TR101-301", bericht) == [(second, {"toewijzingNummer": 1001})]

    def test_accepts_other_nummers_and_none(self):
        nameless = a_toegewezen_product(toewijzing_nummer=None)

        assert found("TR101-301", a_301_of(a_toegewezen_product(), nameless, nameless)) == []


class TestTR134_c:
    def test_refuses_a_toewijzing_dated_after_the_message(self):
        assert found("TR134-c", a_301_of(a_toegewezen_product(toewijzingsdatum=date(2019, 5, 15)))) == [
            (f"{PRODUCT}[1]/Toewijzingsdatum", {"toewijzingsdatum": "2019-05-15", "dagtekening": "2019-05-14"})
        ]

    def test_accepts_one_of_the_same_day(self):
        assert found("TR134-c", a_301_of(a_toegewezen_product(toewijzingsdatum=date(2019, 5, 14)))) == []


class TestCD041:
    def test_refuses_a_code_without_omvang(self):
        assert found("CD041", a_301_of(a_toegewezen_product(omvang=None))) == [
            (f"{PRODUCT}[1]/Omvang", {"code": "02A01", "omvangAanwezig": False})
        ]

    def test_accepts_both_or_a_bare_categorie(self):
        bare = a_toegewezen_product(product=a_product(code=None), omvang=None)

        assert found("CD041", a_301_of(a_toegewezen_product(), bare)) == []


def from_to(begin: int, end: int | None, code: str | None = "02A01", **changes: Any) -> ToegewezenProduct:
    """A product from and to a day of June 2019."""
    ingangsdatum = date(2019, 6, begin)
    einddatum = None if end is None else date(2019, 6, end)
    categorie = changes.pop("categorie", "02")
    product = a_product(categorie, code)
    return a_toegewezen_product(product=product, ingangsdatum=ingangsdatum, einddatum=einddatum, **changes)


class TestTR302:
    def test_refuses_two_periods_that_share_a_day(self):
        bericht = a_301_of(from_to(10, 20), from_to(1, 10, toewijzing_nummer=1002))

        assert found("TR302", bericht) == [
            (
                f"{PRODUCT}[1]/Ingangsdatum",
                {
                    "ingangsdatum": "2019-06-10",
                    "andereToewijzing": 1002,
                    "andereIngangsdatum": "2019-06-01",
                    "andereEinddatum": "2019-06-10",
                },
            )
        ]

    def test_accepts_periods_that_follow_each_other(self):
        assert found("TR302", a_301_of(from_to(1, 10), from_to(11, None))) == []

    def test_refuses_what_comes_after_a_product_without_end(self):
        assert len(found("TR302", a_301_of(from_to(1, None), from_to(20, 21)))) == 1

    def test_remembers_the_longest_of_the_earlier_ones(self):
        assert len(found("TR302", a_301_of(from_to(1, 30), from_to(2, 3), from_to(20, 21)))) == 2

    @pytest.mark.parametrize(("first", "second"), [("02A01", None), (None, "02A01"), (None, None)])
    def test_without_code_the_whole_categorie_counts(self, first, second):
        assert len(found("TR302", a_301_of(from_to(1, 10, first), from_to(5, 15, second)))) == 1

    def test_accepts_another_code_or_categorie(self):
        other = from_to(1, 10, "04A01", categorie="04")

        assert found("TR302", a_301_of(from_to(1, 10), from_to(1, 10, "02A03"), other)) == []

    @pytest.mark.parametrize("categorie", ["11", "12", "13", "14"])
    def test_accepts_categories_that_may_be_given_twice(self, categorie):
        again = [from_to(1, 10, f"{categorie}A01", categorie=categorie)] * 2

        assert found("TR302", a_301_of(*again)) == []

    def test_accepts_beside_a_void_toewijzing(self):
        void = from_to(5, 5, reden_wijziging="01")

        assert found("TR302", a_301_of(from_to(1, 10), void)) == []

    @pytest.mark.parametrize(("end", "reden"), [(5, "02"), (5, None), (6, "01")])
    def test_refuses_beside_one_that_is_not_void(self, end, reden):
        assert len(found("TR302", a_301_of(from_to(1, 10), from_to(5, end, reden_wijziging=reden)))) == 1

    def test_leaves_a_period_without_days_to_its_own_rule(self):
        assert found("TR302", a_301_of(from_to(1, 10), from_to(5, 4))) == []

    def test_holds_per_aanbieder_where_products_name_theirs(self):
        mine, theirs = from_to(1, 10, aanbieder=AANBIEDER), from_to(1, 10, aanbieder=OTHER_AANBIEDER)

        assert found("TR302", a_301_of(mine, theirs)) == []
        assert len(found("TR302", a_301_of(mine, theirs, from_to(5, 6)))) == 1

    def test_holds_per_client(self):
        assert found("TR302", a_toewijzingsbericht(a_client(), a_client(bsn=BSN_Y))) == []
        assert len(found("TR302", a_toewijzingsbericht(a_client(), a_client()))) == 1

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 20), st.none() | st.integers(-1, 8), st.sampled_from(["02A01", "02A03", "02A04", None])
            ),
            max_size=8,
        )
    )
    def test_finds_something_exactly_when_two_overlap(self, shapes):
        producten = [
            a_toegewezen_product(
                product=a_product("02", code),
                ingangsdatum=DAY + timedelta(days=begin),
                einddatum=None if length is None else DAY + timedelta(days=begin + length),
            )
            for begin, length, code in shapes
        ]
        clash = any(_clash(one, other) for one, other in combinations(producten, 2))

        assert bool(found("TR302", a_301_of(*producten) if producten else a_301_of(from_to(1, 1)))) == clash

    def test_judges_a_very_long_message(self):
        producten = tuple(from_to(1, None, "02A01" if n % 2 else None) for n in range(5_000))

        assert len(found("TR302", a_301_of(*producten))) == 4_999


def _clash(one: ToegewezenProduct, other: ToegewezenProduct) -> bool:
    codes = {one.product.code, other.product.code}
    if len(codes - {None}) > 1:
        return False
    days = max(one.ingangsdatum, other.ingangsdatum), min(one.einddatum or date.max, other.einddatum or date.max)
    whole = all(p.einddatum is None or p.ingangsdatum <= p.einddatum for p in (one, other))
    return whole and days[0] <= days[1]
