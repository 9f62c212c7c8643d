"""Where one is after logging in, and what other settings do to who is in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.domain.principal import Rol
from app.domain.rolverdeling import Toegekend
from app.processing.oidc_client import Provider
from app.processing.runtime import Runtime
from app.web.house import House
from app.web.paths import own_path
from tests.web.browser import goes_to
from tests.web.oidc.conftest import OidcBrowser, rows
from tests.web.oidc.provider import PERSOON, SESSIE, FakeProvider


class TestSettingsChange:
    def test_a_role_that_nobody_has_any_more(self, visitor: OidcBrowser, house: House, provider: Provider):
        visitor.through()
        fewer = replace(provider, verdeling={"iwmo-tweede": provider.verdeling["iwmo-tweede"]})
        later = OidcBrowser(replace(house, oidc=fewer), visitor.fake)
        later.client.cookies = visitor.client.cookies
        assert not later.is_in

    def test_an_aanbieder_that_nobody_is_of_any_more(
        self, visitor: OidcBrowser, house: House, provider: Provider, runtime: Runtime
    ):
        visitor.fake.claims = {"roles": ["iwmo-zorg"]}
        visitor.through()
        assert visitor.is_in
        with runtime.storage.reading() as session:
            told = session.execute(text("SELECT rol, gemeenten, aanbieders FROM sessie")).one()
        assert tuple(told) == ("aanbieder", "[]", '["98000001"]')
        others = Toegekend(Rol.AANBIEDER, aanbieders=frozenset({"98000002"}))
        later = OidcBrowser(replace(house, oidc=replace(provider, verdeling={"iwmo-zorg": others})), visitor.fake)
        later.client.cookies = visitor.client.cookies
        assert not later.is_in

    def test_without_provider_its_sessions_are_over(self, visitor: OidcBrowser, house: House):
        visitor.through()
        later = OidcBrowser(replace(house, oidc=None), visitor.fake)
        later.client.cookies = visitor.client.cookies
        assert not later.is_in

    def test_without_passwords_their_sessions_are_over(self, visitor: OidcBrowser, house: House):
        visitor.log_in()
        assert visitor.is_in
        later = OidcBrowser(replace(house, local_login=False), visitor.fake)
        later.client.cookies = visitor.client.cookies
        assert not later.is_in

    def test_without_passwords_there_is_nothing_to_type_one(self, house: House, fake: FakeProvider):
        visitor = OidcBrowser(replace(house, local_login=False), fake)
        for method, path in (
            ("POST", "/inloggen"),
            ("GET", "/inloggen/code"),
            ("POST", "/inloggen/code"),
            ("GET", "/instellen"),
            ("POST", "/instellen"),
            ("GET", "/instellen/x"),
        ):
            assert visitor.client.request(method, path, data={"naam": "x"}).status_code == 404, path
        visitor.through()
        for path in ("/account/wachtwoord", "/account/tweede-factor", "/account/tweede-factor/verwijderen"):
            assert visitor.client.post(path, data={"formulier": visitor.token("/account")}).status_code == 404, path


OWN = ["/account", "/account?a=1&b=%2F", "/a/b#c", "/", "/inlog", "/.//evil.example"]
FOREIGN = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "evil.example",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "/a\\b", "/é", " /account", "/account ", "",
    "/" + "a" * 500, "/inloggen/oidc", "/inloggen", "/uitloggen", "?a", "#a", "/a\r\nSet-Cookie: x=1",
]  # fmt: skip


class TestDeepLink:
    @pytest.mark.parametrize("naar", OWN)
    def test_leads_there(self, naar: str, visitor: OidcBrowser):
        assert goes_to(visitor.through(naar)) == naar

    @pytest.mark.parametrize("naar", FOREIGN)
    def test_leads_nowhere_else(self, naar: str, visitor: OidcBrowser):
        assert own_path(naar) == "/"
        assert goes_to(visitor.through(naar)) == "/"
        assert goes_to(visitor.client.get("/inloggen", params={"naar": naar})) == "/"

    def test_from_the_page_that_was_asked_for(self, visitor: OidcBrowser):
        login = goes_to(visitor.get("/account?a=1&b=2"))
        assert login == "/inloggen?naar=/account%3Fa%3D1%26b%3D2"
        assert 'href="/inloggen/oidc?naar=/account%3Fa%3D1%26b%3D2"' in visitor.get(login).text

    def test_with_a_password(self, visitor: OidcBrowser):
        answer = visitor.post(
            "/inloggen", on="/inloggen?naar=/account", naam="consulent", wachtwoord="mis", naar="/account"
        )
        assert '<input type="hidden" name="naar" value="/account">' in answer.text
        right = {"naam": "consulent", "wachtwoord": "een lange zin is goed"}
        assert goes_to(visitor.post("/inloggen", on="/inloggen", naar="/account", headers=None, **right)) == "/account"

    def test_sid(self, visitor: OidcBrowser, runtime: Runtime):
        visitor.through()
        assert rows(runtime, "SELECT uitgever_sessie, uitgever_persoon, bron FROM sessie") == [
            (SESSIE, PERSOON, "oidc")
        ]
