"""Rules for the ToegewezenProducten of a 301 against earlier messages and the inrichting."""

from __future__ import annotations

from datetime import date, time
from itertools import permutations
from typing import Any

import pytest

from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.dossier import ToewijzingDossier
from app.domain.retour import Ernst
from app.domain.toewijzing import ToegewezenProduct, Toewijzingsbericht
from app.domain.versies import Toewijzing
from tests.builders import (
    AANBIEDER,
    BSN_X,
    BSN_Y,
    OTHER_AANBIEDER,
    a_client,
    a_contract,
    a_geboortedatum,
    a_product,
    a_toegewezen_product,
    a_toewijzing,
    a_toewijzingsbericht,
    a_versie,
    an_inrichting,
    an_omvang,
)
from tests.rules.judging import findings, found

TODAY = date(2019, 5, 14)
PRODUCT = "/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct[1]"
LATER = {"toewijzingsdatum": date(2019, 5, 14)}


def a_301(**product: Any) -> Toewijzingsbericht:
    return a_301_of(a_toegewezen_product(**product))


def a_301_of(*producten: ToegewezenProduct) -> Toewijzingsbericht:
    return a_toewijzingsbericht(a_client(*producten))


def a_dossier(*known: Toewijzing, **facts: Any) -> ToewijzingDossier:
    toewijzingen = {t.nummer: t for t in known if t.nummer is not None}
    return ToewijzingDossier(**({"today": TODAY, "inrichting": an_inrichting(), "toewijzingen": toewijzingen} | facts))


class TestTR300:
    def test_refuses_a_referentie_without_verzoek(self):
        assert found("TR300", a_301(referentie_aanbieder="REQ-77"), a_dossier()) == [
            (f"{PRODUCT}/ReferentieAanbieder", {"referentieAanbieder": "REQ-77", "aanbieder": AANBIEDER})
        ]

    @pytest.mark.parametrize("verzoek", [(OTHER_AANBIEDER, BSN_X, "REQ-77"), (AANBIEDER, BSN_Y, "REQ-77")])
    def test_refuses_the_referentie_of_another_aanbieder_or_client(self, verzoek):
        dossier = a_dossier(verzoek_referenties=frozenset({verzoek}))

        assert len(found("TR300", a_301(referentie_aanbieder="REQ-77"), dossier)) == 1

    def test_accepts_its_own_verzoek_and_no_referentie(self):
        dossier = a_dossier(verzoek_referenties=frozenset({(AANBIEDER, BSN_X, "REQ-77")}))

        assert found("TR300", a_301(referentie_aanbieder="REQ-77"), dossier) == []
        assert found("TR300", a_301(), a_dossier()) == []


class TestIV013:
    def test_refuses_another_version_of_the_same_moment(self):
        bericht = a_301(einddatum=date(2019, 7, 14), reden_wijziging="05")

        assert found("IV013", bericht, a_dossier(a_toewijzing())) == [
            (
                f"{PRODUCT}/Toewijzingstijd",
                {
                    "toewijzingNummer": 1001,
                    "toewijzingsdatum": "2019-05-13",
                    "toewijzingstijd": "09:00:00",
                    "verschilIn": "einddatum, reden_wijziging",
                },
            )
        ]

    def test_does_not_name_what_no_301_tells(self):
        part = a_toewijzing(a_versie(aandeel_vanaf=300))

        assert found("IV013", a_301(), a_dossier(part)) == []
        [(_, waarden)] = found("IV013", a_301(einddatum=date(2019, 7, 14)), a_dossier(part))
        assert waarden["verschilIn"] == "einddatum"

    def test_names_a_changed_client_without_its_values(self):
        client = a_client(bsn=BSN_Y, geboortedatum=a_geboortedatum(datum=date(1985, 1, 8)))

        [(_, waarden)] = found("IV013", a_toewijzingsbericht(client), a_dossier(a_toewijzing()))

        assert waarden["verschilIn"] == "bsn, geboortedatum"

    def test_accepts_the_same_version_again(self):
        assert found("IV013", a_301(), a_dossier(a_toewijzing())) == []

    @pytest.mark.parametrize("tijd", [time(8), time(10)])
    def test_accepts_a_version_of_another_moment_older_or_newer(self, tijd):
        assert found("IV013", a_301(toewijzingstijd=tijd, einddatum=None), a_dossier(a_toewijzing())) == []

    def test_does_not_look_at_the_order_of_arrival(self):
        versies = [a_versie(toewijzingstijd=time(hour), einddatum=date(2019, 9, hour)) for hour in (7, 8, 9)]
        bericht = a_301(toewijzingstijd=time(8), einddatum=None)
        answers = [found("IV013", bericht, a_dossier(a_toewijzing(*order))) for order in permutations(versies)]

        assert len(answers[0]) == 1
        assert all(answer == answers[0] for answer in answers)

    def test_accepts_an_unknown_nummer_and_none(self):
        assert found("IV013", a_301(toewijzing_nummer=1002), a_dossier(a_toewijzing())) == []
        assert found("IV013", a_301(toewijzing_nummer=None), a_dossier(a_toewijzing())) == []


