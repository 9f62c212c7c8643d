"""Rules for the amounts in a 303."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bedrag import NUL, NUL_DEBET, Bedrag, BedragMetDC
from app.domain.codelijsten import DebetCredit
from app.domain.dossier import DeclaratieDossier
from tests.builders import BSN_Y, a_contract, a_declaratie, a_declaratie_client, a_prestatie, an_inrichting
from tests.rules.judging import found

BEDRAGEN = "/Bericht/Header/DeclaratieFactuurBedragen"
INGEDIEND = "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]/IngediendeBedragPrestatie"
NUL_CREDIT = BedragMetDC(NUL, DebetCredit.CREDIT)


def debet(cents: int) -> BedragMetDC:
    return BedragMetDC(Bedrag(cents), DebetCredit.DEBET)


def credit(cents: int) -> BedragMetDC:
    return BedragMetDC(Bedrag(cents), DebetCredit.CREDIT)


class TestR21_0150:
    @pytest.mark.parametrize("totaal", [debet(85001), debet(84999), credit(85000)])
    def test_refuses_a_total_that_is_not_the_sum(self, totaal):
        assert found("R21-0150", a_declaratie(declaratie_factuur_totaal_bedrag=totaal)) == [
            (
                f"{BEDRAGEN}/DeclaratieFactuurTotaalBedrag",
                {"gevondenCenten": totaal.saldo.cents, "verwachtCenten": 85000},
            )
        ]

    def test_adds_every_line_of_every_client_with_its_side(self):
        first = a_declaratie_client(a_prestatie(), a_prestatie(credit=True, product_tarief=Bedrag(200)))
        second = a_declaratie_client(a_prestatie(geleverd_volume=1), bsn=BSN_Y)

        assert found("R21-0150", a_declaratie(first, second, declaratie_factuur_totaal_bedrag=credit(84900))) == []
        assert len(found("R21-0150", a_declaratie(first, second, declaratie_factuur_totaal_bedrag=debet(84900)))) == 1

    @given(st.lists(st.tuples(st.integers(0, 10**8 - 1), st.booleans()), min_size=1, max_size=6), st.integers(-2, 2))
    def test_accepts_the_sum_and_nothing_else(self, lines, off):
        prestaties = [
            a_prestatie(declaratie_factuur_bedrag=credit(cents) if back else debet(cents)) for cents, back in lines
        ]
        total = sum(-cents if back else cents for cents, back in lines)
        bericht = a_declaratie(*prestaties, declaratie_factuur_totaal_bedrag=BedragMetDC.of(Bedrag(total + off)))

        assert (found("R21-0150", bericht) == []) == (off == 0)


class TestR21_8194:
    def test_refuses_a_credit_of_nothing(self):
        assert found("R21-8194", a_declaratie(declaratie_factuur_totaal_bedrag=NUL_CREDIT)) == [
            (f"{BEDRAGEN}/DeclaratieFactuurTotaalBedrag/DebetCredit", {"totaalBedragCenten": 0, "debetCredit": "C"})
        ]

    @pytest.mark.parametrize("totaal", [NUL_DEBET, credit(1)])
    def test_accepts_a_debet_of_nothing_and_a_real_credit(self, totaal):
        assert found("R21-8194", a_declaratie(declaratie_factuur_totaal_bedrag=totaal)) == []


class TestR21_8835:
    def lines(self):
        taxed = a_prestatie(btw_bedrag=debet(2100))
        return taxed, a_prestatie(btw_bedrag=credit(100), credit=True), a_prestatie()

    def test_refuses_a_total_that_is_not_the_sum(self):
        assert found("R21-8835", a_declaratie(*self.lines(), btw_totaal_bedrag=debet(2100))) == [
            (f"{BEDRAGEN}/BtwTotaalBedrag", {"gevondenCenten": 2100, "verwachtCenten": 2000})
        ]

    def test_refuses_that_the_total_is_missing(self):
        assert found("R21-8835", a_declaratie(*self.lines())) == [
            (f"{BEDRAGEN}/BtwTotaalBedrag", {"gevondenCenten": None, "verwachtCenten": 2000})
        ]

    def test_accepts_the_sum_and_a_message_without_btw(self):
        assert found("R21-8835", a_declaratie(*self.lines(), btw_totaal_bedrag=debet(2000))) == []
        assert found("R21-8835", a_declaratie()) == []
        assert found("R21-8835", a_declaratie(btw_totaal_bedrag=NUL_DEBET)) == []


class TestR21_8839:
    def test_refuses_a_credit_of_nothing(self):
        assert found("R21-8839", a_declaratie(btw_totaal_bedrag=NUL_CREDIT)) == [
            (f"{BEDRAGEN}/BtwTotaalBedrag/DebetCredit", {"totaalBedragCenten": 0, "debetCredit": "C"})
        ]

    @pytest.mark.parametrize("totaal", [None, NUL_DEBET, credit(1)])
    def test_accepts_the_rest(self, totaal):
        assert found("R21-8839", a_declaratie(btw_totaal_bedrag=totaal)) == []


class TestR21_8064:
    @pytest.mark.parametrize(
        ("amounts", "element"),
        [({"berekend_bedrag": credit(85000)}, "BerekendBedrag"), ({"btw_bedrag": credit(1)}, "BtwBedrag")],
    )
    def test_refuses_amounts_on_two_sides(self, amounts, element):
        assert found("R21-8064", a_declaratie(a_prestatie(**amounts))) == [
            (f"{INGEDIEND}/{element}/DebetCredit", {"gevonden": "C", "verwacht": "D"})
        ]

    def test_accepts_amounts_on_one_side(self):
        line = a_prestatie(credit=True, berekend_bedrag=credit(85000), btw_bedrag=credit(1))

        assert found("R21-8064", a_declaratie(line, a_prestatie())) == []


class TestR21_8215:
    def test_refuses_a_berekend_bedrag_that_is_a_cent_off(self):
        assert found("R21-8215", a_declaratie(a_prestatie(berekend_bedrag=debet(85001)))) == [
            (
                f"{INGEDIEND}/BerekendBedrag/Bedrag",
                {
                    "gevondenCenten": 85001,
                    "verwachtCenten": 85000,
                    "geleverdVolume": 850,
                    "productTariefCenten": 100,
                    "verrekenpercentage": None,
                },
            )
        ]

    @pytest.mark.parametrize(
        ("volume", "tarief", "percentage", "cents"),
        [
            (850, 100, None, 85000),
            (850, 100, 10_000, 85000),
            (1, 1, 5_000, 1),  # half a cent goes up
            (1, 1, 4_999, 0),
            (3, 333, 100, 10),
            (5, 100, 0, 0),
        ],
    )
    def test_accepts_volume_times_tarief_times_percentage_in_whole_cents(self, volume, tarief, percentage, cents):
        values: dict[str, Any] = {"geleverd_volume": volume, "product_tarief": Bedrag(tarief)}
        values |= {"verrekenpercentage": percentage}

        assert found("R21-8215", a_declaratie(a_prestatie(**values, berekend_bedrag=debet(cents)))) == []
        assert len(found("R21-8215", a_declaratie(a_prestatie(**values, berekend_bedrag=debet(cents + 1))))) == 1

    def test_accepts_a_credit_a_missing_tarief_and_no_berekend_bedrag(self):
        back = a_prestatie(credit=True, berekend_bedrag=credit(85000))
        without_tarief = a_prestatie(product_tarief=None, berekend_bedrag=debet(1))

        assert found("R21-8215", a_declaratie(back, without_tarief, a_prestatie())) == []


class TestR21_8851:
    def test_refuses_a_factuur_line_without_indicatie(self):
        assert found("R21-8851", a_declaratie(bericht_code="448")) == [
            (f"{INGEDIEND}/BtwVrijstellingIndicatie", {"berichtCode": "448", "btwVrijstellingIndicatie": None})
        ]

    def test_accepts_one_with_and_a_declaratie_without(self):
        assert found("R21-8851", a_declaratie(a_prestatie(btw_vrijstelling_indicatie="1"), bericht_code="448")) == []
        assert found("R21-8851", a_declaratie(bericht_code="416")) == []


class TestR21_8837:
    def test_refuses_a_taxed_line_without_percentage_or_bedrag(self):
        waarden = {"btwVrijstellingIndicatie": "2", "aanwezig": False}

        assert found("R21-8837", a_declaratie(a_prestatie(btw_vrijstelling_indicatie="2"))) == [
            (f"{INGEDIEND}/BtwPercentage", waarden),
            (f"{INGEDIEND}/BtwBedrag", waarden),
        ]

    @pytest.mark.parametrize("indicatie", [None, "1"])
    def test_accepts_an_exempt_line_without(self, indicatie):
        assert found("R21-8837", a_declaratie(a_prestatie(btw_vrijstelling_indicatie=indicatie))) == []

    def test_accepts_a_taxed_line_with_both(self):
        line = a_prestatie(btw_vrijstelling_indicatie="2", btw_percentage=0, btw_bedrag=NUL_DEBET)

        assert found("R21-8837", a_declaratie(line)) == []


class TestR21_8850:
    @pytest.mark.parametrize("indicatie", [None, "1"])
    def test_refuses_btw_on_an_exempt_line(self, indicatie):
        line = a_prestatie(btw_vrijstelling_indicatie=indicatie, btw_bedrag=debet(2100))

        assert found("R21-8850", a_declaratie(line)) == [
            (f"{INGEDIEND}/BtwBedrag", {"btwVrijstellingIndicatie": indicatie, "btwBedragCenten": 2100})
        ]

    def test_accepts_btw_on_a_taxed_line_and_none_on_an_exempt_one(self):
        taxed = a_prestatie(btw_vrijstelling_indicatie="2", btw_bedrag=debet(2100))

        assert found("R21-8850", a_declaratie(taxed, a_prestatie())) == []


class TestR21_8817:
    bericht = a_declaratie(a_prestatie(berekend_bedrag=debet(85000)))
    place = (f"{INGEDIEND}/BerekendBedrag", {"berekendBedragCenten": 85000})

    def judged(self, *contracten: Any):
        inrichting = an_inrichting(contracten=contracten)
        return found("R21-8817", self.bericht, DeclaratieDossier(today=date(2019, 6, 20), inrichting=inrichting))

    def test_refuses_a_berekend_bedrag_that_was_not_agreed(self):
        assert self.judged(a_contract()) == [self.place]
        assert self.judged() == [self.place]

    def test_accepts_one_that_was_agreed_on_the_first_day_of_the_periode(self):
        assert self.judged(a_contract(berekend_bedrag=True)) == []
        assert self.judged(a_contract(berekend_bedrag=True, geldig_van=date(2019, 5, 21))) == [self.place]

    def test_accepts_a_message_without(self):
        dossier = DeclaratieDossier(today=date(2019, 6, 20), inrichting=an_inrichting())

        assert found("R21-8817", a_declaratie(), dossier) == []

    def test_is_silent_for_an_unknown_gemeente(self):
        assert found("R21-8817", self.bericht, DeclaratieDossier(today=date(2019, 6, 20), inrichting=None)) == []
