"""What a toekenning may hold at its limits, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from app.iwmo.xsd import Schemas
from app.settings import PROJECT
from app.storage.base import Storage
from tests.builders.toekenning import SECOND, STEENWIJKERLAND, toekenning_json
from tests.e2e.service import Clock, Service, a_runtime, serving
from tests.e2e.test_gebroken_periode import count_by_days


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """Steenwijkerland on Tuesday 2 January 2018."""
    clock = Clock()
    clock.today = date(2018, 1, 2)
    inrichting = PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"
    with serving(a_runtime(storage, schemas, clock, inrichting), clock) as running:
        yield running


def post(service: Service, path: str = "/v1/toekenningen", **body: Any) -> Response:
    headers = {"Content-Type": "application/json"}
    return service.request("POST", path, as_=STEENWIJKERLAND, content=json.dumps(body), headers=headers)


def grant(service: Service, **changes: Any) -> Response:
    return post(service, **toekenning_json(**changes))


def beschikking(**changes: Any) -> dict[str, Any]:
    return {"beschikkingNummer": 70001, "afgiftedatum": "2018-01-01"} | changes


def resultaat(omschrijving: str) -> list[dict[str, Any]]:
    (given,) = toekenning_json()["resultaten"]
    return [given | {"omschrijving": omschrijving}]


class TestBeschikking:
    @pytest.mark.parametrize("afgiftedatum", ["1899-12-31", "2019-01-04", "0001-01-01", "9999-12-31"])
    def test_of_another_age_is_refused(self, afgiftedatum: str, service: Service):
        response = grant(service, beschikking=beschikking(afgiftedatum=afgiftedatum))
        (finding,) = response.json()["bevindingen"]
        assert (response.status_code, finding["pad"]) == (400, "beschikking.afgiftedatum")
        assert finding["waarden"] == {"afgiftedatum": afgiftedatum, "uiterlijk": "2019-01-03"}

    @pytest.mark.parametrize("afgiftedatum", ["1900-01-01", "2019-01-03"])
    def test_at_the_limits_is_good(self, afgiftedatum: str, service: Service):
        assert grant(service, beschikking=beschikking(afgiftedatum=afgiftedatum)).status_code == 201

    @pytest.mark.parametrize(("nummer", "status"), [(0, 400), (-1, 400), (1, 201)])
    def test_has_a_number(self, nummer: int, status: int, service: Service):
        assert grant(service, beschikking=beschikking(beschikkingNummer=nummer)).status_code == status


@pytest.mark.parametrize(
    ("omschrijving", "status"), [(" ", 400), ("\t\n \u00a0", 400), ("", 400), (" x ", 201), ("twee\nregels", 201)]
)
def test_a_result_says_something(omschrijving: str, status: int, service: Service):
    assert grant(service, resultaten=resultaat(omschrijving)).status_code == status


def test_by_days_a_period_of_which_nothing_is_left_is_a_row(service: Service, tmp_path: Path):
    count_by_days(service, STEENWIJKERLAND, tmp_path)
    etmalen = {"product": "04A01", "aantalPerPeriode": 4}
    asked = {"indicatie": None, "etmalen": etmalen, "ingangsdatum": "2018-01-26", "resultaten": []}
    (granted,) = grant(service, **asked).json()["toewijzingen"]
    rows = service.budget(granted["nummer"], as_=STEENWIJKERLAND, gemeente=STEENWIJKERLAND)
    assert [(row["periode"], row["toegewezen"]) for row in rows][:2] == [(1, 0), (2, 4)]
    assert len(rows) == 13


def test_the_deadlines_of_a_part_that_ends_before_them_lapse_at_once(service: Service):
    """A split in the days before an earlier split: both parts end halfway the year, the evaluation comes after it."""
    (granted,) = grant(service).json()["toewijzingen"]
    path = f"/v1/toewijzingen/{STEENWIJKERLAND}/{granted['nummer']}/_splits"
    for aanbieder, periode in ((SECOND, 6), ("42420002", 4)):
        vanaf = {"jaar": 2018, "periode": periode}
        answer = post(service, path, aanbieder=aanbieder, budgetPerPeriode=300, vanaf=vanaf)
        assert answer.status_code == 201, answer.text
    rows = service.get("/v1/rapportages/termijnen", as_=STEENWIJKERLAND)["resultaten"]
    found = {row["toewijzing"]: row for row in rows if row["soort"] == "evaluatie"}
    part = found[str(answer.json()["toewijzingen"][2]["nummer"])]
    assert (part["status"], part["vervallenReden"]) == ("vervallen", "eindigt-eerder")
    assert [row["status"] for row in found.values()].count("open") == 2
