"""Dividing a budget over two aanbieders, and the 301 for each."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.bedrag import Bedrag
from app.domain.budget import room, room_periods
from app.domain.inrichting import Afronding, GebrokenPeriode, Inrichting, Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import InvalidInput
from app.domain.toekenning import Deel, TweedeAanbieder, Uitgifte, Verdeling, toewijzingsbericht, verdeel
from tests.builders import a_toewijzing, a_versie, an_inrichting, an_omvang
from tests.builders.toekenning import FIRST, SECOND, a_berekening, a_toekenning

EURO = Bedrag(100)
BEGIN = date(2018, 1, 1)
volumes = st.integers(2, 50_000)
tarieven = st.sampled_from([1, 5, 10, 25, 30, 50, 82, 100, 200, 4942, 9450])
percentages = st.fractions(0, 100, max_denominator=1000)


def divided(volume: int, tweede: TweedeAanbieder | None, **changes) -> Verdeling:
    values = {"contracted": True, "tarief": EURO, "tarief_tweede": None, "afronding": Afronding.HALF_UP} | changes
    return verdeel(volume, aanbieder=FIRST, tweede=tweede, **values)


def by_amount(euro: int) -> TweedeAanbieder:
    return TweedeAanbieder(agb=SECOND, budget_per_periode=euro)


def by_percentage(percentage: int | str) -> TweedeAanbieder:
    return TweedeAanbieder(agb=SECOND, percentage=Fraction(percentage))


def refusal(volume: int, tweede: TweedeAanbieder, **changes) -> str:
    with pytest.raises(InvalidInput) as refused:
        divided(volume, tweede, **changes)
    (finding,) = refused.value.findings
    return finding.pad


class TestVerdeel:
    def test_leaves_everything_with_the_only_one(self):
        assert divided(990, None) == Verdeling(Deel(FIRST, 990))

    def test_by_amount(self):
        assert divided(990, by_amount(300)) == Verdeling(Deel(FIRST, 690), Deel(SECOND, 300, aandeel_vanaf=690))

    @pytest.mark.parametrize(
        ("percentage", "afronding", "share"),
        [
            (30, Afronding.HALF_UP, 297),
            ("33.35", Afronding.HALF_UP, 330),  # 330.165
            ("50.05", Afronding.HALF_UP, 495),  # 495.495
            ("50.051", Afronding.HALF_UP, 496),  # 495.5049
            ("50.051", Afronding.OMLAAG, 495),
        ],
    )
    def test_rounds_a_percentage_as_the_gemeente_does(self, percentage: str, afronding: Afronding, share: int):
        assert divided(990, by_percentage(percentage), afronding=afronding).delen == (
            Deel(FIRST, 990 - share),
            Deel(SECOND, share, aandeel_vanaf=990 - share),
        )

    @pytest.mark.parametrize(
        ("volume", "cents", "percentage", "half_up", "omlaag"),
        [
            (1980, 50, "30.05", 594, 594),  # 297.495 euros: 297 buy 594 of EUR 0.50, where 30.05 % are 594.99
            (1980, 50, "30.06", 596, 594),  # 297.594 euros: 298 or 297
            (3300, 30, "30.05", 990, 990),  # 297.495 euros: 297 buy 990 of EUR 0.30
            (3300, 30, "30.08", 993, 990),  # 297.792 euros: 298 buy no whole units, 30.08 % are 992.64; 297 do
            (4, 9450, "50", 2, 2),  # 189.00 euros: two etmalen
            (5, 9450, "33.3", 2, 1),  # 157.34 euros: no whole etmalen; 33.3 % are 1.665
            (10, 5000, "33", 3, 3),  # 165.00 euros: 3.3 uur
            (100, 4942, "30", 30, 30),  # 1,482.60 euros
            (2, 1, "50", 1, 1),  # less than half a euro would leave the second nothing
            (6, 10, "90", 5, 5),  # 0.54 euros: a whole one would be more than there is
        ],
    )
    def test_rounds_a_percentage_once_to_euros_that_buy_whole_units_else_to_units(
        self, volume: int, cents: int, percentage: str, half_up: int, omlaag: int
    ):
        for afronding, share in ((Afronding.HALF_UP, half_up), (Afronding.OMLAAG, omlaag)):
            parts = divided(volume, by_percentage(percentage), tarief=Bedrag(cents), afronding=afronding).delen
            assert [deel.volume for deel in parts] == [volume - share, share]

    @pytest.mark.parametrize("percentage", [0, -1, "100.001", 101, 100, "0.05"])
    def test_refuses_a_percentage_that_leaves_one_without(self, percentage: str):
        assert refusal(990, by_percentage(percentage)) == "tweedeAanbieder.percentage"

    @pytest.mark.parametrize("euro", [0, -1, 990, 991])
    def test_refuses_an_amount_that_leaves_one_without(self, euro: int):
        assert refusal(990, by_amount(euro)) == "tweedeAanbieder.budgetPerPeriode"
        assert refusal(990, by_amount(euro), pad="") == "budgetPerPeriode"

    def test_refuses_an_amount_that_is_no_whole_number_of_units(self):
        assert divided(4, by_amount(25), tarief=Bedrag(1250)).delen == (Deel(FIRST, 2), Deel(SECOND, 2, 2))
        assert refusal(4, by_amount(30), tarief=Bedrag(1250)) == "tweedeAanbieder.budgetPerPeriode"

    def test_wants_one_of_both(self):
        assert refusal(990, TweedeAanbieder(agb=SECOND)) == "tweedeAanbieder"
        both = TweedeAanbieder(agb=SECOND, budget_per_periode=300, percentage=Fraction(30))
        assert refusal(990, both) == "tweedeAanbieder"

    def test_leaves_everything_with_the_first_when_the_second_has_no_contract(self):
        expected = Verdeling(Deel(FIRST, 990), onderaannemer=SECOND)
        assert divided(990, by_percentage(30), contracted=False) == expected

    @pytest.mark.parametrize(
        "tweede",
        [by_amount(1), by_amount(990), by_percentage("0.01"), by_percentage("33.3"), by_percentage(100)],
    )
    def test_does_not_judge_the_share_of_an_onderaannemer_as_a_part(self, tweede: TweedeAanbieder):
        expected = Verdeling(Deel(FIRST, 990), onderaannemer=SECOND)
        assert divided(990, tweede, contracted=False) == expected

    def test_does_not_count_the_share_of_an_onderaannemer_in_units(self):
        expected = Verdeling(Deel(FIRST, 4), onderaannemer=SECOND)
        assert divided(4, by_amount(30), contracted=False, tarief=Bedrag(1250)) == expected
        assert divided(4, by_amount(50), contracted=False, tarief=Bedrag(1250)) == expected
        assert refusal(4, by_amount(51), contracted=False, tarief=Bedrag(1250)) == "tweedeAanbieder.budgetPerPeriode"

    @pytest.mark.parametrize("euro", [0, -1, 991])
    def test_refuses_an_onderaannemer_nothing_or_more_than_the_whole(self, euro: int):
        assert refusal(990, by_amount(euro), contracted=False) == "tweedeAanbieder.budgetPerPeriode"

    @pytest.mark.parametrize("percentage", [0, -1, "100.001"])
    def test_refuses_an_onderaannemer_no_percentage_of_the_whole(self, percentage: str):
        assert refusal(990, by_percentage(percentage), contracted=False) == "tweedeAanbieder.percentage"

    def test_wants_one_of_both_for_an_onderaannemer_as_well(self):
        assert refusal(990, TweedeAanbieder(agb=SECOND), contracted=False) == "tweedeAanbieder"
        both = TweedeAanbieder(agb=SECOND, budget_per_periode=300, percentage=Fraction(30))
        assert refusal(990, both, contracted=False) == "tweedeAanbieder"

    @given(volumes, st.integers(1, 500), st.integers(1, 500), st.sampled_from([by_amount(1), by_percentage(50)]))
    def test_refuses_to_divide_at_two_tariffs_and_names_them(
        self, volume: int, first: int, second: int, tweede: TweedeAanbieder
    ):
        assume(first != second)
        with pytest.raises(InvalidInput) as refused:
            divided(volume, tweede, tarief=Bedrag(first), tarief_tweede=Bedrag(second))
        (finding,) = refused.value.findings
        assert finding.pad == "tweedeAanbieder"
        assert finding.waarden == {"tariefEersteCenten": first, "tariefTweedeCenten": second}

    @given(volumes, st.integers(1, 500))
    def test_divides_at_one_tariff_whatever_it_is(self, volume: int, cents: int):
        both = {"tarief": Bedrag(cents), "tarief_tweede": Bedrag(cents)}
        assert sum(deel.volume for deel in divided(volume, by_percentage(50), **both).delen) == volume

    def test_is_judged_by_tariff_only_where_the_second_gets_a_part(self):
        changes = {"tarief_tweede": Bedrag(101)}
        assert refusal(990, by_amount(300), **changes) == "tweedeAanbieder"
        assert refusal(990, by_amount(300), pad="", **changes) == "aanbieder"
        assert divided(990, by_amount(300), contracted=False, **changes).onderaannemer == SECOND
        assert divided(990, by_amount(300), tarief_tweede=EURO).tweede == Deel(SECOND, 300, 690)

    @given(volumes, st.fractions(0, 100, max_denominator=1000), st.sampled_from(Afronding))
    def test_the_parts_are_the_whole_and_none_is_empty(self, volume: int, percentage: Fraction, afronding: Afronding):
        try:
            eerste, tweede = divided(volume, by_percentage(str(percentage)), afronding=afronding).delen
        except InvalidInput:
            exact = volume * percentage / 100
            assert exact < 1 or exact >= volume - Fraction(1, 2)
        else:
            assert eerste.volume + tweede.volume == volume
            assert min(eerste.volume, tweede.volume) >= 1
            assert abs(tweede.volume - volume * percentage / 100) < 1
            assert (eerste.aandeel_vanaf, tweede.aandeel_vanaf) == (0, eerste.volume)

    @given(volumes, tarieven, percentages, st.sampled_from(Afronding))
    def test_a_share_is_within_a_unit_or_a_euro_of_what_is_exact(
        self, volume: int, cents: int, percentage: Fraction, afronding: Afronding
    ):
        exact, most = volume * percentage / 100, Fraction(1) if afronding is Afronding.OMLAAG else Fraction(1, 2)
        try:
            eerste, tweede = divided(
                volume, by_percentage(str(percentage)), tarief=Bedrag(cents), afronding=afronding
            ).delen
        except InvalidInput:
            assert exact < 1 or exact >= volume - Fraction(1, 2)
        else:
            assert eerste.volume + tweede.volume == volume
            assert abs(tweede.volume - exact) <= most * max(Fraction(1), Fraction(100, cents))

    @given(volumes, tarieven, percentages, st.sampled_from(Afronding))
    def test_a_share_is_whole_euros_wherever_the_rounded_euros_buy_units_for_both(
        self, volume: int, cents: int, percentage: Fraction, afronding: Afronding
    ):
        exact = volume * percentage * cents / 10_000
        euros = floor(exact + (Fraction(1, 2) if afronding is Afronding.HALF_UP else 0))
        assume(euros * 100 % cents == 0 and 0 < euros * 100 < volume * cents)
        tweede = divided(volume, by_percentage(str(percentage)), tarief=Bedrag(cents), afronding=afronding).tweede
        assert tweede is not None
        assert tweede.volume * cents == euros * 100

    @given(volumes, st.data())
    def test_every_amount_between_nothing_and_everything_is_good(self, volume: int, data: st.DataObject):
        euro = data.draw(st.integers(1, volume - 1))
        assert divided(volume, by_amount(euro)).delen == (Deel(FIRST, volume - euro), Deel(SECOND, euro, volume - euro))


def rooms(inrichting: Inrichting, deel: Deel, einddatum: date) -> list[int]:
    omvang = an_omvang(volume=deel.volume)
    versie = a_versie(ingangsdatum=BEGIN, einddatum=einddatum, omvang=omvang, aandeel_vanaf=deel.aandeel_vanaf)
    toewijzing = a_toewijzing(versie)
    span = GeslotenPeriode(BEGIN, einddatum)
    gebroken = inrichting.instellingen.gebroken_periode
    return [room(toewijzing, periode, gebroken) for periode in room_periods(toewijzing, inrichting, span)]


class TestRooms:
    @given(volumes, st.data(), st.integers(0, 1000), st.sampled_from(GebrokenPeriode))
    def test_of_the_parts_add_up_to_the_whole_in_every_period(
        self, volume: int, data: st.DataObject, days: int, gebroken: GebrokenPeriode
    ):
        verdeling = divided(volume, by_amount(data.draw(st.integers(1, volume - 1))))
        inrichting = an_inrichting(instellingen=Instellingen(gebroken_periode=gebroken))
        einddatum = BEGIN + timedelta(days=days)
        whole = rooms(inrichting, Deel(FIRST, volume), einddatum)
        parts = [rooms(inrichting, deel, einddatum) for deel in verdeling.delen]
        assert whole
        assert [sum(part) for part in zip(*parts, strict=True)] == whole

    def test_of_parts_that_do_not_know_their_place_miss_a_unit(self):
        """13 of 28 days: 320.36 and 139.29 are 320 and 139, but their sum is 459.64."""
        naar_rato = an_inrichting(instellingen=Instellingen(gebroken_periode=GebrokenPeriode.NAAR_RATO))
        einddatum = BEGIN + timedelta(days=12)
        by_itself = [rooms(naar_rato, Deel(FIRST, volume), einddatum) for volume in (690, 300, 990)]
        assert by_itself == [[320], [139], [460]]
        assert rooms(naar_rato, Deel(SECOND, 300, aandeel_vanaf=690), einddatum) == [140]


class TestToewijzingsbericht:
    UITGIFTE = Uitgifte(
        toewijzing_nummer=500_000_001,
        identificatie="A1",
        moment=datetime(2018, 1, 2, 9, 30),
        referentie="Toekenning 0192",
    )

    def test_is_for_one_aanbieder_and_holds_its_part(self):
        bericht = toewijzingsbericht(a_toekenning(), a_berekening(), Deel(SECOND, 300), self.UITGIFTE)
        assert (bericht.header.afzender, bericht.header.ontvanger) == ("1708", SECOND)
        assert bericht.header.bericht_identificatie.dagtekening == date(2018, 1, 2)
        (client,) = bericht.clienten
        (product,) = client.beschikking.toegewezen_producten
        assert product.omvang is not None
        assert (product.aanbieder, product.toewijzing_nummer, product.omvang.volume) == (SECOND, 500_000_001, 300)
        (granted,) = client.beschikking.beschikt_producten
        assert granted.omvang is not None
        assert granted.omvang == product.omvang

    @given(volumes, st.data())
    def test_does_not_hold_the_volume_of_the_other_part(self, volume: int, data: st.DataObject):
        share = data.draw(st.integers(1, volume - 1))
        for deel in divided(volume, by_amount(share)).delen:
            bericht = toewijzingsbericht(a_toekenning(), a_berekening(volume=volume), deel, self.UITGIFTE)
            beschikking = bericht.clienten[0].beschikking
            told = (*beschikking.beschikt_producten, *beschikking.toegewezen_producten)
            assert [one.omvang and one.omvang.volume for one in told] == [deel.volume, deel.volume]

    def test_says_nothing_of_results_or_indication(self):
        toekenning = a_toekenning()
        bericht = toewijzingsbericht(toekenning, a_berekening(), Deel(FIRST, 990), self.UITGIFTE)
        (client,) = bericht.clienten
        comments = {client.commentaar, client.beschikking.commentaar}
        comments |= {product.commentaar for product in client.beschikking.toegewezen_producten}
        assert comments == {None, "Toekenning 0192"}
        assert client.beschikking.beperkingen == ()
        assert client.beschikking.grondslagen is None
        assert toekenning.resultaten[0].omschrijving not in repr(bericht)

    def test_shows_nobody_in_a_log(self):
        assert "999900006" not in repr(a_toekenning())
        assert "Testmans" not in repr(a_toekenning())
        assert "1979" not in repr(a_toekenning())
