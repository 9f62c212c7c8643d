"""A declaratie with credits is told by its lines: what comes to nothing on balance was still granted or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cli.demo import tell_story
from app.domain.bedrag import BedragMetDC
from app.domain.codelijsten import DebetCredit
from app.domain.declaratie import Prestatie, ProductReferentie
from app.processing.runtime import Runtime
from tests.web.declaratie_wereld import claim_lines, declaraties, first_lines, plain, rows
from tests.web.story import visitor


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told: P0001 (690) was granted, P0002 (400) was refused, 300 is left."""
    return told


def debet(place: int, nummer: str) -> Prestatie:
    one = first_lines()[place]
    return replace(one, product_referentie=replace(one.product_referentie, referentie_nummer=nummer))


def credit(place: int, nummer: str, vorig: str) -> Prestatie:
    one = first_lines()[place]
    ingediend = one.ingediende_bedrag_prestatie
    back = BedragMetDC(ingediend.declaratie_factuur_bedrag.bedrag, DebetCredit.CREDIT)
    return replace(
        one,
        product_referentie=ProductReferentie(referentie_nummer=nummer, vorig_referentie_nummer=vorig),
        ingediende_bedrag_prestatie=replace(ingediend, declaratie_factuur_bedrag=back),
    )


GRANTED = (credit(0, "C1", "P0001"), debet(0, "N1"), debet(1, "N2"))
"""The credit and N1 are granted, and come to nothing together; N2 is refused."""

REFUSED = (credit(1, "C1", "ONBEKEND"), debet(1, "N1"))
"""Both are refused, and come to nothing together."""

HALF = (credit(1, "C1", "ONBEKEND"), debet(2, "N1"))
"""The credit is refused, the debet is granted."""


class TestCredits:
    def test_what_comes_to_nothing_was_granted_all_the_same(self, runtime: Runtime):
        named, browser = claim_lines(runtime, "A1", GRANTED), visitor(runtime)
        page = browser.get(named.pad).text
        assert "A1 deels toegekend" in plain(page)
        assert "vraagt per saldo € 400,00 met 3 regels: 2 regels toegekend en 1 regel afgewezen." in plain(page)
        assert "Per saldo is € 0,00 toegekend." in plain(page)
        assert 'iwmo-tile iwmo-tile--success">Toegekend per saldo' in page
        assert (
            "€ 400,00 € 0,00 € 400,00 deels toegekend" in rows(browser.get("/declaraties").text, "declaraties-tabel")[0]
        )

    def test_what_comes_to_nothing_was_refused_all_the_same(self, runtime: Runtime):
        named, browser = claim_lines(runtime, "A1", REFUSED), visitor(runtime)
        page = browser.get(named.pad).text
        assert "A1 niets toegekend" in plain(page)
        assert "per saldo € 0,00 met 2 regels; alles is afgewezen." in plain(page)
        assert 'iwmo-tile iwmo-tile--error">Afgewezen per saldo' in page
        assert "niets toegekend" in rows(browser.get("/declaraties").text, "declaraties-tabel")[0]

    def test_a_refused_credit_is_no_negative_amount(self, runtime: Runtime):
        named = claim_lines(runtime, "A1", HALF)
        said = plain(visitor(runtime).get(named.pad).text)
        assert "met 2 regels: 1 regel toegekend en 1 regel afgewezen. Per saldo is € 189,00 toegekend." in said
        assert "\u2212€ 400,00 is afgewezen" not in said

    def test_without_credits_there_is_no_balance(self, runtime: Runtime):
        assert "per saldo" not in plain(visitor(runtime).get(declaraties(runtime)[0].pad).text).lower()

    def test_on_each_database(self, runtime_on_each: Runtime):
        tell_story(runtime_on_each)
        named, browser = claim_lines(runtime_on_each, "A1", GRANTED), visitor(runtime_on_each)
        assert "A1 deels toegekend" in plain(browser.get(named.pad).text)
        assert "deels toegekend" in rows(browser.get("/declaraties").text, "declaraties-tabel")[0]


class TestVolume:
    def test_less_than_was_filled_in_is_told(self, runtime: Runtime):
        pad, browser = declaraties(runtime)[0].pad, visitor(runtime)
        page = browser.get(f"{pad}/voorstel?regel=1&volume-1=1000").text
        assert "U vulde 1.000 in; er past niet meer dan 990 stuks." in rows(page, "voorstel")[1]
        assert 'value="1000"' in page
        for query in ("regel=1&volume-1=990", "regel=2", ""):
            assert "U vulde" not in browser.get(f"{pad}/voorstel?{query}").text

    def test_what_an_empty_field_means(self, runtime: Runtime):
        pad, browser = declaraties(runtime)[0].pad, visitor(runtime)
        said = plain(browser.get(f"{pad}/voorstel?regel=1&regel=2").text)
        assert "Juist volume van regel P0001 Was 690 stuks. Leeg: alleen de credit, geen nieuwe regel." in said
        assert "Juist volume van regel P0002 Was 400 stuks. Leeg: een nieuwe regel met wat er nog past" in said
        assert "komt er na de credit" not in said
