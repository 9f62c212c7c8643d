"""Every page has a row in the policy, and answers strangers, browsers and software as it should."""

from __future__ import annotations

import re

import pytest
from fastapi import APIRouter
from sqlalchemy import text

from app.domain.principal import Recht
from app.processing.logboek_weigeringen import write_counted
from app.processing.runtime import Runtime
from app.web import application, policy
from app.web.application import create_pages
from app.web.house import House
from app.web.policy import POLICY, Deur, NoPolicy
from tests.web.browser import Browser

FOR_STRANGERS = {
    "GET /inloggen": 200,
    "POST /inloggen": 400,
    "GET /instellen": 404,
    "POST /instellen": 404,
    "GET /instellen/{token}": 303,
    "GET /static/{name}": 200,
    "GET /toegankelijkheid": 200,
    "GET /inloggen/oidc": 404,
    "GET /inloggen/oidc/terug": 404,
    "POST /inloggen/oidc/uitgelogd": 404,
}
FILLED_IN = {"token": "x" * 43, "name": "iwmo.css"}
ACTIONS = sorted(op.partition(" ")[2] for op in POLICY if op.startswith("POST ") and f"GET {op[5:]}" not in POLICY)
POLICY_HEADER = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("operation", POLICY)
def test_a_stranger_is_sent_to_the_login(operation: str, browser: Browser):
    method, _, path = operation.partition(" ")
    path = re.sub(r"\{(\w+)\}", lambda found: FILLED_IN.get(found[1], "1"), path)
    token = browser.token("/inloggen")
    fields = {"formulier": token} if method == "POST" else None
    answer = browser.client.request(method, path, data=fields)
    assert answer.status_code == FOR_STRANGERS.get(operation, 303)
    if operation not in FOR_STRANGERS:
        asked = f"?naar={path}" if method == "GET" and path not in {"/", "/inloggen/code"} else ""
        assert answer.headers["location"] == f"/inloggen{asked}"


@pytest.mark.parametrize("path", ACTIONS)
def test_nothing_happens_by_looking(path: str, browser: Browser):
    browser.log_in()
    answer = browser.get(path)
    assert answer.status_code == 405
    assert "<html" in answer.text
    assert browser.is_in


def test_a_page_without_row_does_not_start(runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    router = APIRouter()
    router.add_api_route("/nieuw", lambda: None, methods=["GET"])
    monkeypatch.setattr(application, "ROUTERS", (*application.ROUTERS, router))
    with pytest.raises(NoPolicy, match="GET /nieuw"):
        create_pages(House(runtime=runtime))


def test_a_row_without_page_does_not_start(runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(policy, "POLICY", {**POLICY, "GET /weg": Deur.PERSOON})
    with pytest.raises(NoPolicy, match="GET /weg"):
        create_pages(House(runtime=runtime))


def test_a_right_that_the_role_lacks(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    browser.log_in()
    form = browser.token("/account")
    monkeypatch.setitem(POLICY, "GET /account", Recht.LOGBOEK_LEZEN)  # type: ignore[arg-type]
    monkeypatch.setitem(POLICY, "POST /account/wachtwoord", Recht.BEHEER)  # type: ignore[arg-type]
    assert browser.get("/account").status_code == 404
    assert browser.client.post("/account/wachtwoord", data={"formulier": form}).status_code == 403
    monkeypatch.setitem(POLICY, "GET /account", Recht.BERICHTEN_LEZEN)  # type: ignore[arg-type]
    assert browser.get("/account").status_code == 200


def test_who_is_kept_out_is_written_down(browser: Browser, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    browser.log_in()
    monkeypatch.setitem(POLICY, "GET /account", Recht.LOGBOEK_LEZEN)  # type: ignore[arg-type]
    for _ in range(3):
        assert browser.get("/account").status_code == 404
    assert browser.get("/account/geen-pagina").status_code == 404
    assert browser.client.post("/uitloggen", data={"formulier": "x"}).status_code == 403
    write_counted(runtime, every=True)
    with runtime.storage.reading() as session:
        rows = session.execute(
            text(
                "SELECT wie, object_id, reden, aantal FROM logboek WHERE gebeurtenis = 'toegang-geweigerd' ORDER BY id"
            )
        ).all()
    assert sorted(tuple(row) for row in rows) == [
        ("persoon:consulent", "GET /account", "PageRefused", 1),
        ("persoon:consulent", "GET /account", "PageRefused", 2),
        ("persoon:consulent", "POST /uitloggen", "ForeignForm", 1),
    ]


@pytest.mark.parametrize("path", ["/", "/inloggen", "/instellen", "/account", "/bestaat-niet", "/static/nee.css"])
def test_pages_are_guarded(path: str, browser: Browser):
    headers = browser.get(path, accept="text/html").headers
    assert headers["content-security-policy"] == POLICY_HEADER
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/account", "/account/tweede-factor"])
def test_pages_hold_no_script_or_style(path: str, browser: Browser):
    browser.log_in()
    page = browser.get(path).text
    assert '<html lang="nl">' in page
    for forbidden in ("<script>", "<style", " style=", " on", "javascript:", "data:"):
        assert forbidden not in page.replace(" onbekend", "").replace(" onder", ""), forbidden


def test_every_field_has_a_label(browser: Browser):
    browser.log_in()
    page = browser.get("/account").text
    fields = [part.partition('"')[0] for part in page.split('class="iwmo-textbox" id="')[1:]]
    assert len(fields) >= 3
    assert [name for name in fields if f'<label class="iwmo-form-label" for="{name}"' not in page] == []


def test_the_stylesheet_may_be_kept(browser: Browser):
    page = browser.get("/inloggen").text
    (address,) = re.findall(r'href="(/static/iwmo\.css[^"]*)"', page)
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


def test_browsers_get_pages_and_software_problems(browser: Browser):
    assert "<html" in browser.get("/nergens", accept="text/html,*/*").text
    assert browser.get("/nergens").headers["content-type"] == "application/problem+json"
    assert browser.get("/v1/nergens", accept="text/html").headers["content-type"] == "application/problem+json"


def test_a_failure_is_a_page_that_tells_nothing(browser: Browser, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("999900006")

    monkeypatch.setattr("app.web.visit.sessie_of", fail)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "<html" in answer.text
    assert "999900006" not in answer.text
