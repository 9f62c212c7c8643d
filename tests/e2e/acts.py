"""Acts on a running toewijzing over HTTP, and the claims that follow."""

from __future__ import annotations

import json
from typing import Any

from app.domain.toewijzing import ToegewezenProduct, Toewijzingsbericht
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER
from tests.e2e.notation import D, line, message_303
from tests.e2e.service import Service

UNCONTRACTED = "42420009"
P2_NAME, P3_NAME = {"jaar": 2019, "periode": 7}, {"jaar": 2019, "periode": 8}


def post(service: Service, act: str, body: Any, *, nummer: Any = 1001, as_: str = GEMEENTE, **more: Any):
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": more.pop("key")} if "key" in more else {})
    path = f"/v1/toewijzingen/{more.pop('gemeente', GEMEENTE)}/{nummer}/{act}"
    return service.request("POST", path, as_=as_, content=json.dumps(body), headers=headers, params=more or None)


def done(service: Service, act: str, body: Any, **more: Any) -> dict[str, Any]:
    response = post(service, act, body, **more)
    assert response.status_code == 201, response.text
    return response.json()


def refused(service: Service, act: str, body: Any, *, status: int = 400, **more: Any) -> dict[str, Any]:
    response = post(service, act, body, **more)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()


def a_split(**changes: Any) -> dict[str, Any]:
    return {"aanbieder": OTHER_AANBIEDER, "budgetPerPeriode": 300, "vanaf": P3_NAME} | changes


def facts(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (t["aanbieder"], t["omvang"]["volume"], t["ingangsdatum"], t["einddatum"], t["redenWijziging"])
        for t in answer["toewijzingen"]
    ]


def numbers(answer: dict[str, Any]) -> list[int]:
    return [t["nummer"] for t in answer["toewijzingen"]]


def products(service: Service, bericht: dict[str, Any], party: str) -> list[ToegewezenProduct]:
    message = service.read(service.xml(bericht["id"], as_=party))
    assert isinstance(message, Toewijzingsbericht)
    (client,) = message.clienten
    return list(client.beschikking.toegewezen_producten)


def claim(service: Service, nummer: int, volume: int, periode: Any, name: str, *, as_: str = AANBIEDER) -> str:
    """The first code in the header of the 304 on a debit."""
    one = line(f"R{name}", nummer, periode, volume, 100, D(volume * 100))
    message = message_303(f"F{name}", periode, "2019-09-10", one, aanbieder=as_)
    return service.read304(service.accept(message, as_=as_), as_=as_).header.retour_codes[0]


def state(service: Service) -> Any:
    """Everything that an act may change."""
    toewijzingen = service.get("/v1/toewijzingen", limiet=500)["resultaten"]
    berichten = [bericht["id"] for bericht in service.berichten()]
    return toewijzingen, berichten, [len(service.postbus(as_=party)) for party in (GEMEENTE, AANBIEDER)]
