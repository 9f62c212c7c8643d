"""From the elements of a 301 back to the fields of the toekenning that it was made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from lxml import etree

from app.api.toekenningen import ToekenningIn
from app.domain.bericht import Achternaam, Geboortedatum
from app.domain.retour import Finding
from app.domain.routing import without_other_aanbieders, without_remarks_on_products
from app.domain.toekenning import Deel, Uitgifte, toewijzingsbericht
from app.domain.toekenning_velden import FIELD_BY_ELEMENT, field_of, in_request
from app.domain.toewijzing import Adres, Contact, Huis, VolledigeNaam
from app.iwmo.pad import pad_of
from app.iwmo.releases import write
from tests.builders.toekenning import FIRST, a_berekening, a_toekenning, clientgegevens

NAAM = VolledigeNaam(
    geslachtsnaam=Achternaam(naam="Voorbeeld", voorvoegsel="van"),
    partnernaam=Achternaam(naam="Testmans", voorvoegsel="de"),
    voornamen="Anna",
    voorletters="A",
    naam_gebruik="1",
)
HUIS = Huis(huisnummer=1, huisletter="a", huisnummer_toevoeging="b")
ADRES = Adres(huis=HUIS, postcode="8331AA", straatnaam="Dorpsstraat", plaatsnaam="Steenwijk", land_code="NL")
REDUCED = {"2.1": without_remarks_on_products, "2.3": without_other_aanbieders}

MADE_BY_THE_SERVICE = {
    "BerichtCode",
    "BerichtVersie",
    "BerichtSubversie",
    "Ontvanger",
    "Identificatie",
    "Dagtekening",
    "Soort",
    "Commentaar",
    "ToewijzingNummer",
    "Aanbieder",
    "Toewijzingsdatum",
    "Toewijzingstijd",
    "Categorie",
    "Code",
    "Volume",
    "Eenheid",
    "Frequentie",
}


def pads(release: str) -> list[str]:
    """Where everything stands in the 301 of a toekenning with every field."""
    geboortedatum = Geboortedatum(datum=clientgegevens().geboortedatum.datum, datum_gebruik="1")
    contact = Contact(soort="01", adres=ADRES)
    toekenning = a_toekenning(client=clientgegevens(naam=NAAM, geboortedatum=geboortedatum, contactgegevens=(contact,)))
    uitgifte = Uitgifte(toewijzing_nummer=1, identificatie="A1", moment=datetime(2018, 1, 2, 9), referentie="T")
    bericht = toewijzingsbericht(toekenning, a_berekening(), Deel(FIRST, 990), uitgifte)
    reduced = replace(bericht, clienten=tuple(REDUCED[release](client) for client in bericht.clienten))
    tree = etree.fromstring(write(reduced, release))
    return [pad_of(element) for element in tree.iter() if len(element) == 0]


def fields_of_request() -> set[str]:
    """Every path of the JSON of a request, lists aside."""
    schema = ToekenningIn.model_json_schema()
    found: set[str] = set()

    def walk(node: dict[str, Any], path: str) -> None:
        for option in (node, *node.get("anyOf", ())):
            target = schema["$defs"][option["$ref"].rsplit("/", 1)[-1]] if "$ref" in option else option
            for name, child in target.get("properties", {}).items():
                found.add(f"{path}{name}")
                walk(child, f"{path}{name}.")

    walk(schema, "")
    return found


class TestFieldOf:
    @pytest.mark.parametrize("release", ["2.1", "2.3"])
    def test_every_element_comes_from_a_field_or_is_made_by_the_service(self, release: str) -> None:
        without = {pad.rsplit("/", 1)[-1] for pad in pads(release) if not field_of(pad)}
        assert without <= MADE_BY_THE_SERVICE
        named = {pad.rsplit("/", 1)[-1] for pad in pads(release) if field_of(pad)}
        assert not named & MADE_BY_THE_SERVICE

    def test_names_fields_that_a_request_has(self) -> None:
        assert set(FIELD_BY_ELEMENT.values()) <= fields_of_request()

    @pytest.mark.parametrize(
        ("pad", "field"),
        [
            ("/Bericht/Header/Afzender", "gemeente"),
            ("/Bericht/Clienten/Client[2]/Naam/Geslachtsnaam/Naam", "client.naam.achternaam"),
            ("/Bericht/Client/Contactgegevens/Contact[1]/Adres/Postcode", "client.adres.postcode"),
            ("/Bericht/Client/Beschikking/Einddatum", "einddatum"),
            ("/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct[1]/Ingangsdatum", "ingangsdatum"),
            ("/Bericht/Client/Beschikking/ToegewezenProducten/ToegewezenProduct/Omvang/Volume", ""),
            ("/Bericht/Client/Relaties/Relatie[1]/Naam/Voorletters", ""),
            ("/Bericht", ""),
            ("", ""),
            ("/Geboortedatum/Datum", "client.geboortedatum"),
            ("/Adres/Postcode", "client.adres.postcode"),
            ("/Ingangsdatum", "ingangsdatum"),  # of whatever it is, it is that of the toekenning
            ("/Bsn", "client.bsn"),
            ("/Voorvoegsel", ""),  # of which name?
            ("/Omvang/Volume", ""),
        ],
    )
    def test_names_the_field(self, pad: str, field: str) -> None:
        assert field_of(pad) == field


def test_a_finding_in_the_request_has_no_line_of_a_message() -> None:
    finding = Finding(regel="XSD", retourcode=None, pad="/Bericht/Client/Geslacht", melding="Onbekend.", regelnummer=12)
    assert in_request([finding]) == (replace(finding, pad="client.geslacht", regelnummer=None),)
