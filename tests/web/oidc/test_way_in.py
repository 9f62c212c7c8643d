"""Logging in through the gemeente's identity provider: the way in, and every way that is none."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.processing.oidc_client import Provider
from app.processing.runtime import Runtime
from app.web.house import House
from tests.processing.token_issuer import ec_key, encoded, rsa_key, signed, urlsafe_b64encode
from tests.web.browser import Now, goes_to
from tests.web.oidc.conftest import COOKIE, OidcBrowser, rows
from tests.web.oidc.provider import PERSOON, FakeProvider


class TestWayIn:
    def test_from_button_to_logout(self, visitor: OidcBrowser, runtime: Runtime, fake: FakeProvider):
        assert 'href="/inloggen/oidc"' in visitor.get("/inloggen").text
        assert goes_to(visitor.through()) == "/"
        page = visitor.get("/").text
        assert f"oidc:{PERSOON}" in page
        assert "1708" in page
        assert visitor.get("/account").status_code == 200
        assert visitor.get("/account/tweede-factor").status_code == 404
        left = visitor.post("/uitloggen", on="/")
        assert left.headers["refresh"].startswith(f"0;url={fake.issuer}/leave?client_id=iwmo&post_logout_redirect_uri=")
        assert not visitor.is_in
        kept = rows(runtime, "SELECT gebeurtenis, object_id FROM logboek WHERE gebeurtenis LIKE '%gelogd' ORDER BY id")
        assert kept == [("ingelogd", f"oidc:{PERSOON}"), ("uitgelogd", f"oidc:{PERSOON}")]

    def test_the_cookie_in_between(self, visitor: OidcBrowser):
        answer = visitor.get("/inloggen/oidc")
        cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
        assert {"httponly", "secure", "samesite=lax", "path=/", "max-age=600"} <= {
            part.strip().lower() for part in cookie.split(";")
        }
        visitor.through()
        assert visitor.client.cookies.get(COOKIE) is None

    def test_nothing_that_is_secret_goes_to_the_provider_with_the_browser(self, visitor: OidcBrowser):
        url = goes_to(visitor.get("/inloggen/oidc"))
        assert url.startswith(f"{visitor.fake.issuer}/auth?kies=1&response_type=code&")
        assert (visitor.client.cookies.get(COOKIE) or "-") not in url

    def test_every_start_is_another(self, visitor: OidcBrowser):
        for _ in range(2):
            visitor.start()
        one, other = visitor.fake.codes.values()
        assert all(one[name] != other[name] for name in ("state", "nonce", "code_challenge"))
        assert all(len(one[name]) == 43 for name in ("state", "nonce", "code_challenge"))

    def test_a_new_session_cookie(self, visitor: OidcBrowser):
        visitor.get("/inloggen")
        before = visitor.cookie
        visitor.through()
        assert visitor.cookie not in {before, None}

    def test_words_of_one_role_add_up(self, visitor: OidcBrowser, fake: FakeProvider):
        fake.claims = {"roles": ["iwmo-behandelaar", "iwmo-tweede"]}
        visitor.through()
        assert "0193, 1708" in visitor.get("/").text

    def test_both_kinds_of_login_are_told_apart(self, visitor: OidcBrowser, house: House, fake: FakeProvider):
        assert "Lokaal inloggen staat aan" in visitor.get("/inloggen").text
        page = OidcBrowser(replace(house, local_login=False), fake).get("/inloggen").text
        assert "Lokaal inloggen staat aan" not in page
        assert 'name="wachtwoord"' not in page
        assert 'href="/inloggen/oidc"' in page

    @pytest.mark.parametrize(
        "changes", [{"acr": ("hoog",)}, {"amr": ("mfa", "otp")}, {"acr": ("hoog",), "amr": ("mfa",)}]
    )
    def test_strong_enough(self, changes: dict[str, Any], visitor: OidcBrowser, house: House, provider: Provider):
        strong = OidcBrowser(replace(house, oidc=replace(provider, **changes)), visitor.fake)
        assert goes_to(strong.through()) == "/"

    @pytest.mark.parametrize("alg", ["PS256", "ES256"])
    def test_other_algorithms(self, alg: str, visitor: OidcBrowser, fake: FakeProvider):
        key = ec_key() if alg == "ES256" else rsa_key()
        fake.token = lambda claims: signed({"alg": alg, "kid": key.kid}, claims, key, alg)
        assert goes_to(visitor.through()) == "/"

    def test_keeps_nothing_of_the_claims(self, visitor: OidcBrowser, runtime: Runtime):
        visitor.through()
        (kept,) = rows(runtime, "SELECT * FROM sessie")
        assert "Verzonnen" not in str(kept)
        assert "verzonnen@" not in str(kept)
        assert rows(runtime, "SELECT naam FROM persoon WHERE naam LIKE 'oidc%'") == []


TOKENS: dict[str, Callable[[FakeProvider], object]] = {
    "wrong nonce": lambda p: p.claims.update(nonce="x" * 43),
    "no nonce": lambda p: p.claims.update(nonce=None),
    "nonce a list": lambda p: p.claims.update(nonce=["x"]),
    "wrong iss": lambda p: p.claims.update(iss="https://elders.example"),
    "iss with a slash": lambda p: p.claims.update(iss=p.issuer + "/"),
    "wrong aud": lambda p: p.claims.update(aud="elders"),
    "two audiences without azp": lambda p: p.claims.update(aud=["iwmo", "elders"]),
    "azp of another": lambda p: p.claims.update(aud=["iwmo", "elders"], azp="elders"),
    "azp of another with one audience": lambda p: p.claims.update(azp="elders"),
    "expired": lambda p: p.claims.update(exp=int(p.now().timestamp()) - 61),
    "no exp": lambda p: p.claims.update(exp=None),
    "made in the future": lambda p: p.claims.update(iat=int(p.now().timestamp()) + 90),
    "no iat": lambda p: p.claims.update(iat=None),
    "no sub": lambda p: p.claims.update(sub=None),
    "sub with a space": lambda p: p.claims.update(sub="a b"),
    "sub too long": lambda p: p.claims.update(sub="a" * 129),
    "sid a number": lambda p: p.claims.update(sid=1),
    "a logout token": lambda p: p.header.update(typ="logout+jwt"),
    "an access token": lambda p: p.header.update(typ="at+jwt"),
    "no kid": lambda p: p.header.update(kid=None),
    "unknown kid": lambda p: p.header.update(kid="vreemd"),
    "alg none": lambda p: setattr(p, "token", lambda c: (encoded({"alg": "none"}) + b"." + encoded(c) + b".").decode()),
    "HS256 with the client secret": lambda p: setattr(p, "token", _hs256),
    "key of a stranger": lambda p: setattr(
        p, "token", lambda c: signed({"alg": "RS256", "kid": "rsa-1"}, c, rsa_key("vreemd"))
    ),
    "no token at all": lambda p: setattr(p, "token", lambda _: "x"),
    "much too long": lambda p: p.claims.update(meer="x" * 30_000),
    "no role": lambda p: p.claims.update(roles=["iets anders"]),
    "no roles": lambda p: p.claims.update(roles=None),
    "roles no list": lambda p: p.claims.update(roles={"iwmo-beheer": True}),
    "two roles": lambda p: p.claims.update(roles=["iwmo-behandelaar", "iwmo-beheer"]),
    "role in part": lambda p: p.claims.update(roles=["iwmo-behandelaars", "IWMO-BEHANDELAAR"]),
}


def _hs256(claims: dict[str, Any]) -> str:
    signing = encoded({"alg": "HS256", "kid": "rsa-1", "typ": "JWT"}) + b"." + encoded(claims)
    return (signing + b"." + urlsafe_b64encode(hmac.digest(b"geheim van: twee %", signing, "sha256"))).decode()


class TestWrongToken:
    @pytest.mark.parametrize("name", TOKENS)
    def test_opens_nothing(self, name: str, visitor: OidcBrowser, fake: FakeProvider, capsys: Any):
        TOKENS[name](fake)
        answer = visitor.through()
        assert answer.status_code == 403, name
        assert ("rol" in answer.text) == ("role" in name)
        assert not visitor.is_in
        assert visitor.client.cookies.get(COOKIE) is None
        said = capsys.readouterr()
        for personal in ("Verzonnen", "verzonnen@", "eyJ"):
            assert personal not in answer.text + said.out + said.err

    @pytest.mark.parametrize("changes", [{"acr": ("hoger",)}, {"amr": ("hwk",)}, {"acr": ("hoog",), "amr": ("hwk",)}])
    def test_not_strong_enough(self, changes: dict[str, Any], visitor: OidcBrowser, house: House, provider: Provider):
        strong = OidcBrowser(replace(house, oidc=replace(provider, **changes)), visitor.fake)
        assert strong.through().status_code == 403
        assert not strong.is_in

    def test_no_amr(self, visitor: OidcBrowser, house: House, provider: Provider):
        visitor.fake.claims = {"amr": None, "acr": None}
        for changes in ({"acr": ("hoog",)}, {"amr": ("mfa",)}):
            strong = OidcBrowser(replace(house, oidc=replace(provider, **changes)), visitor.fake)
            assert strong.through().status_code == 403

    def test_who_has_no_role_is_in_the_logboek(self, visitor: OidcBrowser, fake: FakeProvider, runtime: Runtime):
        fake.claims = {"roles": []}
        visitor.through()
        kept = rows(runtime, "SELECT object_id, uitkomst FROM logboek WHERE gebeurtenis = 'inloggen-mislukt'")
        assert kept == [(f"oidc:{PERSOON}", "geweigerd")]


class TestWrongWayBack:
    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"state": "x"}, 400),
            ({"state": ""}, 400),
            ({"state": "é"}, 400),
            ({"code": ""}, 403),
            ({"code": "verzonnen"}, 403),
            ({"code": "x" * 3000}, 403),
            ({"iss": "https://elders.example"}, 403),
            ({"iss": ""}, 403),
            ({"error": "access_denied"}, 403),
            ({"error": "server_error\n<script>"}, 403),
        ],
    )
    def test_opens_nothing(self, changes: dict[str, str], status: int, visitor: OidcBrowser):
        answer = visitor.back({**visitor.start(), **changes})
        assert answer.status_code == status
        assert "<script>" not in answer.text
        assert not visitor.is_in

    def test_another_provider_hears_no_code(self, visitor: OidcBrowser, fake: FakeProvider):
        visitor.back({**visitor.start(), "iss": "https://elders.example"})
        assert "/token" not in fake.seen

    def test_without_iss_when_the_provider_does_not_promise_it(self, visitor: OidcBrowser, fake: FakeProvider):
        fake.document = {"authorization_response_iss_parameter_supported": None}
        brought = visitor.start()
        del brought["iss"]
        assert goes_to(visitor.back(brought)) == "/"

    def test_in_another_browser(self, visitor: OidcBrowser, house: House, fake: FakeProvider):
        other = OidcBrowser(house, fake)
        assert other.back(visitor.start()).status_code == 400
        other.start()  # with a cookie of its own
        assert other.back(visitor.start()).status_code == 400
        assert not other.is_in

    def test_twice(self, visitor: OidcBrowser):
        brought = visitor.start()
        cookie = visitor.client.cookies.get(COOKIE) or ""
        visitor.back(brought)
        visitor.client.cookies.clear()
        visitor.client.cookies.set(COOKIE, cookie)
        assert visitor.back(brought).status_code == 400
        assert not visitor.is_in

    def test_the_code_of_another_start(self, visitor: OidcBrowser):
        """Injected: the verifier of this browser does not fit the challenge of that one."""
        stolen = visitor.start()["code"]
        assert visitor.back({**visitor.start(), "code": stolen}).status_code == 403
        assert not visitor.is_in

    def test_too_late(self, visitor: OidcBrowser, now: Now):
        brought = visitor.start()
        now.later(minutes=10)
        assert visitor.back(brought).status_code == 400

    def test_with_a_changed_cookie(self, visitor: OidcBrowser):
        brought = visitor.start()
        first, seconds, naar = (visitor.client.cookies.get(COOKIE) or "").split(".")
        for changed in (f"{first}.{int(seconds) + 600}.{naar}", f"{first}.{seconds}.Ly9ldmls", "", ".."):
            visitor.client.cookies.clear()
            visitor.client.cookies.set(COOKIE, changed)
            assert visitor.back(brought).status_code == 400

    def test_said_twice(self, visitor: OidcBrowser):
        brought = visitor.start()
        answer = visitor.client.get("/inloggen/oidc/terug", params=[*brought.items(), ("state", brought["state"])])
        assert answer.status_code == 400
