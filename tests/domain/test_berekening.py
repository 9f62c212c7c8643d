"""The sheet: the worked example to the cent, both roundings, arrangementen, etmalen, and what is refused."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.domain.bedrag import Bedrag
from app.domain.berekening import (
    HIGHEST_VOLUME,
    ArrangementKeuze,
    Berekening,
    Etmalen,
    Grondslag,
    Indicatie,
    bereken,
)
from app.domain.bericht import Product
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import (
    Afronding,
    Arrangement,
    ContractTarief,
    Inrichting,
    Instellingen,
    Productspecificatie,
)
from app.domain.refusals import InvalidInput
from tests.builders import AANBIEDER, OTHER_AANBIEDER, a_catalogus_product, a_contract, an_inrichting

DAY = date(2018, 1, 1)
EVE = date(2017, 12, 31)
WORKED = (Indicatie("OZL1", Fraction(5)), Indicatie("OMD3", Fraction(2)), Indicatie("VERVOER", Fraction(1)))


def a_specificatie(code: str, eenheid: str, cents: int, **changes: Any) -> Productspecificatie:
    made = Productspecificatie(
        geldig_van=DAY, code=code, naam=f"Naam van {code}", eenheid=eenheid, tarief=Bedrag(cents), product="02A01"
    )
    return replace(made, **changes)


BG1 = Arrangement(
    geldig_van=DAY, code="BG1", naam="Begeleiding 1", tarief=Bedrag(31924), opslag=Bedrag(9001), product="02A01"
)


def the_inrichting(**changes: Any) -> Inrichting:
    """The kostprijzen of the worked example, with an older price for OZL1."""
    specificaties = (
        a_specificatie("OZL1", "uur", 4320, geldig_van=date(2015, 1, 1), geldig_tot=EVE),
        a_specificatie("OZL1", "uur", 4942),
        a_specificatie("OMD3", "dagdeel", 6031),
        a_specificatie("VERVOER", "etmaal", 1308),
        a_specificatie("VERBLIJF", "etmaal", 9450, product="04A01"),
    )
    return replace(an_inrichting(productspecificaties=specificaties, arrangementen=(BG1,)), **changes)


def rounded(afronding: Afronding, **changes: Any) -> Inrichting:
    return the_inrichting(instellingen=Instellingen(afronding=afronding), **changes)


def refused(
    grondslag: Grondslag, peildatum: date = DAY, inrichting: Inrichting | None = None, aanbieder: str | None = None
) -> list[str]:
    """The fields that are wrong; each is told in a sentence."""
    with pytest.raises(InvalidInput) as refusal:
        bereken(inrichting or the_inrichting(), peildatum, grondslag, aanbieder=aanbieder)
    assert all(f.regel == "BEREKENING" and f.melding.endswith(".") for f in refusal.value.findings)
    assert "budget" in refusal.value.detail
    return [finding.pad for finding in refusal.value.findings]


def melding_of(grondslag: Grondslag, **more: Any) -> str:
    """The sentence of the only finding."""
    with pytest.raises(InvalidInput) as refusal:
        bereken(more.pop("inrichting", the_inrichting()), more.pop("peildatum", DAY), grondslag, **more)
    (finding,) = refusal.value.findings
    return finding.melding


class TestWorkedExample:
    def test_to_the_cent(self):
        sheet = bereken(the_inrichting(), DAY, WORKED)
        lines = [(r.productspecificatie, r.eenheid, r.aantal_per_jaar, r.bedrag_per_jaar.cents) for r in sheet.regels]
        assert lines == [
            ("OZL1", "uur", 169, 835198),
            ("OMD3", "dagdeel", Fraction(676, 10), 407696),
            ("VERVOER", "etmaal", Fraction(338, 10), 44210),
        ]
        assert sheet.bedrag_per_jaar == Bedrag(1287104)
        assert sheet.bedrag_per_periode == Bedrag(99008)
        assert (sheet.budget_euro, sheet.volume) == (990, 990)
        assert (sheet.product, sheet.eenheid) == (Product(categorie="02", code="02A01"), Eenheid.STUKS)
        assert sheet.frequentie is Frequentie.PER_VIER_WEKEN

    def test_says_what_it_was_computed_from(self):
        sheet = bereken(the_inrichting(), DAY, WORKED)
        assert (sheet.soort, sheet.grondslag, sheet.peildatum) == ("indicatie", WORKED, DAY)
        assert sheet.afronding is Afronding.HALF_UP
        assert (sheet.tarief, sheet.opslag, sheet.tarief_geldig_van) == (None, None, None)
        first = sheet.regels[0]
        assert (first.naam, first.aantal_per_week, first.gebruik) == ("Naam van OZL1", 5, Fraction(65, 100))
        assert (first.tarief, first.tarief_geldig_van) == (Bedrag(4942), DAY)

    def test_fits_both_roundings(self):
        assert bereken(rounded(Afronding.OMLAAG), DAY, WORKED).budget_euro == 990


class TestRounding:
    """What an arrangement costs becomes whole euros; the price is the amount that is rounded."""

    @pytest.mark.parametrize(
        ("cents", "half_up", "omlaag"),
        [(99000, 990, 990), (99049, 990, 990), (99050, 991, 990), (99099, 991, 990), (99100, 991, 991)],
    )
    def test_to_whole_euros(self, cents: int, half_up: int, omlaag: int):
        for afronding, euro in ((Afronding.HALF_UP, half_up), (Afronding.OMLAAG, omlaag)):
            inrichting = rounded(afronding, arrangementen=(replace(BG1, tarief=Bedrag(cents)),))
            sheet = bereken(inrichting, DAY, ArrangementKeuze("BG1"))
            assert (sheet.bedrag_per_periode.cents, sheet.budget_euro, sheet.volume) == (cents, euro, euro)

    def test_each_line_before_the_sum(self):
        specificaties = (a_specificatie("A", "uur", 1), a_specificatie("B", "uur", 1))
        inrichting = the_inrichting(productspecificaties=specificaties)
        half_a_cent = Fraction(405, 26)  # ÷ (52 × 65 %): 526,5 cents
        lines = (Indicatie("A", half_a_cent), Indicatie("B", half_a_cent))
        sheet = bereken(inrichting, DAY, lines)
        assert [regel.bedrag_per_jaar.cents for regel in sheet.regels] == [527, 527]
        assert sheet.bedrag_per_jaar == Bedrag(1054)

    def test_the_period_before_the_euros(self):
        """12.993,49 ÷ 13 is 999,499…: 999,50 in cents, so 1.000 euros."""
        inrichting = the_inrichting(
            productspecificaties=(a_specificatie("A", "uur", 1299349),),
            instellingen=Instellingen(gebruik=Fraction(1, 52)),
        )
        sheet = bereken(inrichting, DAY, (Indicatie("A", Fraction(1)),))
        assert (sheet.bedrag_per_periode.cents, sheet.budget_euro) == (99950, 1000)


class TestProductTarief:
    def test_a_unit_that_is_no_euro(self):
        """378,00 buys four etmalen of 94,50; what is left is rounded as the gemeente decided."""
        etmaal = a_catalogus_product(categorie="04", code="04A01", eenheid=Eenheid.ETMAAL, tarief=Bedrag(9450))
        arrangement = replace(BG1, product="04A01", tarief=Bedrag(44_000))
        for afronding, volume in ((Afronding.HALF_UP, 5), (Afronding.OMLAAG, 4)):
            inrichting = rounded(afronding, producten=(etmaal,), arrangementen=(arrangement,))
            sheet = bereken(inrichting, DAY, ArrangementKeuze("BG1"))
            assert (sheet.budget_euro, sheet.volume, sheet.eenheid) == (440, volume, Eenheid.ETMAAL)

    @pytest.mark.parametrize(
        ("cents", "tarief", "half_up", "omlaag"),
        [
            (14_174, 9450, (142, 1), (141, 1)),  # 1.4999 etmaal; 142 euros would be 1.503
            (14_150, 9400, (142, 2), (141, 1)),  # 1.5053
            (2_450, 4_901, (25, 0), (24, 0)),  # 0.4999; 25 euros would be more than half
            (28_399, 9_466, (284, 3), (283, 3)),  # 3.0001; 283 euros would be 2.99
            (99_008, 50, (990, 1_980), (990, 1_980)),  # 1,980.16
            (99_040, 50, (990, 1_981), (990, 1_980)),  # 1,980.8, of which whole euros would lose a unit
        ],
    )
    def test_units_are_rounded_once(self, cents: int, tarief: int, half_up: tuple[int, int], omlaag: tuple[int, int]):
        etmaal = a_catalogus_product(categorie="04", code="04A01", eenheid=Eenheid.ETMAAL, tarief=Bedrag(tarief))
        arrangement = replace(BG1, product="04A01", tarief=Bedrag(cents))
        for afronding, (euro, volume) in ((Afronding.HALF_UP, half_up), (Afronding.OMLAAG, omlaag)):
            inrichting = rounded(afronding, producten=(etmaal,), arrangementen=(arrangement,))
            if volume:
                sheet = bereken(inrichting, DAY, ArrangementKeuze("BG1"))
                assert (sheet.budget_euro, sheet.volume) == (euro, volume)
            else:
                assert refused(ArrangementKeuze("BG1"), inrichting=inrichting) == ["arrangement.code"]

    def test_less_than_a_unit_is_no_budget(self):
        assert refused((Indicatie("OZL1", Fraction(1, 1000)),)) == ["indicatie"]
        small = replace(BG1, tarief=Bedrag(49))
        assert refused(ArrangementKeuze("BG1"), inrichting=the_inrichting(arrangementen=(small,))) == [
            "arrangement.code"
        ]

    def test_a_message_cannot_name_more(self):
        exactly = replace(BG1, tarief=Bedrag(HIGHEST_VOLUME * 100), opslag=Bedrag(100))
        inrichting = the_inrichting(arrangementen=(exactly,))
        assert bereken(inrichting, DAY, ArrangementKeuze("BG1")).volume == HIGHEST_VOLUME
        assert refused(ArrangementKeuze("BG1", opslag=True), inrichting=inrichting) == ["arrangement.code"]

    def test_without_a_price_there_is_no_budget(self):
        free = the_inrichting(producten=(a_catalogus_product(tarief=Bedrag(0)),))
        assert refused(WORKED, inrichting=free) == ["peildatum"]


class TestValidity:
    def test_the_peildatum_decides_which_tariff(self):
        inrichting = the_inrichting(producten=(a_catalogus_product(geldig_van=date(2015, 1, 1)),))
        line = (Indicatie("OZL1", Fraction(5)),)
        for day, cents, since in ((EVE, 4320, date(2015, 1, 1)), (DAY, 4942, DAY)):
            (regel,) = bereken(inrichting, day, line).regels
            assert (regel.tarief.cents, regel.tarief_geldig_van) == (cents, since)

    def test_a_day_without_tariff(self):
        assert refused(WORKED, date(2014, 12, 31)) == [f"indicatie[{n}].productspecificatie" for n in range(3)]
        assert "op de peildatum geen tarief" in melding_of(WORKED[:1], peildatum=date(2014, 12, 31))

    def test_a_day_without_product(self):
        assert refused(WORKED[:1], EVE) == ["peildatum"]
        assert refused(ArrangementKeuze("BG1"), EVE) == ["arrangement.code"]
        early = the_inrichting(arrangementen=(replace(BG1, geldig_van=date(2015, 1, 1)),))
        assert refused(ArrangementKeuze("BG1"), EVE, early) == ["peildatum"]
        assert refused(Etmalen("04A01", 4), EVE) == ["etmalen.product"]


class TestArrangement:
    @pytest.mark.parametrize(("opslag", "cents", "euro"), [(False, 31924, 319), (True, 40925, 409)])
    def test_with_or_without_opslag(self, opslag: bool, cents: int, euro: int):
        sheet = bereken(the_inrichting(), DAY, ArrangementKeuze("BG1", opslag))
        assert (sheet.soort, sheet.bedrag_per_periode.cents, sheet.budget_euro) == ("arrangement", cents, euro)
        assert (sheet.tarief, sheet.opslag) == (Bedrag(31924), Bedrag(9001 if opslag else 0))
        assert (sheet.regels, sheet.bedrag_per_jaar, sheet.tarief_geldig_van) == ((), None, DAY)

    def test_says_since_when_its_price_holds(self):
        since = date(2018, 2, 1)
        inrichting = the_inrichting(arrangementen=(replace(BG1, geldig_van=since),))
        assert bereken(inrichting, since, ArrangementKeuze("BG1")).tarief_geldig_van == since

    def test_one_that_nobody_knows(self):
        assert "kent de gemeente niet" in melding_of(ArrangementKeuze("BG9"))


class TestEtmalen:
    def test_tariff_of_the_catalogue(self):
        sheet = bereken(the_inrichting(), DAY, Etmalen("04A01", 4))
        assert (sheet.soort, sheet.volume, sheet.eenheid) == ("etmalen", 4, Eenheid.ETMAAL)
        assert (sheet.tarief, sheet.bedrag_per_periode, sheet.budget_euro) == (Bedrag(12500), Bedrag(50000), 500)
        assert (sheet.product.code, sheet.tarief_geldig_van, sheet.bedrag_per_jaar) == ("04A01", DAY, None)

    @pytest.mark.parametrize(("aantal", "good"), [(-1, False), (0, False), (1, True), (28, True), (29, False)])
    def test_as_many_as_fit_in_four_weeks(self, aantal: int, good: bool):
        if good:
            assert bereken(the_inrichting(), DAY, Etmalen("04A06", aantal)).volume == aantal
        else:
            assert refused(Etmalen("04A06", aantal)) == ["etmalen.aantalPerPeriode"]

    def test_only_of_what_is_bought_per_etmaal(self):
        assert refused(Etmalen("02A01", 0)) == ["etmalen.aantalPerPeriode", "etmalen.product"]
        assert "per etmaal" in melding_of(Etmalen("02A01", 4))

    def test_rounded_down(self):
        etmaal = a_catalogus_product(categorie="04", code="04A01", eenheid=Eenheid.ETMAAL, tarief=Bedrag(9450))
        for afronding, euro in ((Afronding.HALF_UP, 95), (Afronding.OMLAAG, 94)):
            inrichting = rounded(afronding, producten=(etmaal,))
            assert bereken(inrichting, DAY, Etmalen("04A01", 1)).budget_euro == euro


class TestContract:
    TARIEF = ContractTarief(geldig_van=date(2018, 3, 1), code="04A01", tarief=Bedrag(9200))
    OF_ANOTHER_PRODUCT = ContractTarief(geldig_van=DAY, code="04A06", tarief=Bedrag(100))
    AGREED = a_contract(tarieven=(OF_ANOTHER_PRODUCT, TARIEF))
    OTHER = a_contract(aanbieder=OTHER_AANBIEDER, producten=frozenset({"02A01"}))

    def sheet(self, day: date, aanbieder: str | None) -> Berekening:
        inrichting = the_inrichting(contracten=(self.AGREED, self.OTHER))
        return bereken(inrichting, day, Etmalen("04A01", 4), aanbieder=aanbieder)

    def test_its_tariff_counts_for_its_aanbieder_while_it_holds(self):
        march = date(2018, 3, 1)
        found = [(s.tarief, s.tarief_geldig_van) for s in (self.sheet(march, AANBIEDER), self.sheet(march, None))]
        assert found == [(Bedrag(9200), march), (Bedrag(12500), DAY)]
        before = self.sheet(date(2018, 2, 28), AANBIEDER)
        assert (before.tarief, before.tarief_geldig_van) == (Bedrag(12500), DAY)

    def test_no_contract_or_not_for_this_product(self):
        inrichting = the_inrichting(contracten=(self.AGREED, self.OTHER))
        for aanbieder in (OTHER_AANBIEDER, "42429999"):
            assert refused(Etmalen("04A01", 4), inrichting=inrichting, aanbieder=aanbieder) == ["aanbieder"]
        assert bereken(inrichting, DAY, WORKED, aanbieder=OTHER_AANBIEDER).volume == 990

    def test_a_price_of_nothing(self):
        nothing = replace(self.TARIEF, tarief=Bedrag(0), geldig_van=DAY)
        inrichting = the_inrichting(contracten=(a_contract(tarieven=(nothing,)),))
        assert refused(Etmalen("04A01", 4), inrichting=inrichting, aanbieder=AANBIEDER) == ["etmalen.product"]


class TestRefused:
    def test_nothing_indicated(self):
        assert refused(()) == ["indicatie"]

    def test_everything_that_is_wrong_at_once(self):
        lines = (
            Indicatie("OZL9", Fraction(0)),
            Indicatie("OZL1", Fraction(1)),
            Indicatie("VERBLIJF", Fraction(-1)),
            Indicatie("OMD3", Fraction(169)),
        )
        assert sorted(refused(lines, aanbieder="42429999")) == [
            "aanbieder",
            "indicatie[0].aantalPerWeek",
            "indicatie[0].productspecificatie",
            "indicatie[2].aantalPerWeek",
            "indicatie[2].productspecificatie",
            "indicatie[3].aantalPerWeek",
        ]

    def test_two_products_in_one_budget(self):
        lines = (Indicatie("OZL1", Fraction(1)), Indicatie("VERBLIJF", Fraction(1)), Indicatie("OMD3", Fraction(1)))
        assert refused(lines) == ["indicatie[1].productspecificatie"]
        assert "leidt naar product 04A01, een eerdere naar 02A01" in melding_of(lines)

    def test_the_same_line_twice_is_twice_as_much(self):
        line = Indicatie("OMD3", Fraction(2))
        twice = bereken(the_inrichting(), DAY, (line, line))
        assert twice.bedrag_per_jaar == Bedrag(2 * 407696)
