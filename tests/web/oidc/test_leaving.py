"""The identity provider says that somebody left, or somebody pretends that it does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.processing.personen import log_out
from app.processing.runtime import Runtime
from app.web.house import House
from tests.processing.token_issuer import rsa_key, signed
from tests.web.oidc.conftest import OidcBrowser, rows
from tests.web.oidc.provider import PERSOON


class TestWordOfLeaving:
    def tell(self, visitor: OidcBrowser, token: str) -> int:
        return visitor.client.post("/inloggen/oidc/uitgelogd", data={"logout_token": token}).status_code

    @pytest.mark.parametrize("changes", [{}, {"sub": None}, {"sid": None}, {"header": {"typ": "JWT"}}])
    def test_ends_the_session(self, changes: dict[str, Any], visitor: OidcBrowser, house: House, runtime: Runtime):
        visitor.through()
        other = OidcBrowser(house, visitor.fake)
        visitor.fake.claims = {"sub": "een-ander", "sid": "sessie-2"}
        other.through()
        assert self.tell(OidcBrowser(house, visitor.fake), visitor.fake.logout_token(**changes)) == 200
        assert (visitor.is_in, other.is_in) == (False, True)
        kept = rows(runtime, "SELECT object_id FROM logboek WHERE gebeurtenis = 'uitgelogd'")
        assert kept == [(f"oidc:{PERSOON}",)]

    def test_of_a_session_leaves_the_others_of_that_person(self, visitor: OidcBrowser, house: House):
        visitor.through()
        other = OidcBrowser(house, visitor.fake)
        visitor.fake.claims = {"sid": "sessie-2"}
        other.through()
        assert self.tell(visitor, visitor.fake.logout_token()) == 200
        assert (visitor.is_in, other.is_in) == (False, True)
        assert self.tell(visitor, visitor.fake.logout_token(jti="j-2", sid=None)) == 200
        assert not other.is_in

    def test_works_once(self, visitor: OidcBrowser):
        token = visitor.fake.logout_token()
        assert self.tell(visitor, token) == 200
        visitor.through()
        assert self.tell(visitor, token) == 400
        assert visitor.is_in

    @pytest.mark.parametrize(
        "changes",
        [
            {"key": rsa_key("vreemd")},
            {"header": {"alg": "none"}},
            {"header": {"typ": "at+jwt"}},
            {"nonce": "x"},
            {"events": None},
            {"events": {"http://elders.example": {}}},
            {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
            {"events": {"http://schemas.openid.net/event/backchannel-logout": 1}},
            {"jti": None},
            {"sub": None, "sid": None},
            {"aud": "elders"},
            {"iss": "https://elders.example"},
            {"exp": 1},
            {"exp": None},
            {"iat": None},
        ],
        ids=range(15),
    )
    def test_that_is_forged_ends_nothing(self, changes: dict[str, Any], visitor: OidcBrowser):
        visitor.through()
        assert self.tell(visitor, visitor.fake.logout_token(**changes)) == 400
        assert visitor.is_in

    def test_an_id_token_is_no_word_of_leaving(self, visitor: OidcBrowser):
        visitor.through()
        claims = visitor.fake.id_claims("x")
        assert self.tell(visitor, signed({"alg": "RS256", "kid": "rsa-1", "typ": "JWT"}, claims, rsa_key())) == 400
        assert visitor.is_in

    def test_the_command_line_ends_sessions_too(self, visitor: OidcBrowser, runtime: Runtime):
        visitor.through()
        assert log_out(runtime, PERSOON) == 0
        assert visitor.is_in
        assert log_out(runtime, f"oidc:{PERSOON}") == 1
        assert not visitor.is_in
        kept = rows(runtime, "SELECT wie, object_id FROM logboek WHERE gebeurtenis = 'uitgelogd'")
        assert kept == [("opdrachtregel", f"oidc:{PERSOON}")]

    def test_what_is_no_form(self, visitor: OidcBrowser):
        assert self.tell(visitor, "") == 400
        answer = visitor.client.post("/inloggen/oidc/uitgelogd", content=json.dumps({"logout_token": "x"}))
        assert answer.status_code == 400
