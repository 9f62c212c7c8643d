"""Declaraties as the API shows them: the fields of the contract, what became of every line, filters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import AANBIEDER, BSN_X, GEMEENTE, OTHER_AANBIEDER, P1, P2, a_declaratie
from tests.e2e.notation import C, D, line, message_301, message_303, toewijzing
from tests.e2e.service import Service

HEAD = {
    "id",
    "factuurnummer",
    "aanbieder",
    "gemeente",
    "vorm",
    "periode",
    "status",
    "ingediendCenten",
    "toegekendCenten",
    "retourcodes",
    "_links",
}
LINE = {
    "referentieNummer",
    "vorigReferentieNummer",
    "toewijzingNummer",
    "product",
    "begindatum",
    "einddatum",
    "volume",
    "eenheid",
    "bedragCenten",
    "uitkomst",
    "toegekendCenten",
    "gemeenteBerekendCenten",
    "retourcodes",
    "bevindingen",
}


@pytest.fixture
def service(service: Service) -> Service:
    """A service that knows toewijzing 1001 of 850 per period."""
    service.accept(message_301("A1", "2019-05-14", toewijzing(1001, 850)), as_=GEMEENTE)
    return service


def claim(service: Service, nummer: str, *lines: Any, dag: str = "2019-06-20", periode: Any = P1) -> dict[str, Any]:
    """The declaratie of a new 303."""
    bericht = service.accept(message_303(nummer, periode, dag, *lines), as_=AANBIEDER)
    return service.get(bericht["_links"]["declaratie"]["href"], as_=AANBIEDER)


class TestOne:
    def test_has_the_fields_of_the_contract(self, service: Service):
        found = claim(service, "F1", line("R1", 1001, P1, 850, 100, D(85000)))
        assert set(found) == HEAD | {"regels"}
        assert found["periode"] == {"begindatum": "2019-05-20", "einddatum": "2019-06-16"}
        assert (found["factuurnummer"], found["aanbieder"], found["gemeente"]) == ("F1", AANBIEDER, GEMEENTE)
        assert (found["ingediendCenten"], found["toegekendCenten"], found["retourcodes"]) == (85000, 85000, ["8001"])
        (regel,) = found["regels"]
        assert set(regel) == LINE
        assert {name: regel[name] for name in LINE - {"bevindingen", "retourcodes"}} == {
            "referentieNummer": "R1",
            "vorigReferentieNummer": None,
            "toewijzingNummer": 1001,
            "product": {"categorie": "02", "code": "02A01"},
            "begindatum": "2019-05-20",
            "einddatum": "2019-06-16",
            "volume": 850,
            "eenheid": "82",
            "bedragCenten": 85000,
            "uitkomst": "toegekend",
            "toegekendCenten": 85000,
            "gemeenteBerekendCenten": 85000,
        }
        assert regel["bevindingen"] == []

    def test_says_why_a_line_was_refused(self, service: Service):
        goed, fout = line("R1", 1001, P1, 600, 100, D(60000)), line("R2", 1001, P1, 300, 100, D(30000))
        found = claim(service, "F1", goed, fout)
        assert (found["ingediendCenten"], found["toegekendCenten"]) == (90000, 60000)
        granted, refused = found["regels"]
        assert (granted["uitkomst"], granted["retourcodes"]) == ("toegekend", [])
        assert (refused["uitkomst"], refused["toegekendCenten"]) == ("afgewezen", 0)
        assert refused["retourcodes"] == ["9322"]
        assert refused["gemeenteBerekendCenten"] == 25000
        (finding,) = refused["bevindingen"]
        assert (finding["retourcode"], finding["ernst"]) == ("9322", "fout")
        assert "Prestatie[2]" in finding["pad"]
        assert finding["regelnummer"] > 1

    def test_has_signed_amounts(self, service: Service):
        claim(service, "F1", line("R1", 1001, P1, 850, 100, D(85000)))
        credit = line("R2", 1001, P1, 850, 100, C(85000), vorig="R1")
        found = claim(service, "F2", credit, dag="2019-06-20")
        assert (found["ingediendCenten"], found["toegekendCenten"]) == (-85000, -85000)
        (regel,) = found["regels"]
        assert (regel["bedragCenten"], regel["toegekendCenten"]) == (-85000, -85000)
        assert regel["vorigReferentieNummer"] == "R1"

    def test_that_was_refused_as_a_whole_has_no_lines(self, service: Service):
        wrong = replace(a_declaratie().header, declaratie_factuur_totaal_bedrag=D(85001))
        bericht = service.accept(replace(a_declaratie(), header=wrong), as_=AANBIEDER)
        assert bericht["status"] == "afgekeurd"
        found = service.get(bericht["_links"]["declaratie"]["href"])
        assert (found["status"], found["retourcodes"], found["regels"]) == ("afgekeurd", ["0001"], [])
        assert found["toegekendCenten"] == 0

    def test_is_linked_with_its_bericht(self, service: Service):
        found = claim(service, "F1", line("R1", 1001, P1, 850, 100, D(85000)))
        bericht = service.get(found["_links"]["bericht"]["href"], as_=AANBIEDER)
        assert (bericht["soort"], bericht["identificatie"]) == ("WMO303", "F1")
        assert bericht["_links"]["declaratie"] == found["_links"]["self"] == {"href": f"/v1/declaraties/{found['id']}"}

    def test_names_no_client(self, service: Service):
        text = str(claim(service, "F1", line("R1", 1001, P1, 850, 100, D(85000)), line("R2", 1, P1, 1, 1, D(1))))
        assert BSN_X not in text
        assert "Testmans" not in text

    def test_with_a_used_number_on_an_unknown_toewijzing(self, service: Service):
        """0551 stops the other checks of a line, so a used ReferentieNummer is not mentioned, and not an error."""
        for number in (1, 2):
            found = claim(service, f"F{number}", line("R1", 4711, P1, 1, 100, D(100)))
            assert [regel["retourcodes"] for regel in found["regels"]] == [["0551"]]
        (used,) = claim(service, "F3", line("R1", 1001, P1, 1, 100, D(100)))["regels"]
        assert "8021" in used["retourcodes"]


class TestList:
    def test_has_the_fields_of_the_contract_but_no_lines(self, service: Service):
        claim(service, "F1", line("R1", 1001, P1, 850, 100, D(85000)))
        (row,) = service.get("/v1/declaraties")["resultaten"]
        assert set(row) == HEAD

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("aanbieder=42420001", ["F3", "F2", "F1"]),
            ("aanbieder=42420002", []),
            ("status=verwerkt", ["F2", "F1"]),
            ("status=afgekeurd", ["F3"]),
            ("jaar=2019", ["F3", "F2", "F1"]),
            ("jaar=2018", []),
            ("jaar=2019&periode=6", ["F3", "F1"]),
            ("jaar=2019&periode=7", ["F2"]),
            ("jaar=2019&periode=7&status=afgekeurd", []),
        ],
    )
    def test_may_be_narrowed(self, query: str, found: list[str], service: Service):
        service.clock.today = P2.einddatum + timedelta(days=1)
        claim(service, "F1", line("R1", 1001, P1, 100, 100, D(10000)))
        claim(service, "F2", line("R2", 1001, P2, 100, 100, D(10000)), periode=P2, dag="2019-07-15")
        wrong = message_303("F3", P1, "2019-06-20", line("R3", 1001, P1, 100, 100, D(10000)))
        header = replace(wrong.header, declaratie_factuur_totaal_bedrag=D(1))
        service.accept(replace(wrong, header=header), as_=AANBIEDER)
        rows = service.get(f"/v1/declaraties?{query}")["resultaten"]
        assert [row["factuurnummer"] for row in rows] == found

    def test_of_a_period_without_its_year(self, service: Service):
        problem = service.request("GET", "/v1/declaraties?periode=1", as_=GEMEENTE)
        assert (problem.status_code, problem.json()["type"]) == (400, "/problems/ongeldige-invoer")

    def test_is_for_its_parties(self, service: Service):
        claim(service, "F1", line("R1", 1001, P1, 850, 100, D(85000)))
        assert len(service.get("/v1/declaraties", as_=AANBIEDER)["resultaten"]) == 1
        assert service.get("/v1/declaraties", as_=OTHER_AANBIEDER)["resultaten"] == []
