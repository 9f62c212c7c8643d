"""After any acts on what came of a toekenning: the whole, no more, and no deadline after the end of its toewijzing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from app.domain.cak_periode import seeded_cak_perioden
from app.iwmo.xsd import Schemas
from app.settings import PROJECT
from app.storage.base import Storage
from tests.builders.toekenning import FIRST, SECOND, STEENWIJKERLAND, toekenning_json
from tests.e2e.service import Clock, Service, a_runtime, serving

LASTS = [periode.einddatum for periode in seeded_cak_perioden() if periode.jaar == 2018]
AANBIEDERS = (FIRST, SECOND, "42420001", "42420002")
WHOLE = 990
ACTS = 25
SEEDS = (2, 4, 8)


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """Steenwijkerland on Tuesday 2 January 2018."""
    clock = Clock()
    clock.today = date(2018, 1, 2)
    inrichting = PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"
    with serving(a_runtime(storage, schemas, clock, inrichting), clock) as running:
        yield running


def post(service: Service, path: str, body: dict[str, Any]) -> bool:
    headers = {"Content-Type": "application/json"}
    response = service.request("POST", path, as_=STEENWIJKERLAND, content=json.dumps(body), headers=headers)
    assert response.status_code in {201, 400}, response.text
    return response.status_code == 201


def toewijzingen(service: Service) -> list[dict[str, Any]]:
    return service.get("/v1/toewijzingen", as_=STEENWIJKERLAND, limiet=500)["resultaten"]


def any_act(service: Service, random: Random) -> str:
    """One act of any kind, right or wrong; its name when it was done."""
    one = random.choice([one for one in toewijzingen(service) if one["redenWijziging"] != "01"])
    running = [last for last in LASTS if one["ingangsdatum"] <= last.isoformat() <= one["einddatum"]]
    last = random.choice(running if running and random.random() < 0.6 else LASTS)
    day = last - timedelta(days=random.choice((0, 0, 0, 5)))
    vanaf = {"jaar": 2018, "periode": LASTS.index(last) + 1}
    einddatum = {"einddatum": day.isoformat(), "redenWijziging": random.choice(("05", "09"))}
    split = {"aanbieder": random.choice(AANBIEDERS), "budgetPerPeriode": random.randint(1, 400), "vanaf": vanaf}
    act, body = random.choice(
        [("_splits", split), ("_beeindig", einddatum), ("_beeindig", einddatum | {"samenvoegen": True})]
    )
    done = post(service, f"/v1/toewijzingen/{STEENWIJKERLAND}/{one['nummer']}/{act}", body)
    later = act == "_beeindig" and "samenvoegen" not in body and body["einddatum"] > one["einddatum"]
    return ("langer" if later else act) if done else "geweigerd"


def check(service: Service) -> int:
    """How many deadlines lapsed; after looking at every room and every deadline."""
    rooms: Counter[int] = Counter()
    einddatum = {str(one["nummer"]): one["einddatum"] for one in toewijzingen(service)}
    for nummer in einddatum:
        for row in service.budget(int(nummer), as_=STEENWIJKERLAND, gemeente=STEENWIJKERLAND):
            rooms[row["periode"]] += row["toegewezen"]
    assert max(rooms.values()) <= WHOLE
    rows = service.get("/v1/rapportages/termijnen", as_=STEENWIJKERLAND, limiet=500)["resultaten"]
    own = [row for row in rows if row["toewijzing"] is not None]
    for row in own:
        assert (row["status"] == "vervallen") or row["datum"] <= einddatum[row["toewijzing"]], row
    return sum(row["status"] == "vervallen" for row in own)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_whole_is_never_exceeded_and_no_deadline_is_left_behind(seed: int, service: Service):
    random = Random(seed)
    assert post(service, "/v1/toekenningen", toekenning_json())
    done: Counter[str] = Counter()
    lapsed = 0
    for _ in range(ACTS):
        done[any_act(service, random)] += 1
        lapsed = max(lapsed, check(service))
    quiet = "the session is too quiet to prove anything"
    assert min(done["_splits"], done["_beeindig"]) >= 2 and lapsed, quiet  # noqa: PT018 - one reason
