"""Who may do what: every role on every route; what one may not see is what does not exist."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.iwmo.releases import write
from tests.builders import (
    AANBIEDER,
    BSN_X,
    BSN_Y,
    GEMEENTE,
    OTHER_AANBIEDER,
    P1,
    P4,
    a_declaratie,
    a_toewijzingsbericht,
)
from tests.e2e.service import ADAPTER, BEHEER, Service

OTHER_GEMEENTE = "1708"
CALLERS = (GEMEENTE, AANBIEDER, OTHER_GEMEENTE, OTHER_AANBIEDER, BEHEER, None)
UNKNOWN = "00000000-0000-7000-8000-000000000000"

# Per operation, in the order of CALLERS: the gemeente and aanbieder of the berichten, two strangers, beheer, no key.
OPEN = (200, 200, 200, 200, 200, 200)
LISTS = (200, 200, 200, 200, 404, 401)
OWN = (200, 200, 404, 404, 404, 401)
EVERY_KEY = (200, 200, 200, 200, 200, 401)
ONLY_BEHEER = (404, 404, 404, 404, 200, 401)
NOWHERE = (404, 404, 404, 404, 404, 401)  # an id that does not exist; own ones are in tests/e2e
NOWHERE_TO_WRITE = (404, 404, 404, 404, 403, 401)
EXPECTED: dict[str, tuple[int, ...]] = {
    "GET /healthz": OPEN,
    "GET /readyz": OPEN,
    "POST /berichten": (200, 403, 403, 403, 403, 401),  # the 301 that the gemeente sent before
    "POST /berichten/_controleer": (200, 403, 403, 403, 403, 401),
    "POST /berichten/_zoek": LISTS,
    "GET /berichten": LISTS,
    "GET /berichten/{id}": OWN,
    "GET /berichten/{id}/xml": OWN,
    "POST /berichten/{id}/_opnieuw": (409, 403, 404, 403, 403, 401),  # its aanbieder fetches it
    "GET /postbus": LISTS,
    "POST /postbus/{id}/_ontvangen": (404, 200, 404, 404, 403, 401),  # a 301 lies with its aanbieder
    "GET /toewijzingen": LISTS,
    "GET /toewijzingen/{gemeente}/{nummer}": OWN,
    "GET /toewijzingen/{gemeente}/{nummer}/budget": OWN,
    "POST /toewijzingen/{gemeente}/{nummer}/_wijzig": (201, 403, 404, 403, 403, 401),
    "POST /toewijzingen/{gemeente}/{nummer}/_beeindig": (201, 403, 404, 403, 403, 401),
    "POST /toewijzingen/{gemeente}/{nummer}/_splits": (201, 403, 404, 403, 403, 401),
    "POST /budgetberekeningen": (200, 200, 404, 200, 200, 401),
    "POST /toekenningen": (201, 403, 403, 403, 403, 401),
    "GET /toekenningen/{id}": NOWHERE,
    "GET /toekenningen/{id}/beschikking": NOWHERE,
    "GET /rapportages/termijnen": LISTS,
    "POST /rapportages/termijnen/{id}/_gehaald": NOWHERE_TO_WRITE,
    "GET /declaraties": LISTS,
    "GET /declaraties/{id}": OWN,
    "GET /aansluitingen": ONLY_BEHEER,
    "GET /metrics": ONLY_BEHEER,
    "GET /cak-perioden/{jaar}": EVERY_KEY,
    "GET /producten": EVERY_KEY,
    "GET /contracten": EVERY_KEY,
    "GET /retourcodes/{code}": EVERY_KEY,
}
ETMALEN: dict[str, object] = {"gemeente": GEMEENTE, "etmalen": {"product": "04A01", "aantalPerPeriode": 4}}
NAAM_EN_ADRES: dict[str, object] = {
    "naam": {"achternaam": "Voorbeeld", "voorletters": "A"},
    "adres": {"straatnaam": "Teststraat", "huisnummer": 1, "postcode": "1234AB", "plaatsnaam": "Testdorp"},
}
TOEKENNING = ETMALEN | {
    "client": {"bsn": BSN_Y, "geboortedatum": "1985-01-08", "geslacht": "1", **NAAM_EN_ADRES},
    "beschikking": {"beschikkingNummer": 1, "afgiftedatum": "2019-05-20"},
    "ingangsdatum": P1.begindatum.isoformat(),
    "einddatum": P4.einddatum.isoformat(),
    "resultaten": [],
    "aanbieder": AANBIEDER,
}
VANAF = {"jaar": 2019, "periode": 8}
JSON_SENT: dict[str, dict[str, object]] = {
    "POST /toewijzingen/{gemeente}/{nummer}/_wijzig": {"volume": 900, "vanaf": VANAF},
    "POST /toewijzingen/{gemeente}/{nummer}/_beeindig": {"einddatum": "2019-07-14", "redenWijziging": "02"},
    "POST /toewijzingen/{gemeente}/{nummer}/_splits": {
        "aanbieder": OTHER_AANBIEDER,
        "budgetPerPeriode": 300,
        "vanaf": VANAF,
    },
    "POST /budgetberekeningen": ETMALEN | {"peildatum": "2019-05-20"},
    "POST /toekenningen": TOEKENNING,
}
SENT = {
    "POST /berichten": (write(a_toewijzingsbericht(), "2.3"), "application/xml"),
    "POST /berichten/_controleer": (write(a_toewijzingsbericht(), "2.3"), "application/xml"),
    "POST /berichten/_zoek": (f'{{"bsn": "{BSN_X}"}}'.encode(), "application/json"),
    **{operation: (json.dumps(body).encode(), "application/json") for operation, body in JSON_SENT.items()},
}


def ask(service: Service, operation: str, caller: str | None, ids: dict[str, str]) -> Any:
    """The answer to an operation on what is known."""
    method, _, path = operation.partition(" ")
    bericht = ids["declaratie"] if path.startswith("/declaraties") else ids["301"]
    if EXPECTED[operation] in {NOWHERE, NOWHERE_TO_WRITE}:
        bericht = "4711" if path.startswith("/rapportages") else UNKNOWN
    path = path.format(id=bericht, gemeente=GEMEENTE, nummer=1001, jaar=2019, code="9321")
    prefix = "" if path in {"/healthz", "/readyz", "/metrics"} else "/v1"
    headers = {} if caller is None else {"Authorization": f"Bearer {service.key(caller)}"}
    body, kind = SENT.get(operation, (None, None))
    if kind:
        headers["Content-Type"] = kind
    return service.client.request(method, prefix + path, headers=headers, content=body)


def test_every_operation_is_here(service: Service):
    paths = service.client.get("/v1/openapi.json").json()["paths"]
    described = {f"{method.upper()} {path}" for path, item in paths.items() for method in item if method != "servers"}
    assert described == set(EXPECTED)


@pytest.mark.parametrize("operation", EXPECTED)
def test_every_role(operation: str, service: Service, known: dict[str, str]):
    answers = [ask(service, operation, caller, known) for caller in CALLERS]
    assert tuple(answer.status_code for answer in answers) == EXPECTED[operation]
    for answer in answers:
        is_problem = answer.headers["content-type"] == "application/problem+json"
        assert is_problem == (answer.status_code >= 400)


@pytest.mark.parametrize("operation", EXPECTED)
def test_the_adapter_of_the_ggk_may_do_nothing_here(operation: str, service: Service, known: dict[str, str]):
    expected = 200 if EXPECTED[operation] == OPEN else 403
    assert ask(service, operation, ADAPTER, known).status_code == expected


@pytest.mark.parametrize(
    ("path", "foreign", "unknown"),
    [
        ("/v1/berichten/{}", "301", UNKNOWN),
        ("/v1/berichten/{}/xml", "304", UNKNOWN),
        ("/v1/declaraties/{}", "declaratie", UNKNOWN),
        ("/v1/toewijzingen/0384/{}", "1001", "4711"),
        ("/v1/toewijzingen/0384/{}/budget", "1001", "4711"),
    ],
)
def test_foreign_is_the_same_as_unknown(path: str, foreign: str, unknown: str, service: Service, known: dict[str, str]):
    for stranger in (OTHER_AANBIEDER, OTHER_GEMEENTE):
        one, other = (
            service.request("GET", path.format(id_), as_=stranger) for id_ in (known.get(foreign, foreign), unknown)
        )
        assert (one.status_code, other.status_code) == (404, 404)
        assert {**one.json(), "instance": ""} == {**other.json(), "instance": ""}
        assert dict(one.headers).keys() == dict(other.headers).keys()


@pytest.mark.parametrize("path", ["/v1/berichten", "/v1/postbus", "/v1/toewijzingen", "/v1/declaraties"])
def test_strangers_see_empty_lists(path: str, service: Service, known: dict[str, str]):
    assert service.get(path, as_=GEMEENTE)["resultaten"]
    for stranger in (OTHER_AANBIEDER, OTHER_GEMEENTE):
        assert service.get(path, as_=stranger)["resultaten"] == []


@pytest.mark.parametrize(
    "filters", [{"afzender": AANBIEDER}, {"ontvanger": GEMEENTE}, {"identificatie": "F001"}, {"soort": "WMO303"}]
)
def test_a_filter_opens_nothing(filters: dict[str, str], service: Service, known: dict[str, str]):
    assert service.berichten(as_=AANBIEDER, **filters)
    assert service.berichten(as_=OTHER_AANBIEDER, **filters) == []


def test_a_bsn_opens_nothing(service: Service, known: dict[str, str]):
    found = [
        service.request("POST", "/v1/berichten/_zoek", as_=party, json={"bsn": BSN_X}).json()["resultaten"]
        for party in (GEMEENTE, AANBIEDER, OTHER_AANBIEDER, OTHER_GEMEENTE)
    ]
    assert [[b["soort"] for b in berichten] for berichten in found] == [["WMO303", "WMO301"]] * 2 + [[], []]


class TestSender:
    """Who sends, in the chain (403 for the key of another)."""

    def test_of_a_303_is_the_aanbieder(self, service: Service, known: dict[str, str]):
        claim = a_declaratie(declarant_factuur_nummer="F002")
        for other in (GEMEENTE, OTHER_AANBIEDER, OTHER_GEMEENTE, BEHEER):
            problem = service.refuse(claim, as_=other, status=403)
            assert problem["type"] == "/problems/afzender-niet-toegestaan"
        service.accept(claim, as_=AANBIEDER)

    def test_that_may_not_is_kept_under_its_own_party(self, service: Service):
        service.refuse(a_declaratie(), as_=OTHER_AANBIEDER, status=403)
        (kept,) = service.berichten(as_=OTHER_AANBIEDER)
        assert (kept["status"], kept["soort"]) == ("afgekeurd", "WMO303")
        assert service.berichten(as_=AANBIEDER) == service.berichten(as_=GEMEENTE) == []
        assert service.xml(kept["id"], as_=OTHER_AANBIEDER) == write(a_declaratie(), "2.3")
