"""Toewijzingen as the API shows them: the fields of the contract, versions newest first, the budget by period."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.toewijzing import Omvang
from tests.builders import AANBIEDER, BSN_X, GEMEENTE, OTHER_AANBIEDER, P1, a_product
from tests.e2e.notation import D, line, message_301, message_303, second_version, toewijzing
from tests.e2e.service import Service

STATE = {
    "gemeente",
    "nummer",
    "aanbieder",
    "product",
    "ingangsdatum",
    "einddatum",
    "omvang",
    "redenWijziging",
    "onderaannemer",
    "onderaannemers",
}
ROW = {
    "jaar",
    "periode",
    "begindatum",
    "einddatum",
    "toegewezen",
    "gedeclareerd",
    "resterend",
    "toegekendCenten",
}
T = toewijzing(1001, 850)


NEWER = second_version(T, "2019-06-01", einddatum=None)


def assign(service: Service, identificatie: str, *producten: Any) -> dict[str, Any]:
    """The bericht of a new 301."""
    return service.accept(message_301(identificatie, "2019-06-02", *producten), as_=GEMEENTE)


class TestOne:
    def test_has_the_fields_of_the_contract(self, service: Service):
        bericht = assign(service, "A1", T)
        found = service.get("/v1/toewijzingen/0384/1001")
        assert set(found) == STATE | {"versies", "_links"}
        assert {name: found[name] for name in STATE} == {
            "gemeente": GEMEENTE,
            "nummer": 1001,
            "aanbieder": AANBIEDER,
            "product": {"categorie": "02", "code": "02A01"},
            "ingangsdatum": "2019-05-20",
            "einddatum": "2019-09-08",
            "omvang": {"volume": 850, "eenheid": "82", "frequentie": "3"},
            "redenWijziging": None,
            "onderaannemer": None,
            "onderaannemers": [],
        }
        (versie,) = found["versies"]
        assert set(versie) >= STATE
        assert {name: versie[name] for name in STATE} == {name: found[name] for name in STATE}
        assert versie["_links"]["bericht"] == bericht["_links"]["self"]
        assert bericht["_links"]["toewijzingen"] == [found["_links"]["self"]]

    def test_has_its_versions_newest_first(self, service: Service):
        older, newer = assign(service, "A1", T), assign(service, "A2", NEWER)
        found = service.get("/v1/toewijzingen/0384/1001")
        assert (found["einddatum"], found["redenWijziging"]) == (None, "01")
        assert [versie["einddatum"] for versie in found["versies"]] == [None, "2019-09-08"]
        links = [versie["_links"]["bericht"] for versie in found["versies"]]
        assert links == [newer["_links"]["self"], older["_links"]["self"]]
        assert not any(versie["vervallen"] for versie in found["versies"])

    def test_has_its_versions_newest_first_whatever_came_first(self, service: Service):
        assign(service, "A2", NEWER)
        assign(service, "A1", T)
        found = service.get("/v1/toewijzingen/0384/1001")
        assert [versie["einddatum"] for versie in found["versies"]] == [None, "2019-09-08"]
        assert found["einddatum"] is None

    def test_names_no_client(self, service: Service):
        assign(service, "A1", T)
        text = str(service.get("/v1/toewijzingen/0384/1001")) + str(service.budget(1001))
        assert BSN_X not in text
        assert "Testmans" not in text

    def test_is_shown_to_its_aanbieder(self, service: Service):
        assign(service, "A1", T)
        own, other = (
            service.request("GET", "/v1/toewijzingen/0384/1001", as_=party) for party in (AANBIEDER, OTHER_AANBIEDER)
        )
        assert (own.status_code, other.status_code) == (200, 404)
        assert own.json() == service.get("/v1/toewijzingen/0384/1001")

    @pytest.mark.parametrize("name", ["01001", "1001.0", "1e3", "+1001", "1001%20", "1001/"])
    def test_has_one_name(self, name: str, service: Service):
        assign(service, "A1", T)
        answer = service.request("GET", f"/v1/toewijzingen/0384/{name}", as_=GEMEENTE)
        assert answer.status_code == 404

    def test_in_a_list_is_the_same(self, service: Service):
        assign(service, "A1", T)
        assert service.get("/v1/toewijzingen")["resultaten"] == [service.get("/v1/toewijzingen/0384/1001")]


class TestBudget:
    def test_has_a_row_for_each_period_in_order(self, service: Service):
        assign(service, "A1", T)
        page = service.get("/v1/toewijzingen/0384/1001/budget")
        rows = page["resultaten"]
        assert page["_links"] == {"self": {"href": "/v1/toewijzingen/0384/1001/budget"}, "next": None}
        assert all(set(row) == ROW for row in rows)
        assert [(row["jaar"], row["periode"]) for row in rows] == [(2019, 6), (2019, 7), (2019, 8), (2019, 9)]
        assert rows[0] == {
            "jaar": 2019,
            "periode": 6,
            "begindatum": "2019-05-20",
            "einddatum": "2019-06-16",
            "toegewezen": 850,
            "gedeclareerd": 0,
            "resterend": 850,
            "toegekendCenten": 0,
        }

    def test_counts_what_was_granted(self, service: Service):
        assign(service, "A1", T)
        goed, fout = line("R1", 1001, P1, 600, 100, D(60000)), line("R2", 1001, P1, 300, 100, D(30000))
        service.accept(message_303("F1", P1, "2019-06-20", goed, fout), as_=AANBIEDER)
        first, *later = service.budget(1001, as_=AANBIEDER)
        assert (first["gedeclareerd"], first["resterend"], first["toegekendCenten"]) == (600, 250, 60000)
        assert {row["gedeclareerd"] for row in later} == {0}

    @pytest.mark.parametrize(
        ("frequentie", "periods"),
        [
            (Frequentie.PER_MAAND, [5, 6, 7, 8, 9]),
            (Frequentie.PER_JAAR, [None]),
            (Frequentie.TOTAAL, [None]),
        ],
    )
    def test_names_a_period_only_where_there_is_one(
        self, frequentie: Frequentie, periods: list[int | None], service: Service
    ):
        omvang = Omvang(volume=850, eenheid=Eenheid.STUKS, frequentie=frequentie)
        assign(service, "A1", toewijzing(1001, 850, omvang=omvang))
        rows = service.budget(1001)
        assert [row.get("periode") for row in rows] == periods
        assert all(("periode" in row) == (frequentie is Frequentie.PER_MAAND) for row in rows)
        assert all(set(row) | {"periode"} == ROW for row in rows)

    def test_without_omvang(self, service: Service):
        assign(service, "A1", toewijzing(1001, 850, product=a_product("02", None), omvang=None))
        assert service.get("/v1/toewijzingen/0384/1001")["omvang"] is None
        assert service.budget(1001) == []
