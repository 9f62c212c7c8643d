"""A sheet is kept as JSON and comes back exactly, whatever it was computed from."""

import json
from datetime import date
from fractions import Fraction

import pytest

from app.domain.berekening import ArrangementKeuze, Etmalen, Grondslag, Indicatie, bereken
from app.domain.berekening_document import berekening_from_document, berekening_to_document
from tests.domain.test_berekening import WORKED, the_inrichting

KINDS: tuple[Grondslag, ...] = (
    WORKED,
    (Indicatie("OZL1", Fraction(100, 39)),),
    ArrangementKeuze("BG1", opslag=True),
    ArrangementKeuze("BG1"),
    Etmalen("04A06", 3),
)


@pytest.mark.parametrize("grondslag", KINDS)
def test_comes_back_exactly(grondslag: Grondslag):
    sheet = bereken(the_inrichting(), date(2018, 1, 1), grondslag)
    kept = json.loads(json.dumps(berekening_to_document(sheet)))
    assert berekening_from_document(kept) == sheet


def test_answers_why_990():
    kept = json.loads(json.dumps(berekening_to_document(bereken(the_inrichting(), date(2018, 1, 1), WORKED))))
    assert kept["regels"][1] == {
        "productspecificatie": "OMD3",
        "naam": "Naam van OMD3",
        "eenheid": "dagdeel",
        "aantalPerWeek": "2",
        "gebruik": "13/20",
        "aantalPerJaar": "338/5",
        "tariefCenten": 6031,
        "tariefGeldigVan": "2018-01-01",
        "bedragPerJaarCenten": 407696,
    }
    assert (kept["bedragPerPeriodeCenten"], kept["afronding"], kept["budgetEuro"]) == (99008, "half-up", 990)


def test_another_document_is_no_sheet():
    with pytest.raises(KeyError):
        berekening_from_document({"peildatum": "2018-01-01"})
