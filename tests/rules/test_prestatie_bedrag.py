"""Rules on one line of a 303 about tariff, amount, period and ReferentieNummer."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bedrag import Bedrag, BedragMetDC
from app.domain.codelijsten import Eenheid
from app.domain.declaratie import Prestatie
from app.domain.inrichting import Btw, Contract, ContractTarief, Declaratieperiode, Inrichting, Instellingen
from app.domain.periode import GeslotenPeriode
from app.rules import prestatie as regels
from app.rules.prestatie import PrestatieDossier
from tests.builders import (
    P1,
    P2,
    P3,
    a_catalogus_product,
    a_contract,
    a_prestatie,
    a_toewijzing,
    a_versie,
    an_inrichting,
    an_omvang,
)
from tests.rules.prestatie_facts import PAD, ask, facts_about, the_finding

JUNE = GeslotenPeriode(date(2019, 6, 1), date(2019, 6, 30))


def with_contract(contract: Contract, **changes: Any) -> PrestatieDossier:
    return facts_about(inrichting=an_inrichting(contracten=(contract,), **changes))


def a_tarief(cents: int, van: date, tot: date | None = None) -> ContractTarief:
    return ContractTarief(code="02A01", tarief=Bedrag(cents), geldig_van=van, geldig_tot=tot)


class TestRC_0611:
    REGEL = regels.tarief_is_agreed

    def test_the_tariff_of_the_catalogue(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about()) == []

    def test_a_line_need_not_name_a_tariff(self) -> None:
        assert ask(self.REGEL, a_prestatie(product_tarief=None), facts_about()) == []

    @pytest.mark.parametrize("cents", [99, 101, 0])
    def test_another_tariff(self, cents: int) -> None:
        finding = the_finding(self.REGEL, a_prestatie(product_tarief=Bedrag(cents)), facts_about())
        assert (finding.retourcode, finding.pad) == ("0611", f"{PAD}/IngediendeBedragPrestatie/ProductTarief")
        assert finding.waarden == {"gedeclareerdTariefCenten": cents, "contractTariefCenten": 100}

    def test_the_contract_goes_before_the_catalogue(self) -> None:
        facts = with_contract(a_contract(tarieven=(a_tarief(105, date(2019, 1, 1)),)))
        assert ask(self.REGEL, a_prestatie(product_tarief=Bedrag(105)), facts) == []
        assert ask(self.REGEL, a_prestatie(), facts) != []

    def test_a_free_product_has_a_tariff_of_zero(self) -> None:
        facts = with_contract(a_contract(tarieven=(a_tarief(0, date(2019, 1, 1)),)))
        assert ask(self.REGEL, a_prestatie(product_tarief=Bedrag(0)), facts) == []

    def test_the_first_day_of_the_product_periode_decides(self) -> None:
        old, new = a_tarief(90, date(2018, 1, 1), P1.begindatum), a_tarief(110, date(2019, 5, 21))
        facts = with_contract(a_contract(tarieven=(old, new)))
        assert ask(self.REGEL, a_prestatie(product_tarief=Bedrag(90)), facts) == []
        later = GeslotenPeriode(date(2019, 5, 21), P1.einddatum)
        assert ask(self.REGEL, a_prestatie(product_tarief=Bedrag(110), product_periode=later), facts) == []

    @pytest.mark.parametrize(
        "inrichting",
        [
            an_inrichting(contracten=()),
            an_inrichting(contracten=(a_contract(producten=frozenset({"04A01"})),)),
            an_inrichting(contracten=(a_contract(geldig_tot=date(2019, 5, 19)),)),
            an_inrichting(producten=()),
        ],
        ids=["no contract", "product outside it", "contract ended", "product not in the catalogue"],
    )
    def test_nothing_was_agreed(self, inrichting: Inrichting) -> None:
        for line in (a_prestatie(), a_prestatie(product_tarief=None)):
            finding = the_finding(self.REGEL, line, facts_about(inrichting=inrichting))
            assert finding.waarden["contractTariefCenten"] is None


def amount(line: Prestatie, cents: int) -> Prestatie:
    """The line with another DeclaratieFactuurBedrag."""
    ingediend = replace(line.ingediende_bedrag_prestatie, declaratie_factuur_bedrag=BedragMetDC.of(Bedrag(cents)))
    return replace(line, ingediende_bedrag_prestatie=ingediend)


class TestIWB_bedrag:
    REGEL = regels.bedrag_is_volume_times_tarief

    @given(st.integers(0, 99_999_999))
    def test_only_volume_times_tariff_is_right(self, cents: int) -> None:
        found = ask(self.REGEL, amount(a_prestatie(), cents), facts_about())
        assert [f.waarden for f in found] == (
            [] if cents == 85000 else [{"gedeclareerdCenten": cents, "berekendCenten": 85000}]
        )

    def test_code_and_place(self) -> None:
        finding = the_finding(self.REGEL, amount(a_prestatie(), 85001), facts_about())
        assert (finding.retourcode, finding.pad) == (
            "0611",
            f"{PAD}/IngediendeBedragPrestatie/DeclaratieFactuurBedrag/Bedrag",
        )

    def test_nothing_is_computed_without_a_tariff(self) -> None:
        facts = facts_about(inrichting=an_inrichting(contracten=()))
        assert ask(self.REGEL, amount(a_prestatie(), 1), facts) == []

    def test_the_verrekenpercentage_counts(self) -> None:
        line = a_prestatie(verrekenpercentage=3333)
        assert ask(self.REGEL, amount(line, 28331), facts_about()) == []  # 850 x 33,33 % = 283,305 euro
        assert ask(self.REGEL, line, facts_about()) != []

    def test_vat_comes_on_top_of_exclusive_tariffs_only(self) -> None:
        line = a_prestatie(btw_percentage=2100)
        exclusive = an_inrichting(instellingen=Instellingen(btw=Btw.EXCLUSIEF))
        assert ask(self.REGEL, line, facts_about()) == []
        assert ask(self.REGEL, amount(line, 102850), facts_about(inrichting=exclusive)) == []
        assert ask(self.REGEL, line, facts_about(inrichting=exclusive)) != []
        assert ask(self.REGEL, a_prestatie(), facts_about(inrichting=exclusive)) == []

    @pytest.mark.parametrize(
        ("catalogue", "assigned", "claimed", "volume", "cents"),
        [
            (Eenheid.UUR, Eenheid.UUR, Eenheid.UUR, 3, 15000),
            (Eenheid.UUR, Eenheid.UUR, Eenheid.MINUUT, 90, 7500),
            (Eenheid.UUR, Eenheid.MINUUT, Eenheid.MINUUT, 90, 7500),
            (Eenheid.MINUUT, Eenheid.UUR, Eenheid.UUR, 2, 600000),
            (Eenheid.MINUUT, Eenheid.UUR, Eenheid.MINUUT, 2, 10000),
            (Eenheid.ETMAAL, Eenheid.UUR, Eenheid.MINUUT, 90, 7500),
            (Eenheid.ETMAAL, Eenheid.STUKS, Eenheid.STUKS, 3, 15000),
        ],
    )
    def test_the_tariff_is_for_the_unit_of_the_catalogue(
        self, catalogue: Eenheid, assigned: Eenheid, claimed: Eenheid, volume: int, cents: int
    ) -> None:
        product = a_catalogus_product(eenheid=catalogue, tarief=Bedrag(5000))
        facts = facts_about(
            toewijzing=a_toewijzing(a_versie(omvang=an_omvang(eenheid=assigned))),
            inrichting=an_inrichting(producten=(product,)),
        )
        line = amount(a_prestatie(geleverd_volume=volume, eenheid=claimed), cents)
        assert ask(self.REGEL, line, facts) == []

    @pytest.mark.parametrize("claimed", sorted(set(Eenheid) - {Eenheid.STUKS}))
    def test_a_wrong_unit_is_no_wrong_amount_as_well(self, claimed: Eenheid) -> None:
        assert ask(self.REGEL, a_prestatie(eenheid=claimed), facts_about()) == []


class TestTR319:
    REGEL = regels.periode_within_one_declaratieperiode

    @pytest.mark.parametrize(
        "periode",
        [P2, GeslotenPeriode(date(2019, 6, 20), date(2019, 7, 1)), P1, GeslotenPeriode(P1.einddatum, P1.einddatum)],
        ids=["the period", "a part of it", "an earlier one", "the last day of an earlier one"],
    )
    def test_in_this_or_an_earlier_period(self, periode: GeslotenPeriode) -> None:
        assert ask(self.REGEL, a_prestatie(product_periode=periode), facts_about(declaratie_periode=P2)) == []

    @pytest.mark.parametrize(
        "periode",
        [
            GeslotenPeriode(P1.einddatum, P2.begindatum),
            GeslotenPeriode(date(2019, 5, 19), P1.einddatum),
            GeslotenPeriode(P2.begindatum, P3.begindatum),
            P3,
            GeslotenPeriode(date(1800, 1, 1), date(1800, 1, 1)),
        ],
        ids=["crossing into it", "crossing earlier", "crossing out of it", "a later one", "unknown"],
    )
    def test_crossing_or_later(self, periode: GeslotenPeriode) -> None:
        facts = facts_about(declaratie_periode=P2)
        finding = the_finding(self.REGEL, a_prestatie(product_periode=periode), facts)
        assert (finding.retourcode, finding.pad) == ("9319", f"{PAD}/ProductPeriode")
        assert finding.waarden == {
            "begindatum": periode.begindatum.isoformat(),
            "einddatum": periode.einddatum.isoformat(),
            "declaratiePeriodeBegindatum": "2019-06-17",
            "declaratiePeriodeEinddatum": "2019-07-14",
        }

    def test_months_where_those_were_agreed(self) -> None:
        inrichting = an_inrichting(contracten=(a_contract(declaratieperiode=Declaratieperiode.MAAND),))
        july = GeslotenPeriode(date(2019, 7, 1), date(2019, 7, 31))
        facts = facts_about(inrichting=inrichting, declaratie_periode=july)
        assert ask(self.REGEL, a_prestatie(product_periode=JUNE), facts) == []
        assert ask(self.REGEL, a_prestatie(product_periode=P1), facts) != []

    def test_an_agreed_period_that_is_not_over_before_this_one_is_not_earlier(self) -> None:
        facts = facts_about(declaratie_periode=GeslotenPeriode(P1.einddatum, P2.einddatum))
        assert ask(self.REGEL, a_prestatie(product_periode=P1), facts) != []


class TestTR314:
    REGEL = regels.referentie_nummer_is_new

    def test_a_new_number(self) -> None:
        assert ask(self.REGEL, a_prestatie(), facts_about(used_referenties=frozenset({"R0002", "r0001"}))) == []

    def test_a_used_number(self) -> None:
        finding = the_finding(self.REGEL, a_prestatie(), facts_about(used_referenties=frozenset({"R0001"})))
        assert (finding.retourcode, finding.pad) == ("8021", f"{PAD}/ProductReferentie/ReferentieNummer")
        assert finding.waarden == {"referentieNummer": "R0001"}
