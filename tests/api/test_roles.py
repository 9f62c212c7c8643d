"""Who may do what: every role on every route; what one may not see is what does not exist."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import main
from app.api import policy
from app.api.policy import POLICY, NoPolicy
from app.domain.principal import RECHTEN, Principal, Recht, Rol
from app.iwmo.releases import write
from app.processing.key_grants import Grant
from app.processing.key_text import KeyText
from app.processing.keys import create_key, issue_key, revoke
from app.processing.runtime import Runtime
from app.processing.toegang import Aanmelding
from app.settings import Settings
from tests.api.conftest import fill
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
from tests.e2e.service import ADAPTER, BEHEER, Clock, Service, serving

OTHER_GEMEENTE = "1708"
CALLERS = (GEMEENTE, AANBIEDER, OTHER_GEMEENTE, OTHER_AANBIEDER, BEHEER, None)
BUREAU = "98000077"
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
BY_SOFTWARE = frozenset({"GET /postbus", "POST /postbus/{id}/_ontvangen", "GET /aansluitingen", "GET /metrics"})
"""What no person of a gemeente does."""
READ_BY_EVERYBODY = frozenset({"GET /cak-perioden/{jaar}", "GET /retourcodes/{code}"})
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


PERSONEN = {
    "behandelaar": Principal(key_id="persoon:b", rol=Rol.BEHANDELAAR, gemeenten=frozenset({GEMEENTE})),
    "lezer": Principal(key_id="persoon:l", rol=Rol.LEZER, gemeenten=frozenset({GEMEENTE})),
    "auditor": Principal(key_id="persoon:a", rol=Rol.AUDITOR),
}
"""Who may come in another way than with a key: the session of each is a header here."""

WITHOUT_A_DOOR = ("unknown", "mistyped", "expired", "revoked", "elsewhere", "not yet")
NOTHING_CHANGES = frozenset({"POST /berichten/_zoek", "POST /budgetberekeningen"})
REFUSED = {401, 403, 404}
SAME_LENGTH = {"1001": "4711"}
"""An unknown id is as long as the known one, so that whole answers can be compared."""


def by_name(_runtime: Runtime, aanmelding: Aanmelding, /) -> Principal | None:
    """A way in for a test."""
    return PERSONEN.get(aanmelding.headers.get("x-persoon", ""))


@pytest.fixture
def door(sqlite_runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service where people get in too."""
    ways_in = main.ways_in
    monkeypatch.setattr(main, "ways_in", lambda settings: (by_name, *ways_in(settings)))
    with serving(sqlite_runtime, clock, failures_per_minute=0) as running:
        yield running


@pytest.fixture
def inside(door: Service) -> dict[str, str]:
    """What that service holds."""
    return fill(door)


def url_of(operation: str, ids: dict[str, str], *, unknown: bool = False) -> str:
    """The path of an operation on what is known, or on what nobody has."""
    path = operation.partition(" ")[2]
    bericht = ids["declaratie"] if path.startswith("/declaraties") else ids["301"]
    if unknown or EXPECTED[operation] in {NOWHERE, NOWHERE_TO_WRITE}:
        bericht = "4711" if path.startswith("/rapportages") else UNKNOWN
    nummer = "4711" if unknown else "1001"
    path = path.format(id=bericht, gemeente=GEMEENTE, nummer=nummer, jaar=2019, code="9321")
    return path if path in {"/healthz", "/readyz", "/metrics"} else f"/v1{path}"


def ask(service: Service, operation: str, headers: dict[str, str], url: str) -> Any:
    """The answer to an operation."""
    body, kind = SENT.get(operation, (None, None))
    sent = headers | ({"Content-Type": kind} if kind else {})
    return service.client.request(operation.partition(" ")[0], url, headers=sent, content=body)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def shown_by(service: Service, caller: str | None) -> dict[str, str]:
    return {} if caller is None else bearer(service.key(caller))


