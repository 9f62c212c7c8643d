"""Builders of toekenningen: as the domain has them, and as a request asks for them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from app.domain.bedrag import Bedrag
from app.domain.berekening import Berekening, Indicatie
from app.domain.bericht import Product
from app.domain.codelijsten import Eenheid
from app.domain.inrichting import Afronding
from app.domain.toekenning import Clientgegevens, Resultaat, Toekenning
from tests.builders.toewijzing import a_contact
from tests.builders.world import BSN_X, a_geboortedatum, a_volledige_naam, made

STEENWIJKERLAND = "1708"
FIRST, SECOND, UNCONTRACTED = "98000001", "98000002", "98000003"
SHEET_LINES = (("OZL1", 5), ("OMD3", 2), ("VERVOER", 1))
YEAR = date(2018, 1, 1), date(2018, 12, 30)


def clientgegevens(**changes: Any) -> Clientgegevens:
    """Client X at home."""
    return made(
        Clientgegevens,
        changes,
        bsn=BSN_X,
        geboortedatum=a_geboortedatum(),
        geslacht="2",
        naam=a_volledige_naam(),
        contactgegevens=(a_contact(),),
    )


def a_resultaat(**changes: Any) -> Resultaat:
    """From 2 to 4 in zelfzorg by the end of the year."""
    return made(
        Resultaat,
        changes,
        domein="zelfzorg",
        omschrijving="Kookt vier keer per week zelf",
        baseline=2,
        doel=4,
        streefdatum=YEAR[1],
    )


def a_toekenning(**changes: Any) -> Toekenning:
    """The worked example: 990 euros per four weeks of 2018 at Steenwijkerland, at one aanbieder."""
    return made(
        Toekenning,
        changes,
        gemeente=STEENWIJKERLAND,
        client=clientgegevens(),
        beschikking_nummer=70001,
        afgiftedatum=YEAR[0],
        ingangsdatum=YEAR[0],
        einddatum=YEAR[1],
        resultaten=(a_resultaat(),),
        grondslag=tuple(Indicatie(code, Fraction(aantal)) for code, aantal in SHEET_LINES),
        aanbieder=FIRST,
    )


def a_berekening(**changes: Any) -> Berekening:
    """What the worked example comes to, without its lines."""
    return made(
        Berekening,
        changes,
        peildatum=YEAR[0],
        soort="indicatie",
        grondslag=(),
        bedrag_per_periode=Bedrag(99008),
        afronding=Afronding.HALF_UP,
        budget_euro=990,
        product=Product(categorie="02", code="02A01"),
        eenheid=Eenheid.STUKS,
        volume=990,
    )


def toekenning_json(**changes: Any) -> dict[str, Any]:
    """The worked example as a request; a field that is changed to None is left out."""
    client = {
        "bsn": BSN_X,
        "geboortedatum": "1979-06-10",
        "geslacht": "2",
        "naam": {"achternaam": "Voorbeeld", "voorletters": "A"},
        "adres": {"straatnaam": "Dorpsstraat", "huisnummer": 1, "postcode": "8331AA", "plaatsnaam": "Steenwijk"},
    }
    resultaat = {
        "domein": "zelfzorg",
        "omschrijving": "Kookt vier keer per week zelf",
        "baseline": 2,
        "doel": 4,
        "streefdatum": "2018-12-30",
    }
    asked: dict[str, Any] = {
        "gemeente": STEENWIJKERLAND,
        "client": client,
        "beschikking": {"beschikkingNummer": 70001, "afgiftedatum": "2018-01-01"},
        "ingangsdatum": "2018-01-01",
        "einddatum": "2018-12-30",
        "resultaten": [resultaat],
        "indicatie": [{"productspecificatie": code, "aantalPerWeek": str(aantal)} for code, aantal in SHEET_LINES],
        "aanbieder": FIRST,
    }
    return {name: value for name, value in (asked | changes).items() if value is not None}
