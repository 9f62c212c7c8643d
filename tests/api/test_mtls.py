"""The way in with a client certificate: only as a trusted proxy tells."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import serve
from app.cli.command import main
from app.domain.principal import Recht, Rol, Wijze
from app.iwmo.releases import write
from app.main import SettingsUnsafe, create_app, ways_in
from app.processing.keys import create_key, revoke
from app.processing.runtime import Runtime
from app.settings import Settings
from tests.api.registered import PROXY, STRANGER, bearer, knowing_an_issuer, register
from tests.builders import AANBIEDER, GEMEENTE, a_toewijzingsbericht
from tests.processing.client_certificates import OIN, a_certificate, fingerprint, passed_on, refused_values
from tests.processing.token_issuer import Issuer

NOW = datetime.now(UTC)
CERTIFICATE = a_certificate(OIN)
SHOWN = {"Client-Cert": passed_on(CERTIFICATE)}
BEHIND: dict[str, Any] = {"trusted_proxies": [f"{PROXY}/32"], "client_certificates": True}
PATH = "/v1/berichten"


@pytest.fixture
def from_(sqlite_runtime: Runtime, tmp_path: Path):
    """A client of the service at an address."""
    opened: list[Any] = []

    def connect(peer: str, **settings: Any) -> TestClient:
        context = knowing_an_issuer(sqlite_runtime, tmp_path, peer=peer, **{**BEHIND, **settings})
        opened.append(context)
        return context.__enter__()

    yield connect
    for context in reversed(opened):
        context.__exit__(None, None, None)


Connect = Callable[..., TestClient]


def known_as(runtime: Runtime, kenmerk: str, **changes: Any) -> str:
    return register(runtime, wijze=Wijze.CERTIFICAAT, kenmerk=kenmerk, **changes)


@pytest.mark.parametrize("kenmerk", [OIN, fingerprint(CERTIFICATE)], ids=["oin", "fingerprint"])
def test_a_known_certificate_gets_in_through_the_proxy(from_: Connect, sqlite_runtime: Runtime, kenmerk: str):
    known_as(sqlite_runtime, kenmerk)
    body = write(a_toewijzingsbericht(), "2.3")
    answer = from_(PROXY).post(PATH, headers={"Content-Type": "application/xml", **SHOWN}, content=body)
    assert answer.status_code == 201, answer.text


def test_the_network_of_a_row_is_that_of_who_asked_the_proxy(from_: Connect, sqlite_runtime: Runtime):
    known_as(sqlite_runtime, OIN, netwerken=(f"{STRANGER}/32",))
    client = from_(PROXY)
    for told, status in ((STRANGER, 200), ("198.51.100.1", 401), (f"{STRANGER}, 198.51.100.1", 401)):
        assert client.get(PATH, headers={**SHOWN, "X-Forwarded-For": told}).status_code == status


class TestForged:
    @pytest.mark.parametrize("peer", [STRANGER, "10.1.0.5", "127.0.0.1", "testclient"])
    @pytest.mark.parametrize("believed", [True, False])
    def test_a_header_past_the_proxy_opens_nothing(
        self, from_: Connect, sqlite_runtime: Runtime, peer: str, believed: bool
    ):
        known_as(sqlite_runtime, OIN)
        client = from_(peer, client_certificates=believed)
        for more in ({}, {"X-Forwarded-For": PROXY}, {"Forwarded": f"for={PROXY}"}, {"X-Real-IP": PROXY}):
            answer = client.get(PATH, headers={**SHOWN, **more})
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"

    def test_nor_does_a_good_key_beside_it(
        self, from_: Connect, sqlite_runtime: Runtime, capsys: pytest.CaptureFixture[str]
    ):
        known_as(sqlite_runtime, OIN)
        key = create_key(sqlite_runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE], naam="a")
        client = from_(STRANGER)
        assert client.get(PATH, headers=bearer(key)).status_code == 200
        assert client.get(PATH, headers=bearer(key) | SHOWN).status_code == 401
        assert "client_certificate_forged" in capsys.readouterr().err

    def test_of_a_proxy_that_may_pass_on_anything_it_says_nothing(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, OIN)
        key = create_key(sqlite_runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE], naam="a")
        client = from_(PROXY, client_certificates=False)
        assert client.get(PATH, headers=SHOWN).status_code == 401
        assert client.get(PATH, headers=bearer(key) | SHOWN).status_code == 200

    def test_other_names_of_the_header_are_nothing(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, OIN)
        client = from_(PROXY)
        for name in ("X-Client-Cert", "X-SSL-Cert", "SSL-Client-Cert", "X-Forwarded-Client-Cert", "Client_Cert"):
            assert client.get(PATH, headers={name: passed_on(CERTIFICATE)}).status_code == 401

    def test_two_headers_are_none(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, OIN)
        twice = [("Client-Cert", passed_on(CERTIFICATE))] * 2
        assert from_(PROXY).get(PATH, headers=twice).status_code == 401

    def test_what_is_no_valid_certificate(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, OIN)
        client = from_(PROXY)
        for what, value in refused_values(NOW).items():
            assert client.get(PATH, headers={"Client-Cert": value}).status_code == 401, what
        assert client.get(PATH, headers=SHOWN).status_code == 200

    def test_at_the_soap_door_too(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, OIN)
        soap = "/soap/ggk0210"
        assert from_(STRANGER).post(soap, headers=SHOWN, content=b"<a/>").status_code == 401
        assert from_(PROXY).post(soap, headers=SHOWN, content=b"<a/>").status_code not in {401, 403}


class TestRegister:
    def test_one_that_is_not_there(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, "00000009999999990000")
        assert from_(PROXY).get(PATH, headers=SHOWN).status_code == 401

    def test_a_token_with_its_name_does_not_do(self, from_: Connect, sqlite_runtime: Runtime):
        register(sqlite_runtime, kenmerk=OIN)
        assert from_(PROXY).get(PATH, headers=SHOWN).status_code == 401

    def test_one_that_is_revoked_stays_out_when_its_organisation_does_not(
        self, from_: Connect, sqlite_runtime: Runtime
    ):
        known_as(sqlite_runtime, OIN)
        row = known_as(sqlite_runtime, fingerprint(CERTIFICATE))
        client = from_(PROXY)
        assert client.get(PATH, headers=SHOWN).status_code == 200
        revoke(sqlite_runtime, row)
        assert client.get(PATH, headers=SHOWN).status_code == 401
        other = {"Client-Cert": passed_on(a_certificate(OIN, name="Ander"))}
        assert client.get(PATH, headers=other).status_code == 200

    def test_its_rights(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, OIN, rechten=frozenset({Recht.DECLARATIES_LEZEN.value}))
        client = from_(PROXY)
        assert client.get(PATH, headers=SHOWN).status_code == 403
        assert client.get("/v1/declaraties", headers=SHOWN).status_code == 200


class TestBeside:
    """A key or token beside a certificate."""

    def test_of_the_same_party_gets_what_both_may(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, OIN, rechten=frozenset({Recht.BERICHTEN_LEZEN.value}))
        register(sqlite_runtime)
        key = create_key(sqlite_runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE], naam="a")
        token = Issuer(now=lambda: datetime.now(UTC)).token(scope="berichten:lezen declaraties:lezen")
        client = from_(PROXY)
        for credential in (key, token):
            assert client.get(PATH, headers=bearer(credential) | SHOWN).status_code == 200
            assert client.get("/v1/declaraties", headers=bearer(credential) | SHOWN).status_code == 403
            assert client.get("/v1/declaraties", headers=bearer(credential)).status_code == 200

    @pytest.mark.parametrize(
        ("rol", "codes"),
        [
            (Rol.GEMEENTE, {"gemeenten": ["1708"]}),
            (Rol.GEMEENTE, {"gemeenten": [GEMEENTE, "1708"]}),
            (Rol.GGK, {"gemeenten": [GEMEENTE]}),
            (Rol.AANBIEDER, {"aanbieders": [AANBIEDER]}),
            (Rol.BEHEER, {}),
        ],
    )
    def test_of_another_party_opens_nothing(
        self, from_: Connect, sqlite_runtime: Runtime, rol: Rol, codes: dict[str, Any]
    ):
        known_as(sqlite_runtime, OIN)
        key = create_key(sqlite_runtime, rol=rol, naam="a", **codes)
        assert from_(PROXY).get(PATH, headers=bearer(key) | SHOWN).status_code == 401

    def test_that_is_wrong_opens_nothing(self, from_: Connect, sqlite_runtime: Runtime):
        known_as(sqlite_runtime, OIN)
        client = from_(PROXY)
        for wrong in ("iwmo_0_0", "a.b.c", "x"):
            assert client.get(PATH, headers=bearer(wrong) | SHOWN).status_code == 401

    def test_a_good_key_does_not_make_up_for_an_unknown_certificate(self, from_: Connect, sqlite_runtime: Runtime):
        key = create_key(sqlite_runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE], naam="a")
        assert from_(PROXY).get(PATH, headers=bearer(key) | SHOWN).status_code == 401


class TestSettings:
    def test_certificates_without_a_proxy_do_not_start(self, sqlite_runtime: Runtime):
        with pytest.raises(SettingsUnsafe, match="IWMO_TRUSTED_PROXIES"):
            create_app(Settings(client_certificates=True), sqlite_runtime)

    @pytest.mark.parametrize(
        ("certificates", "network", "allowed"),
        [
            (False, "10.1.0.0/16", True),
            (False, "10.0.0.0/15", False),
            (False, "0.0.0.0/0", False),
            (False, "2001:db8::/48", True),
            (False, "2001:db8::/47", False),
            (True, "10.1.0.4/32", True),
            (True, "10.1.0.0/29", True),
            (True, "10.1.0.0/28", False),
            (True, "2001:db8::/125", True),
            (True, "2001:db8::/124", False),
        ],
    )
    def test_no_more_than_proxies_are_believed(
        self, certificates: bool, network: str, allowed: bool, sqlite_runtime: Runtime
    ):
        settings = Settings.model_validate(
            {"client_certificates": certificates, "trusted_proxies": [f"{PROXY}/32", network]}
        )
        expected = nullcontext() if allowed else pytest.raises(SettingsUnsafe, match=f"{network} is te ruim")
        with expected:
            create_app(settings, sqlite_runtime)

    def test_serve_says_so(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
        monkeypatch.setenv("IWMO_CLIENT_CERTIFICATES", "true")
        monkeypatch.setenv("IWMO_DATA_DIR", str(tmp_path))
        assert main(["serve"]) == 2
        assert "noem diens netwerk in IWMO_TRUSTED_PROXIES" in capsys.readouterr().err

    def test_the_server_itself_believes_no_forwarded_address(self, monkeypatch: pytest.MonkeyPatch):
        """It would put what a local proxy passes on in the place of the address that is judged."""
        told: dict[str, Any] = {}
        monkeypatch.setattr("app.cli.listening.uvicorn.run", lambda _app, **settings: told.update(settings))
        serve._serve(Namespace(host="127.0.0.1", port=8000, workers=1), Settings())
        assert told["proxy_headers"] is False

    def test_a_file_with_keys_that_is_not_there_does_not_start(self, tmp_path: Path):
        issuer: Any = {"issuer": "https://a.example", "audience": "b", "jwks_file": tmp_path / "jwks.json"}
        with pytest.raises(SettingsUnsafe, match=r"jwks\.json"):
            ways_in(Settings(oauth_issuers=(issuer,)))

    @pytest.mark.parametrize(
        "changes",
        [
            {"jwks_url": None},
            {"jwks_file": "/tmp/a.json"},
            {"jwks_url": "http://a.example/jwks"},
            {"issuer": "http://a.example"},
            {"issuer": "https://a.example|b"},
            {"issuer": "https://a.example b"},
            {"audience": ""},
            {"subject_claim": "email"},
            {"algorithms": ["HS256"]},
        ],
    )
    def test_an_issuer_that_is_set_wrong_is_refused(self, changes: dict[str, Any]):
        good = {"issuer": "https://a.example", "audience": "b", "jwks_url": "https://a.example/jwks"}
        assert Settings.model_validate({"oauth_issuers": [good]}).oauth_issuers
        with pytest.raises(ValueError, match="oauth_issuers"):
            Settings.model_validate({"oauth_issuers": [good | changes]})

    def test_an_issuer_is_named_once(self):
        good = {"issuer": "https://a.example", "audience": "b", "jwks_url": "https://a.example/jwks"}
        with pytest.raises(ValueError, match="named once"):
            Settings.model_validate({"oauth_issuers": [good, good | {"audience": "c"}]})