def without_a_door(service: Service) -> dict[str, str]:
    """Keys of the gemeente that open nothing, by what is wrong with them."""
    runtime = service.runtime
    grant = Grant(rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
    revoked = issue_key(runtime, grant)
    revoke(runtime, revoked.split("_")[1])
    now, hour = runtime.now(), timedelta(hours=1)
    long_ago = replace(runtime, now=lambda: now - 2 * hour)
    return {
        "unknown": KeyText.new().written(),
        "mistyped": service.key(GEMEENTE)[:-1] + "x",
        "expired": issue_key(long_ago, replace(grant, tot=now - hour)),
        "revoked": revoked,
        "elsewhere": issue_key(runtime, replace(grant, netwerken=("192.0.2.0/24",))),
        "not yet": issue_key(runtime, replace(grant, vanaf=now + hour)),
    }


def changes_nothing(operation: str) -> bool:
    """Whether somebody who may not hears that it does not exist (details.md 6)."""
    return operation.startswith("GET ") or operation in NOTHING_CHANGES


def outcome(answer: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    """All that a caller learns, but for the path that it asked for itself."""
    return answer.status_code, {**answer.json(), "instance": ""}, dict(answer.headers)


def test_every_operation_is_here(service: Service):
    paths = service.client.get("/v1/openapi.json").json()["paths"]
    described = {f"{method.upper()} {path}" for path, item in paths.items() for method in item if method != "servers"}
    assert described == set(EXPECTED)


def test_every_operation_says_whether_it_asks_for_a_credential(service: Service):
    paths = service.client.get("/v1/openapi.json").json()["paths"]
    for operation, expected in EXPECTED.items():
        method, _, path = operation.partition(" ")
        assert bool(paths[path][method.lower()].get("security")) == (expected != OPEN), operation


@pytest.mark.parametrize("operation", EXPECTED)
def test_every_role(operation: str, door: Service, inside: dict[str, str]):
    url = url_of(operation, inside)
    answers = {caller: ask(door, operation, shown_by(door, caller), url) for caller in reversed(CALLERS)}
    assert tuple(answers[caller].status_code for caller in CALLERS) == EXPECTED[operation]
    for answer in answers.values():
        is_problem = answer.headers["content-type"] == "application/problem+json"
        assert is_problem == (answer.status_code >= 400)


@pytest.mark.parametrize("operation", EXPECTED)
def test_every_other_role(operation: str, door: Service, inside: dict[str, str]):
    """The adapter of the GGk may do nothing here; a servicebureau of nobody is a stranger; people have their own."""
    url, expected = url_of(operation, inside), EXPECTED[operation]
    asked = {
        ADAPTER: shown_by(door, ADAPTER),
        BUREAU: bearer(create_key(door.runtime, rol=Rol.SERVICEBUREAU, aanbieders=[BUREAU], naam="")),
    }
    asked |= {name: {"X-Persoon": name} for name in PERSONEN}
    got = {name: ask(door, operation, headers, url).status_code for name, headers in asked.items()}
    if expected == OPEN:
        assert set(got.values()) == {200}
        return
    denied = 404 if changes_nothing(operation) else 403
    own = expected[0]
    assert (got[ADAPTER], got["auditor"]) == (denied, denied)
    assert got[BUREAU] == (200 if operation == "POST /budgetberekeningen" and expected[3] == 200 else expected[3]) or (
        operation == "POST /budgetberekeningen" and got[BUREAU] == 404  # no contract names it
    )
    assert got["lezer"] == (denied if operation in BY_SOFTWARE or not changes_nothing(operation) else own)
    if operation in BY_SOFTWARE:
        assert got["behandelaar"] == denied
    else:
        assert (got["behandelaar"] in REFUSED) == (own in REFUSED)


@pytest.mark.parametrize("operation", [operation for operation, row in EXPECTED.items() if row != OPEN])
def test_a_key_that_opens_nothing(operation: str, door: Service, inside: dict[str, str]):
    """Whatever is wrong with it: the same answer, as to one that was never made."""
    url = url_of(operation, inside)
    keys = without_a_door(door)
    answers = [outcome(ask(door, operation, bearer(keys[name]), url)) for name in WITHOUT_A_DOOR]
    assert answers[0][0] == 401
    assert answers[0][2]["www-authenticate"] == "Bearer"
    assert all(answer == answers[0] for answer in answers)
    assert outcome(ask(door, operation, {}, url)) == answers[0]


@pytest.mark.parametrize("operation", [operation for operation, row in EXPECTED.items() if row != OPEN])
def test_a_key_without_the_right(operation: str, door: Service, inside: dict[str, str]):
    """Of a role that may, with every other right: 403, and no hint whether anything is there."""
    prefix = "" if operation == "GET /metrics" else "/v1"
    method, _, path = operation.partition(" ")
    wanted = POLICY[f"{method} {prefix}{path}"]
    assert isinstance(wanted, Recht)
    rol = Rol.BEHEER if wanted is Recht.BEHEER else Rol.GEMEENTE
    gemeenten = frozenset({GEMEENTE}) if rol is Rol.GEMEENTE else frozenset[str]()
    grant = Grant(rol=rol, gemeenten=gemeenten, rechten=RECHTEN[rol] - {wanted})
    headers = bearer(issue_key(door.runtime, grant))
    known, unknown = (
        outcome(ask(door, operation, headers, url_of(operation, inside, unknown=unknown))) for unknown in (False, True)
    )
    assert (known[0], known[1]["type"]) == (403, "/problems/recht-ontbreekt")
    assert known == unknown
    granted = bearer(issue_key(door.runtime, replace(grant, rechten=frozenset({wanted}))))
    answer = ask(door, operation, granted, url_of(operation, inside, unknown=True))
    assert answer.status_code not in {401, 403}


@pytest.mark.parametrize("operation", [operation for operation in EXPECTED if "{" in operation])
def test_foreign_is_the_same_as_unknown(operation: str, door: Service, inside: dict[str, str]):
    """Status, body and headers: nobody learns that others have something."""
    strangers = [*CALLERS[2:], ADAPTER]
    asked = [shown_by(door, caller) for caller in strangers] + [{"X-Persoon": name} for name in PERSONEN]
    if operation in READ_BY_EVERYBODY:
        return
    for headers in asked[:-3] + asked[-1:]:
        foreign, unknown = (
            ask(door, operation, headers, url_of(operation, inside, unknown=unknown)) for unknown in (False, True)
        )
        assert foreign.status_code in REFUSED
        assert outcome(foreign) == outcome(unknown)


def test_a_route_without_a_row_does_not_start(service: Service, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(policy, "POLICY", {o: wanted for o, wanted in POLICY.items() if o != "GET /v1/producten"})
    with pytest.raises(NoPolicy, match="GET /v1/producten"):
        main.create_app(Settings(log_level="error"), service.runtime)


def test_every_row_is_of_a_route(service: Service):
    app: Any = service.client.app  # type: ignore[attr-defined]
    while not hasattr(app, "state"):
        app = app._api if hasattr(app, "_api") else app._app
    assert {rule.operation for rule in app.state.admission.rules.values()} == set(POLICY)


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
