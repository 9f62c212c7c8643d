"""Rules for a 303 as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.domain.codelijsten import Declaratievorm
from app.domain.dossier import DeclaratieDossier
from app.domain.inrichting import Declaratieperiode
from app.domain.periode import GeslotenPeriode
from tests.builders import (
    AANBIEDER,
    BSN_Y,
    OTHER_AANBIEDER,
    P1,
    a_contract,
    a_declaratie,
    a_declaratie_client,
    a_prestatie,
    an_inrichting,
)
from tests.rules.judging import found

HEADER = "/Bericht/Header"
PERIODE = f"{HEADER}/DeclaratieFactuurIdentificatie/DeclaratiePeriode"
PRESTATIE = "/Bericht/Clienten/Client[1]/Prestaties/Prestatie"
BUREAU = "98000001"
DAY_BEFORE_P1 = date(2019, 5, 19)


def a_dossier(**facts: Any) -> DeclaratieDossier:
    return DeclaratieDossier(**({"today": date(2019, 6, 20), "inrichting": an_inrichting()} | facts))


def a_dossier_with(**contract: Any) -> DeclaratieDossier:
    return a_dossier(inrichting=an_inrichting(contracten=(a_contract(**contract),)))


class TestTR101_303:
    def test_refuses_a_client_twice_and_does_not_repeat_the_bsn(self):
        other = a_declaratie_client(a_prestatie(referentie_nummer="R0002"))

        assert found("TR101-303", a_declaratie(a_declaratie_client(), other)) == [
            ("/Bericht/Clienten/Client[2]/Bsn", {})
        ]

    def test_refuses_a_referentie_nummer_twice_also_of_two_clienten(self):
        bericht = a_declaratie(a_declaratie_client(), a_declaratie_client(bsn=BSN_Y))

        assert found("TR101-303", bericht) == [
            (
                "/Bericht/Clienten/Client[2]/Prestaties/Prestatie[1]/ProductReferentie/ReferentieNummer",
                {"referentieNummer": "R0001"},
            )
        ]

    def test_keeps_the_blanks_of_a_referentie_nummer(self):
        assert found("TR101-303", a_declaratie(a_prestatie(), a_prestatie(referentie_nummer="R0001 "))) == []

    def test_accepts_what_differs(self):
        other = a_declaratie_client(a_prestatie(referentie_nummer="R0002"), bsn=BSN_Y)

        assert found("TR101-303", a_declaratie(a_declaratie_client(), other)) == []


class TestR21_8171:
    def test_refuses_payment_to_a_servicebureau_that_is_not_named(self):
        assert found("R21-8171", a_declaratie(betaling_aan_id="01")) == [
            (f"{HEADER}/Servicebureau", {"betalingAanID": "01", "servicebureauAanwezig": False})
        ]

    def test_accepts_one_that_is_named_and_payment_to_the_aanbieder(self):
        assert found("R21-8171", a_declaratie(betaling_aan_id="01", servicebureau=BUREAU)) == []
        assert found("R21-8171", a_declaratie(betaling_aan_id="02")) == []


class TestR21_8175:
    def test_refuses_a_declaratie_periode_that_ends_before_it_begins(self):
        backwards = GeslotenPeriode(P1.begindatum, DAY_BEFORE_P1)

        assert found("R21-8175", a_declaratie(declaratie_periode=backwards)) == [
            (f"{PERIODE}/Einddatum", {"begindatum": "2019-05-20", "einddatum": "2019-05-19"})
        ]

    def test_accepts_one_day(self):
        one_day = GeslotenPeriode(P1.begindatum, P1.begindatum)

        assert found("R21-8175", a_declaratie(declaratie_periode=one_day)) == []


class TestR21_8188:
    def test_refuses_a_product_periode_that_ends_before_it_begins(self):
        backwards = GeslotenPeriode(P1.begindatum, DAY_BEFORE_P1)

        assert found("R21-8188", a_declaratie(a_prestatie(product_periode=backwards))) == [
            (f"{PRESTATIE}[1]/ProductPeriode/Einddatum", {"begindatum": "2019-05-20", "einddatum": "2019-05-19"})
        ]

    def test_accepts_one_day(self):
        one_day = GeslotenPeriode(P1.begindatum, P1.begindatum)

        assert found("R21-8188", a_declaratie(a_prestatie(product_periode=one_day))) == []


class TestR21_8177:
    def test_refuses_support_that_begins_after_the_factuur(self):
        assert found("R21-8177", a_declaratie(factuur_dagtekening=DAY_BEFORE_P1)) == [
            (
                f"{PRESTATIE}[1]/ProductPeriode/Begindatum",
                {"begindatum": "2019-05-20", "factuurDagtekening": "2019-05-19"},
            )
        ]

    def test_accepts_support_that_begins_that_day(self):
        assert found("R21-8177", a_declaratie(factuur_dagtekening=P1.begindatum)) == []


class TestR21_8178:
    def test_refuses_support_that_ends_after_the_factuur(self):
        assert found("R21-8178", a_declaratie(factuur_dagtekening=date(2019, 6, 15))) == [
            (
                f"{PRESTATIE}[1]/ProductPeriode/Einddatum",
                {"einddatum": "2019-06-16", "factuurDagtekening": "2019-06-15"},
            )
        ]

    def test_accepts_support_that_ends_that_day(self):
        assert found("R21-8178", a_declaratie(factuur_dagtekening=P1.einddatum)) == []


VORIG = "ProductReferentie/VorigReferentieNummer"


class TestR21_8193:
    def test_refuses_a_credit_that_names_no_debet(self):
        assert found("R21-8193", a_declaratie(a_prestatie(credit=True))) == [
            (f"{PRESTATIE}[1]/{VORIG}", {"debetCredit": "C", "vorigReferentieNummer": None})
        ]

    def test_accepts_a_credit_that_does_and_a_debet_that_does_not(self):
        credit = a_prestatie(credit=True, referentie_nummer="R0037", vorig_referentie_nummer="R0000")

        assert found("R21-8193", a_declaratie(a_prestatie(), credit)) == []


class TestR21_8269:
    def test_refuses_two_credits_of_one_debet(self):
        credits = [
            a_prestatie(credit=True, referentie_nummer=nummer, vorig_referentie_nummer="R0000")
            for nummer in ("R0001", "R0002")
        ]

        assert found("R21-8269", a_declaratie(*credits)) == [
            (f"{PRESTATIE}[2]/{VORIG}", {"vorigReferentieNummer": "R0000"})
        ]

    def test_accepts_lines_without_one(self):
        assert found("R21-8269", a_declaratie(a_prestatie(), a_prestatie(referentie_nummer="R0002"))) == []


class TestR21_8062:
    @pytest.mark.parametrize("order", [1, -1])
    def test_refuses_a_credit_of_a_debet_in_the_same_message_in_either_order(self, order):
        credit = a_prestatie(credit=True, referentie_nummer="R0002", vorig_referentie_nummer="R0001")
        lines = (a_prestatie(), credit)[::order]

        assert found("R21-8062", a_declaratie(*lines)) == [
            (f"{PRESTATIE}[{lines.index(credit) + 1}]/{VORIG}", {"vorigReferentieNummer": "R0001"})
        ]

    def test_accepts_a_credit_of_an_earlier_debet(self):
        credit = a_prestatie(credit=True, referentie_nummer="R0002", vorig_referentie_nummer="R0000")

        assert found("R21-8062", a_declaratie(a_prestatie(), credit)) == []


class TestRC_0030:
    def test_refuses_a_factuur_nummer_that_was_used(self):
        assert found("RC-0030", a_declaratie(), a_dossier(factuurnummer_used=True)) == [
            (
                f"{HEADER}/DeclaratieFactuurIdentificatie/DeclarantFactuurNummer",
                {"declarantFactuurNummer": "F001"},
            )
        ]

    def test_accepts_a_new_one(self):
        assert found("RC-0030", a_declaratie(), a_dossier()) == []


class TestRC_0013:
    place = (f"{HEADER}/Servicebureau", {"servicebureau": BUREAU, "aanbieder": AANBIEDER})

    def test_refuses_a_servicebureau_that_the_contract_does_not_name(self):
        dossier = a_dossier_with(servicebureaus=frozenset({"98000002"}))

        assert found("RC-0013", a_declaratie(servicebureau=BUREAU), dossier) == [self.place]

    def test_refuses_a_servicebureau_where_there_is_no_contract(self):
        dossier = a_dossier_with(aanbieder=OTHER_AANBIEDER, servicebureaus=frozenset({BUREAU}))

        assert found("RC-0013", a_declaratie(servicebureau=BUREAU), dossier) == [self.place]

    def test_accepts_one_in_the_contract_and_none(self):
        dossier = a_dossier_with(servicebureaus=frozenset({BUREAU}))

        assert found("RC-0013", a_declaratie(servicebureau=BUREAU), dossier) == []
        assert found("RC-0013", a_declaratie(), dossier) == []


class TestRC_8847:
    def test_refuses_a_periode_that_has_not_begun(self):
        assert found("RC-8847", a_declaratie(), a_dossier(today=DAY_BEFORE_P1)) == [
            (f"{PERIODE}/Begindatum", {"begindatum": "2019-05-20", "vandaag": "2019-05-19"})
        ]

    def test_accepts_one_that_begins_today(self):
        assert found("RC-8847", a_declaratie(), a_dossier(today=P1.begindatum)) == []


class TestTR135_303:
    def test_refuses_a_factuur_from_the_future(self):
        assert found("TR135-303", a_declaratie(), a_dossier(today=date(2019, 6, 19))) == [
            (
                f"{HEADER}/DeclaratieFactuurIdentificatie/FactuurDagtekening",
                {"factuurDagtekening": "2019-06-20", "vandaag": "2019-06-19"},
            )
        ]

    def test_accepts_one_of_today(self):
        assert found("TR135-303", a_declaratie(), a_dossier(today=date(2019, 6, 20))) == []


class TestTR318:
    def test_refuses_a_periode_that_is_not_a_cak_periode(self):
        short = GeslotenPeriode(P1.begindatum, date(2019, 6, 15))

        assert found("TR318", a_declaratie(declaratie_periode=short), a_dossier()) == [
            (
                PERIODE,
                {
                    "begindatum": "2019-05-20",
                    "einddatum": "2019-06-15",
                    "verwachteBegindatum": "2019-05-20",
                    "verwachteEinddatum": "2019-06-16",
                },
            )
        ]

    def test_refuses_a_periode_outside_the_known_years(self):
        inrichting = an_inrichting(cak_perioden=())

        [(_, waarden)] = found("TR318", a_declaratie(), a_dossier(inrichting=inrichting))

        assert (waarden["verwachteBegindatum"], waarden["verwachteEinddatum"]) == (None, None)

    def test_accepts_a_cak_periode(self):
        assert found("TR318", a_declaratie(declaratie_periode=P1), a_dossier()) == []

    def test_holds_to_the_month_where_that_was_agreed(self):
        monthly = a_dossier_with(declaratieperiode=Declaratieperiode.MAAND)
        may = GeslotenPeriode(date(2019, 5, 1), date(2019, 5, 31))

        assert found("TR318", a_declaratie(declaratie_periode=may), monthly) == []
        assert len(found("TR318", a_declaratie(declaratie_periode=P1), monthly)) == 1
        assert len(found("TR318", a_declaratie(declaratie_periode=may), a_dossier())) == 1


class TestRC_8855:
    def test_refuses_a_declaratie_where_a_factuur_was_agreed(self):
        dossier = a_dossier_with(declaratievorm=Declaratievorm.FACTUUR)

        assert found("RC-8855", a_declaratie(bericht_code="416"), dossier) == [
            (f"{HEADER}/BerichtCode", {"berichtCode": "416", "declaratievorm": "factuur"})
        ]

    def test_accepts_what_was_agreed(self):
        assert found("RC-8855", a_declaratie(bericht_code="448"), a_dossier_with()) == []
        assert (
            found("RC-8855", a_declaratie(bericht_code="448"), a_dossier_with(declaratievorm=Declaratievorm.FACTUUR))
            == []
        )

    def test_is_silent_without_contract_on_the_first_day(self):
        ended = a_dossier_with(declaratievorm=Declaratievorm.FACTUUR, geldig_tot=DAY_BEFORE_P1)

        assert found("RC-8855", a_declaratie(), ended) == []


class TestRC_8856:
    def test_refuses_a_factuur_where_a_declaratie_was_agreed(self):
        assert found("RC-8856", a_declaratie(bericht_code="448"), a_dossier()) == [
            (f"{HEADER}/BerichtCode", {"berichtCode": "448", "declaratievorm": "declaratie"})
        ]

    def test_accepts_what_was_agreed(self):
        assert found("RC-8856", a_declaratie(bericht_code="416"), a_dossier()) == []

    def test_is_silent_without_contract(self):
        dossier = a_dossier(inrichting=an_inrichting(contracten=()))

        assert found("RC-8856", a_declaratie(bericht_code="448"), dossier) == []
