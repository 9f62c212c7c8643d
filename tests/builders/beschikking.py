"""A beschikking that is right."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from app.domain.bedrag import Bedrag
from app.domain.beschikking import BeschikkingInhoud, BeschikteAanbieder, BeschiktResultaat, VerwachteInzet


def a_beschikking_inhoud(**given: Any) -> BeschikkingInhoud:
    """The worked example of Steenwijkerland: 5 uur OZL1, 2 dagdelen OMD3 and vervoer each week for a year."""
    fields: dict[str, Any] = {
        "gemeente": "Steenwijkerland",
        "beschikking_nummer": 70001,
        "afgiftedatum": date(2017, 12, 18),
        "naam": "A. Voorbeeld",
        "geslacht": "2",
        "adres": ("Dorpsstraat 1", "8331 AA  Steenwijk"),
        "ingangsdatum": date(2018, 1, 1),
        "einddatum": date(2018, 12, 30),
        "resultaten": (
            BeschiktResultaat(
                domein="zelfzorg", omschrijving="Kookt vier keer per week zelf", streefdatum=date(2018, 12, 30)
            ),
            BeschiktResultaat(
                domein="dagbesteding en participatie",
                omschrijving="Gaat twee dagdelen per week naar het buurthuis en kent daar drie mensen bij naam",
                streefdatum=date(2018, 7, 1),
            ),
        ),
        "inzet": (
            an_inzet("Ondersteuning zelfstandig leven 1", "uur", "169"),
            an_inzet("Ondersteuning maatschappelijke deelname 3", "dagdeel", "67.6"),
            an_inzet("Vervoer", "etmaal", "33.8"),
        ),
        "budget": Bedrag(99000),
        "aanbieders": (BeschikteAanbieder(naam="Voorbeeldaanbieder A", budget=Bedrag(99000)),),
    }
    return BeschikkingInhoud(**{**fields, **given})


def an_inzet(naam: str, eenheid: str, per_jaar: str) -> VerwachteInzet:
    """What is expected in a year of 52 weeks that is the whole validity."""
    aantal = Fraction(per_jaar)
    return VerwachteInzet(naam=naam, eenheid=eenheid, aantal_per_jaar=aantal, aantal_in_indicatie=aantal)
