"""A toekenning that is split, changed and ended later, in both releases; the books follow it all the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.xsd import Schemas
from app.settings import PROJECT
from app.storage.base import Storage
from tests.builders.toekenning import FIRST, SECOND, STEENWIJKERLAND, toekenning_json
from tests.e2e.service import Service, early_2018
from tests.e2e.test_gebroken_periode import count_by_days

FIXTURES = PROJECT / "fixtures" / "inrichting"
DRECHTSTEDEN = "0482"


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """Steenwijkerland, and Drechtsteden with its contracts in release 2.1, early in 2018."""
    with early_2018(storage, schemas) as running:
        yield running


def post(service: Service, path: str, body: Any, *, as_: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    response = service.request("POST", path, as_=as_, content=json.dumps(body), headers=headers)
    assert response.status_code == 201, response.text
    return response.json()


def volumes(service: Service, gemeente: str) -> dict[int, int]:
    """What all toewijzingen together hold in each period."""
    totals: dict[int, int] = {}
    for toewijzing in service.get("/v1/toewijzingen", as_=gemeente)["resultaten"]:
        for row in service.budget(toewijzing["nummer"], as_=gemeente, gemeente=gemeente):
            totals[row["periode"]] = totals.get(row["periode"], 0) + row["toegewezen"]
    return totals


def test_a_toekenning_answers_for_all_that_comes_of_it(service: Service):
    granted = post(service, "/v1/toekenningen", toekenning_json(), as_=STEENWIJKERLAND)
    path = f"/v1/toewijzingen/{STEENWIJKERLAND}"
    asked = {"aanbieder": SECOND, "percentage": "33.3", "vanaf": {"jaar": 2018, "periode": 3}}
    split = post(service, f"{path}/{granted['toewijzingen'][0]['nummer']}/_splits", asked, as_=STEENWIJKERLAND)
    assert [t["omvang"]["volume"] for t in split["toewijzingen"]] == [990, 660, 330]
    assert volumes(service, STEENWIJKERLAND) == dict.fromkeys(range(1, 14), 990)

    ended = {"einddatum": "2018-07-15", "redenWijziging": "09", "samenvoegen": True}
    part = split["toewijzingen"][2]["nummer"]
    post(service, f"{path}/{part}/_beeindig", ended, as_=STEENWIJKERLAND)
    assert volumes(service, STEENWIJKERLAND) == dict.fromkeys(range(1, 14), 990)

    again = service.get(f"/v1/toekenningen/{granted['id']}", as_=STEENWIJKERLAND)
    assert again["berekening"] == granted["berekening"]
    assert len(again["toewijzingen"]) == 4
    for bericht in split["berichten"]:
        message = service.read(bericht["xml"].encode())
        assert isinstance(message, Toewijzingsbericht)
        beschikking = message.clienten[0].beschikking
        assert beschikking.commentaar == f"Toekenning {granted['id']}"
    assert service.check_outgoing([FIRST, SECOND]) == {"WMO301"}


def test_by_days_a_toekenning_for_two_is_the_whole(service: Service, tmp_path: Path):
    count_by_days(service, STEENWIJKERLAND, tmp_path)
    tweede = {"agb": SECOND, "budgetPerPeriode": 300}
    asked = toekenning_json(ingangsdatum="2018-01-16", tweedeAanbieder=tweede)
    both = post(service, "/v1/toekenningen", asked, as_=STEENWIJKERLAND)["toewijzingen"]
    rows = [service.budget(t["nummer"], as_=STEENWIJKERLAND, gemeente=STEENWIJKERLAND)[:2] for t in both]
    # 13 of 28 days: 320.36 and 139.29 of 459.64
    assert [[row["toegewezen"] for row in budget] for budget in rows] == [[320, 690], [140, 300]]


def test_by_days_the_parts_are_the_whole_through_every_act(service: Service, tmp_path: Path):
    count_by_days(service, STEENWIJKERLAND, tmp_path)
    asked = toekenning_json(ingangsdatum="2018-01-16", einddatum="2018-12-15", resultaten=[])
    (granted,) = post(service, "/v1/toekenningen", asked, as_=STEENWIJKERLAND)["toewijzingen"]
    path, whole = f"/v1/toewijzingen/{STEENWIJKERLAND}", volumes(service, STEENWIJKERLAND)
    assert (whole[1], whole[13]) == (460, 460)  # 13 of 28 days
    split = {"aanbieder": SECOND, "budgetPerPeriode": 300, "vanaf": {"jaar": 2018, "periode": 1}}
    *_, second = post(service, f"{path}/{granted['nummer']}/_splits", split, as_=STEENWIJKERLAND)["toewijzingen"]
    assert volumes(service, STEENWIJKERLAND) == whole
    rows = service.budget(second["nummer"], as_=STEENWIJKERLAND, gemeente=STEENWIJKERLAND)
    assert (rows[0]["toegewezen"], rows[-1]["toegewezen"]) == (140, 140)  # by itself 139.29
    ended = {"einddatum": "2018-07-15", "redenWijziging": "09", "samenvoegen": True}
    post(service, f"{path}/{second['nummer']}/_beeindig", ended, as_=STEENWIJKERLAND)
    assert volumes(service, STEENWIJKERLAND) == whole


def test_goes_out_in_the_release_of_each_contract(service: Service):
    asked = toekenning_json(
        gemeente=DRECHTSTEDEN,
        indicatie=None,
        arrangement={"code": "BG2", "opslag": True},
        ingangsdatum="2016-03-28",
        einddatum="2016-12-31",
        resultaten=[],
        aanbieder="42420001",
    )
    granted = post(service, "/v1/toekenningen", asked, as_=DRECHTSTEDEN)
    before = volumes(service, DRECHTSTEDEN)
    path = f"/v1/toewijzingen/{DRECHTSTEDEN}/{granted['toewijzingen'][0]['nummer']}"
    asked = {"aanbieder": "42420002", "budgetPerPeriode": 222, "vanaf": {"jaar": 2016, "periode": 6}}
    split = post(service, f"{path}/_splits", asked, as_=DRECHTSTEDEN)
    assert [bericht["release"] for bericht in split["berichten"]] == ["2.1", "2.1"]
    assert service.check_outgoing(["42420001", "42420002"]) == {"WMO301"}
    assert volumes(service, DRECHTSTEDEN) == before
