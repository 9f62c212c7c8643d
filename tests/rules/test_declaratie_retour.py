"""Rules for a 304."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.domain.bedrag import NUL, NUL_DEBET, Bedrag, BedragMetDC
from app.domain.codelijsten import DebetCredit
from app.domain.dossier import DeclaratieRetourDossier
from tests.builders import (
    BSN_Y,
    a_client_retour,
    a_declaratie,
    a_declaratie_client,
    a_declaratie_retour,
    a_factuur_identificatie,
    a_prestatie,
    a_prestatie_retour,
)
from tests.rules.judging import findings, found

HEADER = "/Bericht/Header"
CODES = f"{HEADER}/RetourCodes"
INGEDIEND = f"{HEADER}/RetourBedragen/IngediendTotaalBedrag"
TOEGEKEND = f"{HEADER}/RetourBedragen/ToegekendTotaalBedrag"
LINE = "/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]"
TOEGEKEND_BEDRAG = f"{LINE}/ToegekendeBedragPrestatie/ToegekendBedrag"
NUL_CREDIT = BedragMetDC(NUL, DebetCredit.CREDIT)


def saldo(cents: int) -> BedragMetDC:
    return BedragMetDC.of(Bedrag(cents))


def a_dossier(**facts: Any) -> DeclaratieRetourDossier:
    return DeclaratieRetourDossier(**({"today": date(2019, 6, 20), "declaratie": a_declaratie()} | facts))


class TestA304AsWeMakeIt:
    @pytest.mark.parametrize(
        "retour",
        [
            a_declaratie_retour(),
            a_declaratie_retour(a_client_retour()),
            a_declaratie_retour(retour_codes=("0001",), toegekend_totaal_bedrag=NUL_DEBET),
        ],
    )
    def test_breaks_no_rule(self, retour):
        assert findings(retour, a_dossier()) == ()


class TestIV304_1:
    @pytest.mark.parametrize(
        ("change", "element", "verwacht"),
        [
            ({"bericht_code": "449"}, "BerichtCode", "417"),
            ({"gemeente": "0505"}, "Gemeente", "0384"),
            ({"servicebureau": "98000001"}, "Servicebureau", None),
            ({"aanbieder": "42420002"}, "Aanbieder", "42420001"),
            ({"betaling_aan_id": "01"}, "BetalingAanID", "02"),
        ],
    )
    def test_refuses_a_header_that_differs_from_the_303(self, change, element, verwacht):
        [gevonden] = change.values()

        assert found("IV304.1", a_declaratie_retour(**change), a_dossier()) == [
            (f"{HEADER}/{element}", {"gevonden": gevonden, "verwacht": verwacht})
        ]

    def test_refuses_another_factuur(self):
        other = a_factuur_identificatie(factuur_dagtekening=date(2019, 6, 19))

        assert found("IV304.1", a_declaratie_retour(declaratie_factuur_identificatie=other), a_dossier()) == [
            (f"{HEADER}/DeclaratieFactuurIdentificatie", {"gelijkAanDeclaratie": False})
        ]

    @pytest.mark.parametrize(
        ("facts", "known", "answered"), [({"declaratie": None}, False, False), ({"answered": True}, True, True)]
    )
    def test_refuses_an_answer_to_nothing_and_a_second_one(self, facts, known, answered):
        assert found("IV304.1", a_declaratie_retour(), a_dossier(**facts)) == [
            (
                f"{HEADER}/DeclaratieFactuurIdentificatie/DeclarantFactuurNummer",
                {"declarantFactuurNummer": "F001", "declaratieBekend": known, "alBeantwoord": answered},
            )
        ]

    def test_accepts_a_copied_header(self):
        assert found("IV304.1", a_declaratie_retour(), a_dossier()) == []
        factuur = a_dossier(declaratie=a_declaratie(bericht_code="448"))
        assert found("IV304.1", a_declaratie_retour(bericht_code="449"), factuur) == []


class TestIV304_2:
    @pytest.mark.parametrize("ingediend", [saldo(85001), saldo(-85000)])
    def test_refuses_another_amount_or_side(self, ingediend):
        assert found("IV304.2", a_declaratie_retour(ingediend_totaal_bedrag=ingediend), a_dossier()) == [
            (
                INGEDIEND,
                {
                    "gevondenCenten": ingediend.bedrag.cents,
                    "gevondenDebetCredit": ingediend.debet_credit.value,
                    "verwachtCenten": 85000,
                    "verwachtDebetCredit": "D",
                },
            )
        ]

    def test_accepts_the_total_of_the_303_right_or_wrong(self):
        wrong = a_dossier(declaratie=a_declaratie(declaratie_factuur_totaal_bedrag=saldo(1)))

        assert found("IV304.2", a_declaratie_retour(), a_dossier()) == []
        assert found("IV304.2", a_declaratie_retour(ingediend_totaal_bedrag=saldo(1)), wrong) == []

    def test_leaves_an_unknown_303_to_the_rule_on_the_header(self):
        assert found("IV304.2", a_declaratie_retour(), a_dossier(declaratie=None)) == []


class TestIV304_3:
    def test_refuses_a_full_award_with_clienten(self):
        retour = a_declaratie_retour(a_client_retour(), retour_codes=("8001",), toegekend_totaal_bedrag=saldo(85000))

        assert found("IV304.3", retour) == [(CODES, {"retourCode": "8001", "clientenAanwezig": True})]

    def test_refuses_a_full_award_of_less(self):
        assert found("IV304.3", a_declaratie_retour(toegekend_totaal_bedrag=saldo(84999))) == [
            (TOEGEKEND, {"gevondenCenten": 84999, "verwachtCenten": 85000})
        ]

    def test_accepts_a_full_award_and_other_answers(self):
        assert found("IV304.3", a_declaratie_retour()) == []
        assert found("IV304.3", a_declaratie_retour(a_client_retour())) == []


class TestIV304_4:
    def test_refuses_a_header_error_with_clienten(self):
        assert found("IV304.4", a_declaratie_retour(a_client_retour(), retour_codes=("0030", "8214"))) == [
            (CODES, {"retourCodes": "0030, 8214", "clientenAanwezig": True})
        ]

    @pytest.mark.parametrize("toegekend", [saldo(1), NUL_CREDIT])
    def test_refuses_a_header_error_with_an_award(self, toegekend):
        assert found("IV304.4", a_declaratie_retour(retour_codes=("0001",), toegekend_totaal_bedrag=toegekend)) == [
            (
                TOEGEKEND,
                {
                    "gevondenCenten": toegekend.bedrag.cents,
                    "debetCredit": toegekend.debet_credit.value,
                    "verwachtCenten": 0,
                },
            )
        ]

    def test_accepts_a_header_error_that_awards_nothing(self):
        assert found("IV304.4", a_declaratie_retour(retour_codes=("0001",), toegekend_totaal_bedrag=NUL_DEBET)) == []

    def test_does_not_speak_of_other_answers(self):
        assert found("IV304.4", a_declaratie_retour()) == []
        assert found("IV304.4", a_declaratie_retour(a_client_retour(), toegekend_totaal_bedrag=saldo(1))) == []


class TestIV304_5:
    def test_refuses_a_difference_that_the_lines_do_not_explain(self):
        retour = a_declaratie_retour(a_client_retour(), ingediend_totaal_bedrag=saldo(189_000))

        assert found("IV304.5", retour) == [
            (TOEGEKEND, {"gevondenVerschilCenten": 189_000, "verwachtVerschilCenten": 85_000})
        ]

    def test_accepts_the_difference_of_the_lines_with_their_sides(self):
        lines = (
            a_prestatie_retour(),
            a_prestatie_retour(a_prestatie(credit=True)),
            a_prestatie_retour(toegekend_bedrag=saldo(80_000)),
        )
        amounts = {"ingediend_totaal_bedrag": saldo(-1_000), "toegekend_totaal_bedrag": saldo(-6_000)}

        assert found("IV304.5", a_declaratie_retour(a_client_retour(*lines), **amounts)) == []

    def test_does_not_speak_of_other_answers(self):
        assert found("IV304.5", a_declaratie_retour(retour_codes=("0001",), toegekend_totaal_bedrag=NUL_DEBET)) == []


class TestIV304_6:
    def test_refuses_0200_without_clienten(self):
        assert found("IV304.6", a_declaratie_retour(retour_codes=("0200",))) == [
            (CODES, {"retourCode": "0200", "clientenAanwezig": False})
        ]

    def test_refuses_a_line_that_was_awarded_in_full(self):
        full = a_prestatie_retour(None, "0200", toegekend_bedrag=saldo(85_000))

        assert found("IV304.6", a_declaratie_retour(a_client_retour(full))) == [
            (TOEGEKEND_BEDRAG, {"toegekendCenten": 85_000})
        ]

    def test_accepts_a_refused_line_also_of_nothing(self):
        nothing = a_prestatie_retour(a_prestatie(geleverd_volume=0), "0551")

        assert found("IV304.6", a_declaratie_retour(a_client_retour(a_prestatie_retour(), nothing))) == []

    def test_accepts_a_credit_of_a_refused_factuur_line(self):
        line = a_prestatie_retour(a_prestatie(credit=True), "0200")

        assert found("IV304.6", a_declaratie_retour(a_client_retour(line), bericht_code="449")) == []

    def test_does_not_speak_of_other_answers(self):
        assert found("IV304.6", a_declaratie_retour()) == []


class TestIV304_7:
    @pytest.mark.parametrize(
        ("code", "credit", "cents"),
        [("417", False, 85_001), ("417", False, -1), ("417", True, -85_001), ("417", True, 1), ("449", False, 1)],
    )
    def test_refuses_an_award_outside_what_was_asked(self, code, credit, cents):
        line = a_prestatie_retour(a_prestatie(credit=credit), toegekend_bedrag=saldo(cents))
        asked = -85_000 if credit else 85_000

        assert found("IV304.7", a_declaratie_retour(a_client_retour(line), bericht_code=code)) == [
            (TOEGEKEND_BEDRAG, {"toegekendCenten": cents, "ingediendCenten": asked, "berichtCode": code})
        ]

    @pytest.mark.parametrize(
        ("code", "credit", "cents"),
        [("417", False, 0), ("417", False, 84_999), ("417", True, -84_999), ("417", True, 0), ("449", False, 0)],
    )
    def test_accepts_an_award_within_it(self, code, credit, cents):
        line = a_prestatie_retour(a_prestatie(credit=credit), toegekend_bedrag=saldo(cents))

        assert found("IV304.7", a_declaratie_retour(a_client_retour(line), bericht_code=code)) == []


class TestIV304_8:
    def refused(self, *lines: Any, **client: Any):
        return a_declaratie_retour(a_client_retour(*lines, **({"retour_codes": ("8004",)} | client)))

    @pytest.mark.parametrize(
        "line",
        [
            a_prestatie_retour(None, "8004"),
            a_prestatie_retour(None, "0233", "0611"),
            a_prestatie_retour(None, "0233", toegekend_bedrag=saldo(1)),
            a_prestatie_retour(None, "0233", toegekend_bedrag=NUL_CREDIT),
        ],
    )
    def test_refuses_lines_of_a_refused_client_that_were_judged(self, line):
        waarden = {
            "clientRetourCodes": "8004",
            "retourCodes": ", ".join(line.retour_codes),
            "toegekendCenten": line.toegekend_bedrag.saldo.cents,
        }

        assert found("IV304.8", self.refused(line)) == [(f"{LINE}/RetourCodes", waarden)]

    def test_refuses_that_a_line_stayed_away(self):
        two = a_declaratie(a_declaratie_client(a_prestatie(), a_prestatie(referentie_nummer="R0002")))
        retour = self.refused(a_prestatie_retour(None, "0233"))

        assert found("IV304.8", retour, a_dossier(declaratie=two)) == [
            ("/Bericht/Clienten/Client[1]/Prestaties", {"gevonden": 1, "verwacht": 2})
        ]

    def test_refuses_a_client_that_was_not_in_the_303(self):
        retour = self.refused(a_prestatie_retour(None, "0233"), bsn=BSN_Y)

        assert found("IV304.8", retour, a_dossier()) == [
            ("/Bericht/Clienten/Client[1]/Prestaties", {"gevonden": 1, "verwacht": 0})
        ]

    def test_accepts_lines_that_were_not_judged(self):
        retour = self.refused(a_prestatie_retour(None, "0233"))

        assert found("IV304.8", retour, a_dossier()) == []
        assert found("IV304.8", retour, a_dossier(declaratie=None)) == []

    @pytest.mark.parametrize("codes", [(), ("0200",)])
    def test_does_not_speak_of_a_client_without_own_error(self, codes):
        two = a_declaratie(a_declaratie_client(a_prestatie(), a_prestatie(referentie_nummer="R0002")))

        assert found("IV304.8", self.refused(retour_codes=codes), a_dossier(declaratie=two)) == []


class TestR21_8454:
    def test_refuses_an_answer_dated_before_the_303(self):
        assert found("R21-8454", a_declaratie_retour(retour_dagtekening=date(2019, 6, 19))) == [
            (
                f"{HEADER}/RetourHeader/RetourDagtekening",
                {"retourDagtekening": "2019-06-19", "factuurDagtekening": "2019-06-20"},
            )
        ]

    def test_accepts_one_of_the_same_day(self):
        assert found("R21-8454", a_declaratie_retour(retour_dagtekening=date(2019, 6, 20))) == []

    def test_accepts_an_answer_to_a_303_from_the_future(self):
        early = a_declaratie_retour(
            retour_dagtekening=date(2019, 6, 19), retour_codes=("8848",), toegekend_totaal_bedrag=NUL_DEBET
        )

        assert found("R21-8454", early) == []


class TestRC_8849:
    def test_refuses_an_answer_from_the_future(self):
        assert found("RC-8849", a_declaratie_retour(), a_dossier(today=date(2019, 6, 19))) == [
            (
                f"{HEADER}/RetourHeader/RetourDagtekening",
                {"retourDagtekening": "2019-06-20", "vandaag": "2019-06-19"},
            )
        ]

    def test_accepts_one_of_today(self):
        assert found("RC-8849", a_declaratie_retour(), a_dossier()) == []


class TestR21_8455:
    def test_refuses_a_credit_of_nothing(self):
        assert found("R21-8455", a_declaratie_retour(ingediend_totaal_bedrag=NUL_CREDIT)) == [
            (f"{INGEDIEND}/DebetCredit", {"totaalBedragCenten": 0, "debetCredit": "C"})
        ]

    @pytest.mark.parametrize("totaal", [NUL_DEBET, saldo(-1)])
    def test_accepts_a_debet_of_nothing_and_a_real_credit(self, totaal):
        assert found("R21-8455", a_declaratie_retour(ingediend_totaal_bedrag=totaal)) == []


class TestR21_8456:
    def test_refuses_a_credit_of_nothing(self):
        assert found("R21-8456", a_declaratie_retour(toegekend_totaal_bedrag=NUL_CREDIT)) == [
            (f"{TOEGEKEND}/DebetCredit", {"totaalBedragCenten": 0, "debetCredit": "C"})
        ]

    @pytest.mark.parametrize("totaal", [NUL_DEBET, saldo(-1)])
    def test_accepts_a_debet_of_nothing_and_a_real_credit(self, totaal):
        assert found("R21-8456", a_declaratie_retour(toegekend_totaal_bedrag=totaal)) == []
