"""An identity provider that is away, slow, or says something that cannot be right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.delivery.exchange import Limits
from app.processing.oidc_client import Provider
from app.processing.oidc_discovery import Discovery
from app.web.house import House
from tests.web.oidc.conftest import BROKEN, WELL_KNOWN, OidcBrowser
from tests.web.oidc.provider import FakeProvider, provider_at

DOCUMENTS: dict[str, dict[str, Any]] = {
    "of another": {"issuer": "https://elders.example"},
    "no issuer": {"issuer": None},
    "no token endpoint": {"token_endpoint": None},
    "token endpoint over http": {"token_endpoint": "http://127.0.0.1/token"},
    "token endpoint at the metadata of a cloud": {"token_endpoint": "https://169.254.169.254/token"},
    "keys at another port": {"jwks_uri": "https://127.0.0.1:22/keys"},
    "script": {"authorization_endpoint": "javascript:alert(1)"},
    "endpoint with a line break": {"authorization_endpoint": "https://a.example/\r\nX: 1"},
    "leaving over http": {"end_session_endpoint": "http://a.example/"},
}


class TestProviderAway:
    @pytest.mark.parametrize("name", DOCUMENTS)
    def test_a_wrong_document(self, name: str, visitor: OidcBrowser, fake: FakeProvider):
        fake.document = DOCUMENTS[name]
        answer = visitor.get("/inloggen/oidc")
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert "inlogdienst" in answer.text

    @pytest.mark.parametrize("path", [WELL_KNOWN, "/token"])
    @pytest.mark.parametrize("name", BROKEN)
    def test_an_answer_that_is_none(self, name: str, path: str, visitor: OidcBrowser, fake: FakeProvider):
        fake.raw = {path: BROKEN[name]}
        answer = visitor.get("/inloggen/oidc") if path == WELL_KNOWN else visitor.through()
        assert answer.status_code == 503
        assert not visitor.is_in

    def test_slow(self, visitor: OidcBrowser, house: House, fake: FakeProvider, tmp_path: Path):
        slow = provider_at(fake, tmp_path, limits=Limits(connect_seconds=5, total_seconds=0.5))
        fake.raw = {WELL_KNOWN: None}
        assert OidcBrowser(replace(house, oidc=slow), fake).get("/inloggen/oidc").status_code == 503

    def test_keys_away(self, visitor: OidcBrowser, fake: FakeProvider):
        fake.raw = {"/keys": BROKEN["an error"]}
        assert visitor.through().status_code == 503
        assert not visitor.is_in

    def test_gone_altogether(self, house: House, provider: Provider, fake: FakeProvider):
        gone = replace(provider, discovery=Discovery(provider.discovery.client, "https://nergens.example:1"))
        assert OidcBrowser(replace(house, oidc=gone), fake).get("/inloggen/oidc").status_code == 503

    def test_who_is_in_stays_in_and_leaves_here(self, visitor: OidcBrowser, house: House, fake: FakeProvider):
        visitor.through()
        fake.raw = dict.fromkeys((WELL_KNOWN, "/token", "/keys"), BROKEN["an error"])
        assert visitor.is_in
        assert visitor.post("/uitloggen", on="/").status_code == 200
        assert not visitor.is_in