class TestOP033x1:
    def test_refuses_the_nummer_for_another_client(self):
        bericht = a_toewijzingsbericht(a_client(a_toegewezen_product(**LATER), bsn=BSN_Y))

        assert found("OP033x1", bericht, a_dossier(a_toewijzing()), ernst=Ernst.FOUT) == [
            (f"{PRODUCT}/ToewijzingNummer", {"toewijzingNummer": 1001, "zelfdeClient": False})
        ]

    def test_refuses_the_nummer_for_another_aanbieder(self):
        bericht, known = a_301(**LATER), a_toewijzing(aanbieder=OTHER_AANBIEDER)

        assert found("OP033x1", bericht, a_dossier(known), ernst=Ernst.FOUT) == [
            (f"{PRODUCT}/ToewijzingNummer", {"aanbieder": AANBIEDER, "eerdereAanbieder": OTHER_AANBIEDER})
        ]

    @pytest.mark.parametrize("product", [a_product(code="02A03"), a_product(code=None), a_product("03", "02A01")])
    def test_refuses_the_nummer_for_another_product(self, product):
        assert found("OP033x1", a_301(product=product, **LATER), a_dossier(a_toewijzing()), ernst=Ernst.FOUT) == [
            (
                f"{PRODUCT}/Product",
                {
                    "categorie": product.categorie,
                    "code": product.code,
                    "eerdereCategorie": "02",
                    "eerdereCode": "02A01",
                },
            )
        ]

    def test_accepts_another_end_and_reason(self):
        bericht = a_301(einddatum=date(2019, 7, 14), reden_wijziging="05", commentaar="korter", **LATER)

        assert found("OP033x1", bericht, a_dossier(a_toewijzing())) == []

    @pytest.mark.parametrize(
        ("omvang", "element", "gevonden", "eerder"),
        [
            (an_omvang(volume=900), "Omvang/Volume", 900, 850),
            (an_omvang(eenheid=Eenheid.EUROS), "Omvang/Eenheid", "83", "82"),
            (an_omvang(frequentie=Frequentie.PER_WEEK), "Omvang/Frequentie", "2", "3"),
            (None, "Omvang", False, True),
        ],
    )
    def test_warns_of_another_omvang(self, omvang, element, gevonden, eerder):
        bericht = a_301(omvang=omvang, **LATER)

        assert found("OP033x1", bericht, a_dossier(a_toewijzing()), ernst=Ernst.WAARSCHUWING) == [
            (f"{PRODUCT}/{element}", {"gevonden": gevonden, "eerder": eerder})
        ]
        assert found("OP033x1", bericht, a_dossier(a_toewijzing()), ernst=Ernst.FOUT) == []

    def test_warns_of_an_omvang_where_there_was_none(self):
        known = a_toewijzing(a_versie(omvang=None))

        assert found("OP033x1", a_301(**LATER), a_dossier(known)) == [
            (f"{PRODUCT}/Omvang", {"gevonden": True, "eerder": False})
        ]

    def test_accepts_that_there_still_is_none(self):
        bare = {"product": a_product(code=None), "omvang": None}

        assert found("OP033x1", a_301(**bare, **LATER), a_dossier(a_toewijzing(a_versie(**bare)))) == []

    def test_warns_of_another_ingangsdatum(self):
        bericht = a_301(ingangsdatum=date(2019, 6, 17), **LATER)

        assert found("OP033x1", bericht, a_dossier(a_toewijzing()), ernst=Ernst.WAARSCHUWING) == [
            (f"{PRODUCT}/Ingangsdatum", {"ingangsdatum": "2019-06-17", "eerdereIngangsdatum": "2019-05-20"})
        ]

    def test_accepts_another_volume_of_a_total(self):
        total = an_omvang(volume=24, frequentie=Frequentie.TOTAAL)
        more = an_omvang(volume=30, frequentie=Frequentie.TOTAAL)

        assert found("OP033x1", a_301(omvang=more, **LATER), a_dossier(a_toewijzing(a_versie(omvang=total)))) == []


class TestCS329:
    @pytest.mark.parametrize("product", [a_product("02", "02Z99"), a_product("03", "02A01")])
    def test_refuses_a_code_that_is_not_in_the_list(self, product):
        assert found("CS329", a_301(product=product), a_dossier()) == [
            (f"{PRODUCT}/Product/Code", {"categorie": product.categorie, "code": product.code})
        ]

    def test_accepts_a_known_code_and_no_code(self):
        assert found("CS329", a_301(), a_dossier()) == []
        assert found("CS329", a_301(product=a_product("03", None)), a_dossier()) == []


class TestIWB_contract:
    def test_warns_of_an_aanbieder_without_contract_on_the_first_day(self):
        inrichting = an_inrichting(contracten=(a_contract(geldig_van=date(2019, 5, 21)),))

        assert found("IWB-contract", a_301(), a_dossier(inrichting=inrichting), ernst=Ernst.WAARSCHUWING) == [
            (f"{PRODUCT}/Ingangsdatum", {"aanbieder": AANBIEDER, "ingangsdatum": "2019-05-20"})
        ]

    def test_warns_of_a_product_outside_the_contract(self):
        inrichting = an_inrichting(contracten=(a_contract(producten=frozenset({"04A01"})),))

        assert found("IWB-contract", a_301(), a_dossier(inrichting=inrichting), ernst=Ernst.WAARSCHUWING) == [
            (f"{PRODUCT}/Product/Code", {"aanbieder": AANBIEDER, "code": "02A01"})
        ]

    def test_is_silent_about_a_product_in_the_contract_or_without_code(self):
        assert found("IWB-contract", a_301(), a_dossier()) == []
        assert found("IWB-contract", a_301(product=a_product(code=None)), a_dossier()) == []

    def test_asks_about_the_aanbieder_of_the_product(self):
        inrichting = an_inrichting(contracten=(a_contract(),))

        assert len(found("IWB-contract", a_301(aanbieder=OTHER_AANBIEDER), a_dossier(inrichting=inrichting))) == 1

    def test_a_warning_has_no_retourcode(self):
        inrichting = an_inrichting(contracten=())

        assert [f.retourcode for f in findings(a_301(), a_dossier(inrichting=inrichting))] == [None]
