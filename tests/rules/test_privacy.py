"""A finding never repeats who somebody is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.domain.bericht import Achternaam
from app.domain.dossier import DeclaratieDossier, RetourDossier, ToewijzingDossier
from app.domain.toewijzing import Telefoon, Telefoonnummers
from tests.builders import (
    BSN_Y,
    a_client,
    a_contact,
    a_declaratie,
    a_declaratie_client,
    a_geboortedatum,
    a_relatie,
    a_toegewezen_product,
    a_toewijzing,
    a_toewijzing_retour,
    a_toewijzingsbericht,
    a_verkorte_naam,
    a_volledige_naam,
    an_adres,
    with_retour_codes,
)
from tests.rules.judging import findings

BSN, GEBOREN = "999900007", date(2031, 12, 24)
SECRETS = (BSN, BSN_Y, "2031-12-24", "1979-06-10", "Geheimsma", "9999 ZZ", "Verborgenstraat", "0687654321")


def assert_silent(found):
    assert len(found) > 3
    assert not [secret for secret in SECRETS if secret in repr(found)]


def a_wrong_client():
    geboortedatum = a_geboortedatum(datum=GEBOREN, datum_gebruik="2")
    adres = an_adres(postcode="9999 ZZ", straatnaam="Verborgenstraat", huis=None)
    telefoon = Telefoonnummers(telefoon01=Telefoon(telefoonnummer="0687654321", landnummer="+31"))
    naam = a_volledige_naam(geslachtsnaam=Achternaam(naam="Geheimsma"), naam_gebruik="6", voornamen="Geheimsma")
    contacten = (a_contact(adres=adres), a_contact(adres=adres, telefoon=telefoon))
    relatie = a_relatie(naam=naam, geboortedatum=geboortedatum, contact=contacten[0])
    product = a_toegewezen_product(referentie_aanbieder="REQ-1", toewijzingsdatum=date(2019, 5, 13))
    changes = {"bsn": BSN, "geboortedatum": geboortedatum, "naam": naam, "contactgegevens": contacten}
    return a_client(product, relaties=(relatie, relatie), **changes)


def test_findings_on_a_301():
    known = {1001: a_toewijzing(aanbieder="42420002")}
    dossier = ToewijzingDossier(today=date(2019, 1, 1), inrichting=None, identificatie_used=True, toewijzingen=known)

    assert_silent(findings(a_toewijzingsbericht(a_wrong_client()), dossier))


def test_findings_on_a_302():
    changed = replace(with_retour_codes(a_wrong_client()), retour_codes=())
    dossier = RetourDossier(today=date(2019, 5, 15), heenbericht=a_toewijzingsbericht(), answered=True)

    assert_silent(findings(a_toewijzing_retour(changed), dossier))


def test_findings_on_a_303():
    geboortedatum = a_geboortedatum(datum=GEBOREN, datum_gebruik="3")
    naam = a_verkorte_naam(geslachtsnaam=Achternaam(naam="Geheimsma"))
    client = a_declaratie_client(bsn=BSN, geboortedatum=geboortedatum, naam=naam)

    dossier = DeclaratieDossier(today=date(2019, 1, 1), inrichting=None)
    assert_silent(findings(a_declaratie(client, client), dossier))
