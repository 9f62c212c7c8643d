"""/declaraties: what was claimed, granted and refused of each, narrowed, in pages, and only one's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.principal import Rol
from app.processing.runtime import Runtime
from app.storage import declaratie_zoeken
from app.web import declaraties as page_of_list
from tests.e2e.service import drain
from tests.web.browser import goes_to
from tests.web.declaratie_wereld import (
    NEXT,
    change,
    claim,
    claim_lines,
    claim_number_again,
    declaraties,
    first_lines,
    links,
    noted,
    plain,
    rows,
)
from tests.web.story import BSN_1708, of_aanbieder, visitor

NOTHING = "Er is geen declaratie die hieraan voldoet."


@pytest.fixture
def runtime(told: Runtime) -> Runtime:
    """A service in which it was told."""
    return told


def listed(page: str) -> list[str]:
    """The numbers of the declaraties on a page."""
    return [row.split()[0] for row in rows(page, "declaraties-tabel")]


class TestRows:
    def test_totals_and_outcome_of_each_newest_first(self, runtime: Runtime):
        claim(runtime)
        newest, oldest = rows(visitor(runtime).get("/declaraties").text, "declaraties-tabel")
        assert oldest.startswith(
            "D20180001 Voorbeeldaanbieder B (42420002) Steenwijkerland (1708) 1 t/m 28 januari 2018"
            " € 1.279,00 € 879,00 € 400,00 deels toegekend"
        )
        assert newest.startswith("D20180002")

    def test_amounts_are_signed(self, runtime: Runtime):
        (first,) = declaraties(runtime)
        change(runtime, "UPDATE declaratie SET ingediend_cents = -5000, toegekend_cents = -6000")
        assert "\u2212€ 50,00 \u2212€ 60,00 € 10,00" in plain(visitor(runtime).get("/declaraties").text)
        assert "Afgewezen € 10,00" in plain(visitor(runtime, naam="ander").get(first.pad).text)

    def test_all_was_granted(self, runtime: Runtime):
        third = first_lines()[2]
        again = replace(third, product_referentie=replace(third.product_referentie, referentie_nummer="N1"))
        claim_lines(runtime, "A1", [again])
        assert (
            "€ 189,00 € 189,00 € 0,00 alles toegekend"
            in rows(visitor(runtime).get("/declaraties").text, "declaraties-tabel")[0]
        )

    def test_nothing_was_granted(self, runtime: Runtime):
        claim_lines(runtime, "A2", [first_lines()[1]])
        assert (
            "€ 400,00 € 0,00 € 400,00 niets toegekend"
            in rows(visitor(runtime).get("/declaraties").text, "declaraties-tabel")[0]
        )

    def test_the_whole_was_refused(self, runtime: Runtime):
        claim_number_again(runtime)
        assert (
            "€ 690,00 € 0,00 € 690,00 geweigerd"
            in rows(visitor(runtime).get("/declaraties").text, "declaraties-tabel")[0]
        )

    def test_the_look_is_written_down(self, runtime: Runtime):
        visitor(runtime).get("/declaraties")
        assert noted(runtime)[-1] == ("declaraties-bekeken", None, 1)

    def test_without_any(self, runtime: Runtime):
        browser = visitor(runtime, gemeenten=["0505"])
        assert "Er is nog geen declaratie beoordeeld." in browser.get("/declaraties").text


class TestSight:
    @pytest.mark.parametrize("rol", [Rol.BEHEER, Rol.AUDITOR])
    def test_not_for_who_reads_no_declaraties(self, rol: Rol, runtime: Runtime):
        browser = visitor(runtime, rol)
        assert browser.get("/declaraties").status_code == 404
        assert "/declaraties" not in links(browser.get("/").text).values()

    @pytest.mark.parametrize(("code", "seen"), [("42420002", ["D20180001"]), ("42420001", [])])
    def test_an_aanbieder_sees_its_own(self, code: str, seen: list[str], runtime: Runtime):
        assert listed(of_aanbieder(runtime, code).get("/declaraties").text) == seen

    def test_who_only_looks_sees_them_too(self, runtime: Runtime):
        assert listed(visitor(runtime, Rol.LEZER).get("/declaraties").text) == ["D20180001"]


class TestFilters:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("aanbieder=42420002", True),
            ("aanbieder=42420001", False),
            ("jaar=2018", True),
            ("jaar=2017", False),
            ("jaar=2018&periode=1", True),
            ("jaar=2018&periode=2", False),
            ("status=verwerkt", True),
            ("status=afgekeurd", False),
            ("factuurnummer=D20180001", True),
            ("factuurnummer=D2018", False),
            ("factuurnummer=D20180001&aanbieder=42420001", False),
        ],
    )
    def test_narrow(self, asked: str, found: bool, runtime: Runtime):
        page = visitor(runtime).get(f"/declaraties?{asked}").text
        assert (listed(page) == ["D20180001"], NOTHING in page) == (found, not found)

    def test_a_number_finds_only_what_may_be_seen(self, runtime: Runtime):
        browser = visitor(runtime, gemeenten=["0505"])
        assert NOTHING in browser.get("/declaraties?factuurnummer=D20180001").text

    @pytest.mark.parametrize(
        ("asked", "field"),
        [
            ("aanbieder=4242", "aanbieder"),
            ("jaar=18", "jaar"),
            ("jaar=twee", "jaar"),
            ("periode=1", "jaar"),
            ("jaar=2018&periode=14", "periode"),
            ("status=zoek", "status"),
            ("factuurnummer=" + "x" * 37, "factuurnummer"),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field(self, asked: str, field: str, runtime: Runtime):
        answer = visitor(runtime).get(f"/declaraties?{asked}")
        assert answer.status_code == 400
        assert f'<a href="#{field}">' in answer.text
        assert f'id="{field}"' in answer.text
        assert listed(answer.text) == []

    @pytest.mark.parametrize("field", ["factuurnummer", "aanbieder", "jaar", "periode", "status"])
    def test_a_bsn_is_refused_and_not_repeated(self, field: str, runtime: Runtime):
        answer = visitor(runtime).get(f"/declaraties?{field}={BSN_1708[:4]}.{BSN_1708[4:]}")
        assert answer.status_code == 400
        assert f'<a href="#{field}">Dit lijkt een bsn.' in answer.text
        assert BSN_1708[4:] not in answer.text

    def test_what_was_asked_stays_in_the_form(self, runtime: Runtime):
        page = visitor(runtime).get("/declaraties?jaar=2018&periode=1&aanbieder=42420002").text
        assert 'name="jaar" type="text" value="2018"' in page
        assert '<option value="1" selected>' in page
        assert '<option value="42420002" selected>' in page


class TestPages:
    @pytest.fixture(autouse=True)
    def one_on_a_page(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(page_of_list, "ON_A_PAGE", 1)

    @pytest.mark.parametrize("asked", ["", "?jaar=2018", "?aanbieder=42420002"])
    def test_older_and_back_to_the_newest(self, asked: str, runtime: Runtime):
        claim(runtime)
        browser = visitor(runtime)
        first = browser.get(f"/declaraties{asked}").text
        second = browser.get(links(first)["Oudere declaraties"]).text
        assert (listed(first), listed(second)) == (["D20180002"], ["D20180001"])
        assert "Oudere declaraties" not in second
        assert links(second)["Naar de nieuwste"] == f"/declaraties{asked}"

    def test_by_number_too(self, runtime: Runtime):
        claim_number_again(runtime)
        browser = visitor(runtime)
        first = browser.get("/declaraties?factuurnummer=D20180001").text
        second = browser.get(links(first)["Oudere declaraties"]).text
        assert (len(listed(first)), len(listed(second))) == (1, 1)
        assert "Oudere declaraties" not in second

    def test_no_more_is_read_than_takes_a_moment(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(declaratie_zoeken, "READ_AT_MOST", 1)
        claim_number_again(runtime, times=4)
        browser = visitor(runtime)
        page, seen = browser.get("/declaraties?jaar=2018&status=verwerkt").text, 0
        while not listed(page):
            assert "Zoek verder terug." in page
            page, seen = browser.get(links(page)["Verder terug zoeken"]).text, seen + 1
            assert seen < 5
        assert listed(page) == ["D20180001"]
        assert seen > 0


class TestWaiting:
    @pytest.fixture
    def busy(self, runtime: Runtime) -> Runtime:
        """A service for which every 303 is large."""
        return replace(runtime, direct_bytes=0)

    def test_it_stands_apart_until_it_was_judged(self, busy: Runtime):
        bericht_id, browser = claim(busy, NEXT), visitor(busy)
        page = browser.get("/declaraties").text
        (row,) = rows(page, "wachtend-tabel")
        assert row.startswith("D20180002 Voorbeeldaanbieder B (42420002) In verwerking")
        assert links(page)["D20180002"] == f"/declaraties/{bericht_id}"
        drain(busy)
        page = browser.get("/declaraties").text
        assert rows(page, "wachtend-tabel") == []
        assert listed(page) == ["D20180002", "D20180001"]
        assert goes_to(browser.get(f"/declaraties/{bericht_id}")) == declaraties(busy)[-1].pad

    def test_its_page_says_how_far_it_is(self, busy: Runtime):
        bericht_id, browser = claim(busy, NEXT), visitor(busy)
        page = browser.get(f"/declaraties/{bericht_id}").text
        assert "wordt nu beoordeeld: 0% is klaar" in page
        assert f'data-refresh="/declaraties/{bericht_id}/stand" data-refresh-state="0"' in page
        assert browser.get(f"/declaraties/{bericht_id}/stand").text == "0"
        change(busy, "UPDATE job SET voortgang = 25 WHERE bericht_id = :id", id=bericht_id)
        assert browser.get(f"/declaraties/{bericht_id}/stand").text == "25"
        assert "25% is klaar" in browser.get(f"/declaraties/{bericht_id}").text
        drain(busy)
        assert browser.get(f"/declaraties/{bericht_id}/stand").text == "verwerkt"

    @pytest.mark.parametrize(
        ("status", "badge", "words"),
        [
            ("in-verwerking", "In verwerking", "er wordt nu niet aan gewerkt"),
            ("mislukt", "Mislukt", "De beoordeling is niet gelukt."),
        ],
    )
    def test_what_nothing_works_on_says_so(self, status: str, badge: str, words: str, busy: Runtime):
        bericht_id = claim(busy, NEXT)
        change(busy, "DELETE FROM job WHERE bericht_id = :id", id=bericht_id)
        change(busy, "UPDATE bericht SET status = :status WHERE id = :id", id=bericht_id, status=status)
        browser = visitor(busy)
        page = browser.get(f"/declaraties/{bericht_id}").text
        assert words in page
        assert "data-refresh=" not in page
        assert "<h1>" not in page.partition('<div id="stand" data-live>')[0]
        assert badge in rows(browser.get("/declaraties").text, "wachtend-tabel")[0]

    def test_what_failed_says_what_who_looks_can_do(self, busy: Runtime):
        bericht_id = claim(busy, NEXT)
        change(busy, "UPDATE bericht SET status = 'mislukt' WHERE id = :id", id=bericht_id)
        lookers = {
            "laat het opnieuw verwerken": visitor(busy),
            "Een behandelaar kan het bericht opnieuw laten verwerken": visitor(busy, Rol.LEZER, naam="lezer"),
            "de gemeente kan het bericht opnieuw laten verwerken": of_aanbieder(busy, "42420002"),
        }
        for words, browser in lookers.items():
            page = browser.get(f"/declaraties/{bericht_id}").text
            assert [one for one in lookers if one in page] == [words]

    def test_nobody_else_sees_it(self, busy: Runtime):
        bericht_id = claim(busy, NEXT)
        for browser in (visitor(busy, gemeenten=["0505"]), of_aanbieder(busy, "42420001")):
            assert browser.get(f"/declaraties/{bericht_id}").status_code == 404
            assert browser.get(f"/declaraties/{bericht_id}/stand").status_code == 404
            assert "D20180002" not in browser.get("/declaraties").text
