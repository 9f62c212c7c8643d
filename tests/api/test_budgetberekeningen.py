"""A budget over HTTP: the sheet to the letter, who sees which view, and every field that is wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response

from app.iwmo.xsd import Schemas
from app.settings import PROJECT
from app.storage.base import Storage
from tests.e2e.service import BEHEER, Clock, Service, a_runtime, serving

STEENWIJKERLAND, ALBLASSERDAM = "1708", "0482"
WITHOUT_CONTRACT = "42429999"
SERVICEBUREAU = "98000009"
FILES = [
    PROJECT / "fixtures/inrichting" / name
    for name in ("steenwijkerland-2018.yaml", "drechtsteden-2016/0482-alblasserdam.yaml")
]
WORKED = [
    {"productspecificatie": "OZL1", "aantalPerWeek": "5"},
    {"productspecificatie": "OMD3", "aantalPerWeek": "2"},
    {"productspecificatie": "VERVOER", "aantalPerWeek": "1"},
]
ONE_LINE = {
    "productspecificatie": "OZL1",
    "eenheid": "uur",
    "aantalPerWeek": "5",
    "gebruik": "0.65",
    "aantalPerJaar": "169",
    "tariefCenten": 4942,
    "bedragPerJaarCenten": 835198,
}


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """A service that knows one gemeente that calculates and one with arrangementen."""
    clock = Clock()
    with serving(a_runtime(storage, schemas, clock, *FILES), clock) as running:
        yield running


def ask(service: Service, as_: str = STEENWIJKERLAND, query: dict[str, str] | None = None, **body: Any) -> Response:
    """Ask for a budget; of the worked example, as far as the body does not say otherwise."""
    asked = {"gemeente": STEENWIJKERLAND, "peildatum": "2018-01-01", "indicatie": WORKED} | body
    asked = {name: value for name, value in asked.items() if value is not None}
    return service.request("POST", "/v1/budgetberekeningen", as_=as_, json=asked, params=query)


def sheet(response: Response) -> Any:
    """The sheet of a question that is good."""
    assert response.status_code == 200, response.text
    return response.json()


def wrong_fields(response: Response) -> list[str]:
    """The fields of a question that is refused."""
    assert response.status_code == 400, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "/problems/ongeldige-invoer"
    assert all(finding["melding"].endswith(".") for finding in problem["bevindingen"])
    return [finding["pad"] for finding in problem["bevindingen"]]


class TestSheet:
    def test_the_worked_example_to_the_letter(self, service: Service):
        found = sheet(ask(service))
        assert found == {
            "regels": [
                ONE_LINE,
                ONE_LINE
                | {
                    "productspecificatie": "OMD3",
                    "eenheid": "dagdeel",
                    "aantalPerWeek": "2",
                    "aantalPerJaar": "67.6",
                    "tariefCenten": 6031,
                    "bedragPerJaarCenten": 407696,
                },
                ONE_LINE
                | {
                    "productspecificatie": "VERVOER",
                    "eenheid": "etmaal",
                    "aantalPerWeek": "1",
                    "aantalPerJaar": "33.8",
                    "tariefCenten": 1308,
                    "bedragPerJaarCenten": 44210,
                },
            ],
            "bedragPerJaarCenten": 1287104,
            "bedragPerPeriodeCenten": 99008,
            "budgetEuro": 990,
            "product": {"categorie": "02", "code": "02A01"},
            "volume": 990,
        }

    def test_nothing_is_kept(self, service: Service):
        sheet(ask(service))
        assert service.get("/v1/toewijzingen", as_=STEENWIJKERLAND)["resultaten"] == []
        assert service.berichten(as_=STEENWIJKERLAND) == []

    def test_an_arrangement_with_its_opslag(self, service: Service):
        keuze = {"arrangement": {"code": "BG1", "opslag": True}, "indicatie": None}
        found = sheet(ask(service, ALBLASSERDAM, gemeente=ALBLASSERDAM, peildatum="2016-05-01", **keuze))
        assert found == {
            "regels": [],
            "tariefCenten": 31924,
            "opslagCenten": 9001,
            "bedragPerPeriodeCenten": 40925,
            "budgetEuro": 409,
            "product": {"categorie": "02", "code": "02A01"},
            "volume": 409,
        }

    @pytest.mark.parametrize(
        ("product", "aanbieder", "tarief"),
        [("04A01", None, 9450), ("04A06", None, 18828), ("04A01", "98000002", 9200), ("04A01", "98000001", 9450)],
    )
    def test_etmalen(self, service: Service, product: str, aanbieder: str | None, tarief: int):
        etmalen = {"product": product, "aantalPerPeriode": 4}
        found = sheet(ask(service, indicatie=None, etmalen=etmalen, aanbieder=aanbieder))
        assert found == {
            "regels": [],
            "tariefCenten": tarief,
            "bedragPerPeriodeCenten": 4 * tarief,
            "budgetEuro": (4 * tarief + 50) // 100,
            "product": {"categorie": "04", "code": product},
            "volume": 4,
        }


class TestQuantities:
    @pytest.mark.parametrize("written", ['"2.5"', "2.5", "2.50", '"2.500"', "2.500"])
    def test_text_and_numbers_are_exact(self, service: Service, written: str):
        assert self.line(self.raw(service, written))["aantalPerWeek"] == "2.5"

    @pytest.mark.parametrize("written", ["0.1", "0.001", "167.999", "5"])
    def test_a_number_says_the_same_as_text(self, service: Service, written: str):
        beside = '{"productspecificatie": "OMD3", "aantalPerWeek": 2}'
        found = [self.raw(service, one, beside) for one in (written, f'"{written}"')]
        assert sheet(found[0]) == sheet(found[1])

    @pytest.mark.parametrize(
        "written",
        [
            *("0", "-1", "-0.0", "168.001", "1000000000000000000000", "2.0000000000000000000001"),
            *('"0"', '"-1"', '"2,5"', '"1e9"', '"NaN"', '"veel"', '""', "1" * 400, f"0.{'1' * 400}"),
        ],
    )
    def test_what_is_no_sensible_quantity_is_refused(self, service: Service, written: str):
        assert wrong_fields(self.raw(service, written)) == ["indicatie[0].aantalPerWeek"]

    @pytest.mark.parametrize("written", ["true", "null", "[]", "{}", "1e400", "1e1", "1e999999999"])
    def test_another_kind_of_value_is_refused(self, service: Service, written: str):
        assert wrong_fields(self.raw(service, written)) == ["body.indicatie.0.aantalPerWeek"]

    @pytest.mark.parametrize("written", ["NaN", "Infinity", "1" * 5000, "5,5", "0x1", "01", "[" * 30000, '"\udc80"'])
    def test_what_is_no_json_is_refused(self, service: Service, written: str):
        assert wrong_fields(self.raw(service, written)) == ["body"]

    def raw(self, service: Service, written: str, *lines: str) -> Response:
        """Ask with a quantity that is written just so."""
        first = f'{{"productspecificatie": "OZL1", "aantalPerWeek": {written}}}'
        body = f'{{"gemeente": "1708", "peildatum": "2018-01-01", "indicatie": [{", ".join((first, *lines))}]}}'
        headers = {"Content-Type": "application/json"}
        content = body.encode(errors="surrogateescape")
        return service.request("POST", "/v1/budgetberekeningen", as_=STEENWIJKERLAND, content=content, headers=headers)

    def line(self, response: Response) -> Any:
        return sheet(response)["regels"][0]


class TestViews:
    def test_extern_hides_the_usage_and_nothing_else(self, service: Service):
        inside, outside = sheet(ask(service)), sheet(ask(service, query={"weergave": "extern"}))
        for line in inside["regels"]:
            assert line.pop("gebruik") == "0.65"
        assert inside == outside

    @pytest.mark.parametrize("party", ["98000001", SERVICEBUREAU])
    @pytest.mark.parametrize("weergave", ["intern", "extern"])
    def test_an_aanbieder_never_sees_it(self, service: Service, party: str, weergave: str):
        found = sheet(ask(service, party, query={"weergave": weergave}))
        assert found["budgetEuro"] == 990
        assert all("gebruik" not in line for line in found["regels"])

    def test_beheer_manages_what_is_reckoned_with(self, service: Service):
        assert sheet(ask(service, BEHEER))["regels"][0] == ONE_LINE

    def test_another_view_is_refused(self, service: Service):
        assert wrong_fields(ask(service, query={"weergave": "alles"})) == ["query.weergave"]


class TestWhoMayAsk:
    @pytest.mark.parametrize("party", [ALBLASSERDAM, WITHOUT_CONTRACT])
    def test_others_find_nothing(self, service: Service, party: str):
        response = ask(service, party)
        assert (response.status_code, response.json()["type"]) == (404, "/problems/niet-gevonden")

    @pytest.mark.parametrize("party", ["9999", BEHEER])
    def test_a_gemeente_that_is_not_there(self, service: Service, party: str):
        assert ask(service, party, gemeente="9999").status_code == 404

    def test_an_aanbieder_learns_no_tariff_of_another(self, service: Service):
        etmalen = {"indicatie": None, "etmalen": {"product": "04A01", "aantalPerPeriode": 1}}
        assert ask(service, "98000001", aanbieder="98000002", **etmalen).status_code == 404
        assert sheet(ask(service, "98000002", aanbieder="98000002", **etmalen))["tariefCenten"] == 9200
        assert sheet(ask(service, SERVICEBUREAU, aanbieder="42420002", **etmalen))["tariefCenten"] == 9450

    def test_without_key_there_is_no_budget(self, service: Service):
        assert service.client.post("/v1/budgetberekeningen", json={}).status_code == 401


class TestRefused:
    def test_every_field_at_once(self, service: Service):
        lines = [
            {"productspecificatie": "OZL9", "aantalPerWeek": "0"},
            {"productspecificatie": "OZL1", "aantalPerWeek": "veel"},
            {"productspecificatie": "VERBLIJF", "aantalPerWeek": "1"},
        ]
        assert wrong_fields(ask(service, indicatie=lines)) == [
            "indicatie[0].productspecificatie",
            "indicatie[0].aantalPerWeek",
            "indicatie[1].aantalPerWeek",
            "indicatie[2].productspecificatie",
        ]

    def test_what_is_missing_or_misshapen(self, service: Service):
        body = {"gemeente": "17", "peildatum": "2018-02-30", "indicatie": [{"aantalPerWeek": "1"}], "aanbieder": "1"}
        assert sorted(wrong_fields(ask(service, **body))) == [
            "body.aanbieder",
            "body.gemeente",
            "body.indicatie.0.productspecificatie",
            "body.peildatum",
        ]

    @pytest.mark.parametrize(
        "body",
        [
            {"indicatie": None},
            {"etmalen": {"product": "04A01", "aantalPerPeriode": 4}},
            {"arrangement": {"code": "BG1"}, "indicatie": []},
        ],
    )
    def test_one_way_to_a_budget_at_a_time(self, service: Service, body: dict[str, Any]):
        assert wrong_fields(ask(service, **body)) == ["body"]

    @pytest.mark.parametrize(
        ("body", "pad"),
        [
            ({"indicatie": []}, "indicatie"),
            ({"indicatie": WORKED * 34}, "body.indicatie"),
            ({"peildatum": "2017-12-31", "indicatie": WORKED[:1]}, "peildatum"),
            ({"aanbieder": WITHOUT_CONTRACT}, "aanbieder"),
            ({"indicatie": None, "arrangement": {"code": "BG1"}}, "arrangement.code"),
            ({"indicatie": None, "arrangement": {"code": "BG1", "opslag": "ja"}}, "body.arrangement.opslag"),
            ({"indicatie": None, "etmalen": {"product": "04A09", "aantalPerPeriode": 4}}, "etmalen.product"),
            ({"indicatie": None, "etmalen": {"product": "04A01", "aantalPerPeriode": 0}}, "etmalen.aantalPerPeriode"),
        ],
    )
    def test_names_the_field(self, service: Service, body: dict[str, Any], pad: str):
        assert wrong_fields(ask(service, **body)) == [pad]

    @pytest.mark.parametrize("aantal", ["4", 2.5, True, None, 10**30])
    def test_etmalen_are_whole_numbers(self, service: Service, aantal: object):
        etmalen = {"product": "04A01", "aantalPerPeriode": aantal}
        (pad,) = wrong_fields(ask(service, indicatie=None, etmalen=etmalen))
        assert pad.endswith("etmalen.aantalPerPeriode")

    def test_never_repeats_what_was_sent(self, service: Service):
        lines = [{"productspecificatie": "999900006", "aantalPerWeek": "999900006"}]
        assert "999900006" not in ask(service, indicatie=lines, aanbieder="99990000").text
