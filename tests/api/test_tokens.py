"""The way in with a token of an issuer: who gets in, who does not, and what everybody is told."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from starlette.testclient import TestClient

from app.domain.principal import Recht, Rol, Wijze
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.processing.runtime import Runtime
from app.storage.base import create_storage
from app.storage.keys import revoke_key
from tests.api.registered import KENMERK, STRANGER, bearer, knowing_an_issuer, register
from tests.builders import AANBIEDER, a_toewijzingsbericht
from tests.delivery.servers import says, serving
from tests.e2e.service import Clock, a_runtime
from tests.processing.client_certificates import a_certificate, fingerprint, passed_on
from tests.processing.token_issuer import CLIENT, FORGED, NAME, Issuer, encoded, key_set

ISSUER = Issuer(now=lambda: datetime.now(UTC))
INVALID = 'Bearer error="invalid_token"'
XML = {"Content-Type": "application/xml"}


@pytest.fixture
def client(sqlite_runtime: Runtime, tmp_path: Path) -> Iterator[TestClient]:
    with knowing_an_issuer(sqlite_runtime, tmp_path) as running:
        yield running


def ask(client: TestClient, token: str, path: str = "/v1/berichten", **headers: str) -> Any:
    return client.get(path, headers={**bearer(token), **headers})


def demand_refused(answer: Any) -> None:
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == INVALID
    assert answer.headers["content-type"] == "application/problem+json"
    assert {name: value for name, value in answer.json().items() if name != "instance"} == {
        "type": "/problems/geen-geldig-token",
        "title": "Er is een geldig token nodig",
        "status": 401,
        "detail": "Het token is niet geldig.",
    }


def test_a_registered_client_sends_and_reads(client: TestClient, sqlite_runtime: Runtime):
    register(sqlite_runtime)
    token = ISSUER.token()
    posted = client.post("/v1/berichten", headers=bearer(token) | XML, content=write(a_toewijzingsbericht(), "2.3"))
    assert posted.status_code == 201, posted.text
    assert [bericht["soort"] for bericht in ask(client, token).json()["resultaten"]] == ["WMO302", "WMO301"]


def test_it_acts_for_the_party_of_the_register_alone(client: TestClient, sqlite_runtime: Runtime):
    register(sqlite_runtime, rol=Rol.AANBIEDER.value, gemeenten=frozenset(), aanbieders=frozenset({AANBIEDER}))
    body = write(a_toewijzingsbericht(), "2.3")
    answer = client.post("/v1/berichten", headers=bearer(ISSUER.token(gemeenten=["0384"])) | XML, content=body)
    assert answer.status_code == 403


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, schemas: Schemas) -> Iterator[TestClient]:
    """One service for the whole table."""
    folder = tmp_path_factory.mktemp("tokens")
    shutil.copy(migrated_sqlite, folder / "iwmo.db")
    runtime = a_runtime(create_storage(f"sqlite:///{folder / 'iwmo.db'}"), schemas, Clock())
    register(runtime)
    with knowing_an_issuer(runtime, folder) as client:
        yield client
    runtime.storage.close()


class TestForged:
    @pytest.mark.parametrize("what", [what for what in FORGED if what != "empty"])
    def test_gets_nobody_in(self, running: TestClient, what: str):
        demand_refused(ask(running, FORGED[what](ISSUER)))

    def test_the_genuine_one_beside_them_does(self, running: TestClient):
        assert ask(running, ISSUER.token()).status_code == 200

    def test_only_the_header_carries_it(self, running: TestClient):
        token = ISSUER.token()
        for answer in (
            running.get("/v1/berichten", params={"access_token": token}),
            running.get("/v1/berichten", headers={"Cookie": f"access_token={token}"}),
            running.get("/v1/berichten", headers={"Authorization": f"Basic {token}"}),
            running.get("/v1/berichten", headers={"Authorization": token}),
            running.get("/v1/berichten", headers=[("Authorization", f"Bearer {token}")] * 2),
        ):
            assert answer.status_code == 401

    def test_no_log_line_repeats_any_of_it(self, running: TestClient, capsys: pytest.CaptureFixture[str]):
        ask(running, ISSUER.token(iss="https://geheim.example", client_id="999900006"))
        ask(running, ISSUER.token(client_id="999900006"))
        told = capsys.readouterr()
        assert "token_refused" in told.err
        assert "999900006" not in told.err + told.out
        assert "geheim" not in told.err + told.out


class TestRegister:
    def test_a_client_that_is_not_there(self, client: TestClient):
        demand_refused(ask(client, ISSUER.token()))

    @pytest.mark.parametrize(
        "changes",
        [
            {"verloopt_op": datetime.now(UTC) - timedelta(seconds=1)},
            {"geldig_vanaf": datetime.now(UTC) + timedelta(hours=1)},
            {"netwerken": ("198.51.100.0/24",)},
            {"kenmerk": f"{NAME}/|{CLIENT}"},
            {"kenmerk": f"{NAME}|{CLIENT.upper()}"},
            {"kenmerk": CLIENT},
            {"wijze": Wijze.CERTIFICAAT},
        ],
    )
    def test_a_row_that_does_not_open_now_or_from_here(
        self, client: TestClient, sqlite_runtime: Runtime, changes: dict[str, Any]
    ):
        register(sqlite_runtime, **changes)
        demand_refused(ask(client, ISSUER.token()))

    def test_its_own_network(self, client: TestClient, sqlite_runtime: Runtime):
        register(sqlite_runtime, netwerken=(f"{STRANGER}/32",))
        assert ask(client, ISSUER.token()).status_code == 200

    def test_a_row_that_is_revoked_works_no_more(self, client: TestClient, sqlite_runtime: Runtime):
        keyid = register(sqlite_runtime)
        token = ISSUER.token()
        assert ask(client, token).status_code == 200
        sqlite_runtime.storage.run(lambda session: revoke_key(session, keyid=keyid, now=datetime.now(UTC)))
        demand_refused(ask(client, token))


class TestRights:
    @pytest.mark.parametrize(
        ("granted", "scope", "status"),
        [
            (None, "berichten:lezen", 200),
            (None, "declaraties:lezen", 403),
            (None, None, 403),
            (None, "", 403),
            (None, "beheer logboek:lezen", 403),
            ({Recht.BERICHTEN_LEZEN}, "berichten:lezen declaraties:lezen", 200),
            ({Recht.DECLARATIES_LEZEN}, "berichten:lezen declaraties:lezen", 403),
            (set(), "berichten:lezen", 403),
        ],
    )
    def test_are_those_of_the_row_and_the_scope_both(
        self, client: TestClient, sqlite_runtime: Runtime, granted: set[Recht] | None, scope: str | None, status: int
    ):
        register(sqlite_runtime, rechten=None if granted is None else frozenset(recht.value for recht in granted))
        assert ask(client, ISSUER.token(scope=scope)).status_code == status

    def test_no_scope_makes_a_beheerder(self, client: TestClient, sqlite_runtime: Runtime):
        register(sqlite_runtime)
        token = ISSUER.token(scope=" ".join(Recht))
        assert ask(client, token).status_code == 200
        assert ask(client, token, "/v1/aansluitingen").status_code == 404
        assert ask(client, token, "/metrics").status_code == 404


class TestBound:
    """RFC 8705: a token that is bound to a certificate."""

    CERTIFICATE = a_certificate()

    def token(self) -> str:
        return ISSUER.token(cnf={"x5t#S256": encoded(bytes.fromhex(fingerprint(self.CERTIFICATE))).decode()})

    def test_comes_with_it_or_not_at_all(self, sqlite_runtime: Runtime, tmp_path: Path):
        register(sqlite_runtime)
        register(sqlite_runtime, wijze=Wijze.CERTIFICAAT, kenmerk=fingerprint(self.CERTIFICATE))
        other = a_certificate(name="Ander")
        register(sqlite_runtime, wijze=Wijze.CERTIFICAAT, kenmerk=fingerprint(other))
        proxied = {"peer": "10.1.0.4", "trusted_proxies": ["10.1.0.4/32"]}
        with knowing_an_issuer(sqlite_runtime, tmp_path, client_certificates=True, **proxied) as client:
            assert ask(client, self.token(), **{"Client-Cert": passed_on(self.CERTIFICATE)}).status_code == 200
            demand_refused(ask(client, self.token(), **{"Client-Cert": passed_on(other)}))
            demand_refused(ask(client, self.token()))
        with knowing_an_issuer(sqlite_runtime, tmp_path, **proxied) as client:
            demand_refused(ask(client, self.token(), **{"Client-Cert": passed_on(self.CERTIFICATE)}))


class TestKeysAtAnAddress:
    @pytest.fixture
    def tls(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(tmp_path / "authority.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        return context

    def settings(self, port: int) -> dict[str, Any]:
        return {
            "issuer": {"jwks_url": f"https://localhost:{port}/jwks"},
            "internal_hosts": ["localhost"],
            "delivery_ports": [port],
        }

    def test_are_fetched_when_a_token_comes(self, sqlite_runtime: Runtime, tmp_path: Path, tls: ssl.SSLContext):
        register(sqlite_runtime)
        with (
            serving(says("200 OK", body=key_set()), tls=tls) as server,
            knowing_an_issuer(sqlite_runtime, tmp_path, **self.settings(server.port)) as client,
        ):
            assert ask(client, ISSUER.token()).status_code == 200
            assert ask(client, ISSUER.by("ES256")).status_code == 200
            demand_refused(ask(client, FORGED["key of a stranger under our kid"](ISSUER)))
            assert len(server.requests) == 1

    def test_an_issuer_that_is_away_is_no_fault_of_the_caller(
        self, sqlite_runtime: Runtime, tmp_path: Path, tls: ssl.SSLContext
    ):
        register(sqlite_runtime)
        with (
            serving(says("503 Service Unavailable"), tls=tls) as server,
            knowing_an_issuer(sqlite_runtime, tmp_path, **self.settings(server.port)) as client,
        ):
            answer = ask(client, ISSUER.token())
            demand_refused(ask(client, FORGED["another issuer with our kid"](ISSUER)))
            soap = client.post("/soap/ggk0210", headers=bearer(ISSUER.token()), content=b"<a/>")
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/uitgever-onbereikbaar")
        assert answer.headers["retry-after"] == "5"
        assert soap.status_code == 503
        assert b"Server" in soap.content
        assert soap.headers["retry-after"] == "5"

    def test_an_address_that_is_not_allowed_is_not_asked(self, sqlite_runtime: Runtime, tmp_path: Path):
        register(sqlite_runtime)
        with (
            serving(says("200 OK", body=key_set())) as server,
            knowing_an_issuer(
                sqlite_runtime, tmp_path, **{**self.settings(server.port), "internal_hosts": []}
            ) as client,
        ):
            assert ask(client, ISSUER.token()).status_code == 503
            assert server.requests == []


class TestSoap:
    def test_the_same_token_opens_the_same_door(self, client: TestClient, sqlite_runtime: Runtime):
        register(sqlite_runtime)
        wrong = client.post("/soap/ggk0210", headers=bearer(ISSUER.token(scope="berichten:lezen")), content=b"<a/>")
        right = client.post("/soap/ggk0210", headers=bearer(ISSUER.token(scope="ggk:bezorgen")), content=b"<a/>")
        assert wrong.status_code == 403
        assert right.status_code not in {401, 403}

    def test_a_forged_one_is_a_fault(self, client: TestClient):
        answer = client.post("/soap/ggk0210", headers=bearer(FORGED["expired"](ISSUER)), content=b"<a/>")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, INVALID)
        assert b"Het token is niet geldig." in answer.content


def test_without_issuers_a_token_is_nothing(sqlite_runtime: Runtime, tmp_path: Path):
    register(sqlite_runtime, kenmerk=KENMERK)
    with knowing_an_issuer(sqlite_runtime, tmp_path, oauth_issuers=[]) as client:
        assert ask(client, ISSUER.token()).status_code == 401
