"""The messages to measure with: valid, of the size that is asked, and the same every time."""

from __future__ import annotations

import pytest
from stdnum.nl import bsn as elfproef

from app.domain.bericht import Berichtsoort
from app.domain.declaratie import Declaratie, Prestatie
from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.reading import read, recognise
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing.runtime import MAX_BERICHT_BYTES
from tests.bench.generators import (
    CLIENTS,
    FIRST_TOEWIJZING,
    LARGE_LINES,
    VARIANTS,
    born,
    bsn,
    clients_of,
    declaratie,
    toewijzing,
)


@pytest.fixture(scope="module")
def schemas():
    """Those of the project."""
    return Schemas.load(OWN_SCHEMAS)


def read_303(body: bytes) -> Declaratie:
    """What it says."""
    inhoud = read(recognise(body))
    assert isinstance(inhoud, Declaratie)
    return inhoud


def read_301(body: bytes) -> Toewijzingsbericht:
    """What it says."""
    inhoud = read(recognise(body))
    assert isinstance(inhoud, Toewijzingsbericht)
    return inhoud


def lines_in(body: bytes) -> dict[str, tuple[Prestatie, ...]]:
    """By bsn the lines."""
    return {client.bsn: client.prestaties for client in read_303(body).clienten}


def demand_valid(schemas: Schemas, body: bytes) -> None:
    """Raise AssertionError when the XSD has anything against it."""
    recognised = recognise(body)
    assert schemas.findings(recognised.release, recognised.soort, recognised.tree, size=len(body)) == ()


def test_a_301_is_valid_and_names_its_toewijzing(schemas):
    body = toewijzing(2_345_678)
    demand_valid(schemas, body)
    assert body == toewijzing(2_345_678) != toewijzing(2_345_679)
    bericht = read_301(body)
    (product,) = bericht.clienten[0].beschikking.toegewezen_producten
    assert recognise(body).soort is Berichtsoort.WMO301
    assert (product.toewijzing_nummer, bericht.clienten[0].bsn) == (2_345_678, bsn(2_345_678 % CLIENTS))
    assert read_301(toewijzing(2_345_678, client=3)).clienten[0].bsn == bsn(3)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("lines", [1, 3, 100])
def test_a_303_is_valid_has_its_lines_and_is_the_same_every_time(schemas, variant, lines):
    body = declaratie(lines, variant, 7)
    demand_valid(schemas, body)
    assert body == declaratie(lines, variant, 7) != declaratie(lines, variant, 8)
    found = lines_in(body)
    assert sum(map(len, found.values())) == lines
    assert len(found) == (1 if variant == "one" else -(-lines // 3))
    asked = sum(line.ingediend.cents for lines_of_one in found.values() for line in lines_of_one)
    assert read_303(body).header.declaratie_factuur_totaal_bedrag.saldo.cents == asked


def test_two_303s_share_no_reference():
    references = [
        {line.product_referentie.referentie_nummer for lines in lines_in(body).values() for line in lines}
        for body in (declaratie(10, "many", 7), declaratie(10, "many", 8))
    ]
    assert len(references[0] | references[1]) == 20


def test_each_line_is_on_a_toewijzing_of_a_client_that_has_one():
    for variant in ("many", "one"):
        for whom, lines in lines_in(declaratie(100, variant, 1_234)).items():
            (nummer,) = {line.toewijzing_nummer for line in lines}
            client = (nummer or 0) - FIRST_TOEWIJZING
            assert client in range(clients_of(100))
            assert whom == bsn(client)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_largest_are_just_within_what_is_accepted(schemas, variant):
    body = declaratie(LARGE_LINES, variant)
    demand_valid(schemas, body)
    assert MAX_BERICHT_BYTES * (0.8 if variant == "one" else 0.97) < len(body) <= MAX_BERICHT_BYTES


def test_every_client_has_a_bsn_of_its_own():
    numbers = [bsn(client) for client in range(CLIENTS)]
    assert all(map(elfproef.is_valid, numbers))
    assert len(set(numbers)) == CLIENTS >= clients_of(LARGE_LINES)
    assert all(number.startswith("9999") for number in numbers)
    assert born(1) != born(2)
