"""Rules for the client of a 301."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.domain.bericht import Achternaam
from app.domain.periode import OpenPeriode
from app.domain.toewijzing import Communicatie, Contact, Telefoon, Telefoonnummers, Toewijzingsbericht
from tests.builders import a_client, a_contact, a_relatie, a_toewijzingsbericht, a_volledige_naam, an_adres
from tests.rules.judging import found

CONTACT = "/Bericht/Client/Contactgegevens/Contact[1]"
RELATIE = "/Bericht/Client/Relaties/Relatie[1]"
TELEFOON = Telefoonnummers(telefoon01=Telefoon(telefoonnummer="0612345678", landnummer="+31"))
PARTNER = Achternaam(naam="Voorbeeldsen")


def a_301(**client: Any) -> Toewijzingsbericht:
    return a_toewijzingsbericht(a_client(**client))


def a_301_with(*contacten: Contact) -> Toewijzingsbericht:
    return a_301(contactgegevens=contacten)


class TestCS050:
    @pytest.mark.parametrize(("gebruik", "partnernaam"), [("5", PARTNER), ("6", PARTNER), ("2", None), ("5", None)])
    def test_refuses_a_naam_gebruik_that_does_not_fit(self, gebruik, partnernaam):
        naam = a_volledige_naam(naam_gebruik=gebruik, partnernaam=partnernaam)
        waarden = {"naamGebruik": gebruik, "partnernaamAanwezig": partnernaam is not None}

        assert found("CS050", a_301(naam=naam)) == [("/Bericht/Client/Naam/NaamGebruik", waarden)]
        assert found("CS050", a_301(relaties=(a_relatie(naam=naam),))) == [(f"{RELATIE}/Naam/NaamGebruik", waarden)]

    @pytest.mark.parametrize(("gebruik", "partnernaam"), [("1", PARTNER), ("4", PARTNER), ("1", None), ("6", None)])
    def test_accepts_one_that_fits(self, gebruik, partnernaam):
        naam = a_volledige_naam(naam_gebruik=gebruik, partnernaam=partnernaam)

        assert found("CS050", a_301(naam=naam, relaties=(a_relatie(naam=naam),))) == []


class TestCS318:
    def test_refuses_a_client_who_is_no_natural_person(self):
        assert found("CS318", a_301(naam=a_volledige_naam(naam_gebruik="6"))) == [
            ("/Bericht/Client/Naam/NaamGebruik", {"naamGebruik": "6"})
        ]

    def test_accepts_a_relatie_who_is_none(self):
        assert found("CS318", a_301(relaties=(a_relatie(naam=a_volledige_naam(naam_gebruik="6")),))) == []


class TestCD007:
    @pytest.mark.parametrize(("vorm", "taal"), [("1", None), ("2", "nld"), ("3", "nld")])
    def test_refuses_taal_that_does_not_fit(self, vorm, taal):
        assert found("CD007", a_301(communicatie=Communicatie(vorm=vorm, taal=taal))) == [
            ("/Bericht/Client/Communicatie/Taal", {"vorm": vorm, "taalAanwezig": taal is not None})
        ]

    @pytest.mark.parametrize(("vorm", "taal"), [("1", "nld"), ("2", None), ("3", None)])
    def test_accepts_taal_that_fits(self, vorm, taal):
        assert found("CD007", a_301(communicatie=Communicatie(vorm=vorm, taal=taal))) == []

    def test_accepts_a_client_without_communicatie(self):
        assert found("CD007", a_301()) == []


class TestTR006:
    unreachable = {"telefoonAanwezig": False, "adresVolledig": False}

    @pytest.mark.parametrize("adres", [None, an_adres(huis=None), an_adres(postcode=None)])
    def test_refuses_a_contact_without_telefoon_or_full_adres(self, adres):
        contact = a_contact(adres=adres, emailadres="iemand@voorbeeld.test")

        assert found("TR006", a_301_with(contact)) == [(CONTACT, self.unreachable)]

    def test_looks_at_the_contact_of_a_relatie(self):
        bericht = a_301(relaties=(a_relatie(contact=a_contact(adres=None)),))

        assert found("TR006", bericht) == [(f"{RELATIE}/Contact", self.unreachable)]

    def test_accepts_a_telefoon_or_a_full_adres(self):
        assert found("TR006", a_301_with(a_contact(adres=None, telefoon=TELEFOON))) == []
        assert found("TR006", a_301_with(a_contact())) == []


class TestTR061:
    def test_refuses_a_client_with_only_a_temporary_contact(self):
        assert found("TR061", a_301_with(a_contact(soort="04"))) == [
            ("/Bericht/Client/Contactgegevens", {"soorten": "04"})
        ]

    @pytest.mark.parametrize("soort", ["01", "02", "03"])
    def test_accepts_a_permanent_contact_beside_it(self, soort):
        assert found("TR061", a_301_with(a_contact(soort="04"), a_contact(soort=soort))) == []


class TestCD025:
    def test_refuses_a_dutch_adres_without_huis(self):
        assert found("CD025", a_301_with(a_contact(adres=an_adres(huis=None)))) == [
            (f"{CONTACT}/Adres/Huis", {"landCode": "NL", "huisAanwezig": False})
        ]

    @pytest.mark.parametrize("adres", [None, an_adres(), an_adres(land_code="BE", huis=None)])
    def test_accepts_a_huis_or_another_country(self, adres):
        assert found("CD025", a_301_with(a_contact(adres=adres))) == []


class TestCD034:
    @pytest.mark.parametrize("soort", ["01", "03"])
    def test_refuses_an_adres_without_postcode(self, soort):
        assert found("CD034", a_301_with(a_contact(soort=soort, adres=an_adres(postcode=None)))) == [
            (f"{CONTACT}/Adres/Postcode", {"soort": soort, "postcodeAanwezig": False})
        ]

    def test_accepts_a_postcode_another_soort_or_no_adres(self):
        assert found("CD034", a_301_with(a_contact())) == []
        assert found("CD034", a_301_with(a_contact(soort="02", adres=an_adres(postcode=None)))) == []
        assert found("CD034", a_301_with(a_contact(adres=None))) == []


class TestCS089:
    @pytest.mark.parametrize("postcode", ["1234 AB", "0234AB", "1234A", "123AB", "1234ABC", "1234AB\n", "١٢٣٤AB"])
    def test_refuses_a_wrong_dutch_postcode_and_does_not_repeat_it(self, postcode):
        assert found("CS089", a_301_with(a_contact(adres=an_adres(postcode=postcode)))) == [
            (f"{CONTACT}/Adres/Postcode", {"landCode": "NL"})
        ]

    @pytest.mark.parametrize(
        "adres",
        [an_adres(postcode="1234ab"), an_adres(postcode=None), an_adres(land_code="BE", postcode="2000"), None],
    )
    def test_accepts_a_right_one_and_what_is_not_dutch(self, adres):
        assert found("CS089", a_301_with(a_contact(adres=adres))) == []


class TestCD005:
    def test_refuses_a_postcode_without_land_code(self):
        assert found("CD005", a_301_with(a_contact(adres=an_adres(land_code=None)))) == [
            (f"{CONTACT}/Adres/LandCode", {"landCode": None, "postcodeAanwezig": True})
        ]

    def test_refuses_a_land_code_without_postcode(self):
        assert found("CD005", a_301_with(a_contact(adres=an_adres(postcode=None)))) == [
            (f"{CONTACT}/Adres/LandCode", {"landCode": "NL", "postcodeAanwezig": False})
        ]

    @pytest.mark.parametrize("adres", [None, an_adres(), an_adres(land_code=None, postcode=None)])
    def test_accepts_both_or_neither(self, adres):
        assert found("CD005", a_301_with(a_contact(adres=adres))) == []


class TestCD009:
    def test_refuses_a_periode_on_a_permanent_contact(self):
        contact = a_contact(soort="01", periode=OpenPeriode(begindatum=date(2019, 1, 1)))

        assert found("CD009", a_301_with(contact)) == [(f"{CONTACT}/Periode", {"soort": "01"})]

    def test_accepts_a_periode_on_a_temporary_contact_and_none_elsewhere(self):
        temporary = a_contact(soort="04", periode=OpenPeriode(begindatum=date(2019, 1, 1)))

        assert found("CD009", a_301_with(a_contact(), temporary)) == []


class TestCS003_a:
    def test_refuses_a_periode_that_ends_before_it_begins(self):
        contact = a_contact(soort="04", periode=OpenPeriode(date(2019, 1, 2), date(2019, 1, 1)))

        assert found("CS003-a", a_301_with(contact)) == [
            (f"{CONTACT}/Periode/Einddatum", {"begindatum": "2019-01-02", "einddatum": "2019-01-01"})
        ]

    @pytest.mark.parametrize(
        "periode",
        [
            None,
            OpenPeriode(date(2019, 1, 1), date(2019, 1, 1)),
            OpenPeriode(begindatum=date(2019, 1, 1)),
            OpenPeriode(einddatum=date(2019, 1, 1)),
        ],
    )
    def test_accepts_one_day_and_an_open_periode(self, periode):
        assert found("CS003-a", a_301_with(a_contact(soort="04", periode=periode))) == []


class TestTR101_301:
    def test_refuses_contacten_of_one_soort(self):
        assert found("TR101-301", a_301_with(a_contact(), a_contact(soort="02"), a_contact())) == [
            ("/Bericht/Client/Contactgegevens/Contact[3]/Soort", {"soort": "01"})
        ]

    def test_refuses_relaties_with_one_nummer(self):
        assert found("TR101-301", a_301(relaties=(a_relatie(), a_relatie()))) == [
            ("/Bericht/Client/Relaties/Relatie[2]/Nummer", {})
        ]

    def test_accepts_what_differs(self):
        relaties = (a_relatie(), a_relatie(nummer="2"))

        assert found("TR101-301", a_301(relaties=relaties, contactgegevens=(a_contact(), a_contact(soort="02")))) == []
