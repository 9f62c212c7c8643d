"""Logging in and out: what a stranger learns, what a cookie is worth, and when it ends."""

from __future__ import annotations

import re

import pytest
from pyotp.totp import TOTP
from sqlalchemy import text

from app.domain.principal import Rol
from app.processing.personen import create_persoon, let_in, unlock
from app.processing.runtime import Runtime
from app.processing.sessies import digest
from app.storage.personen import PersoonRecord, add_persoon
from tests.web.browser import CHEF, NAAM, WACHTWOORD, Browser, Now, goes_to

STEP = 30


def _random_part(browser: Browser) -> str:
    """The cookie without the seal that follows it once somebody logged in."""
    return (browser.cookie or "").partition(".")[0]


class TestCookie:
    def test_is_for_the_server_alone(self, browser: Browser):
        for answer in (browser.get("/inloggen"), browser.log_in()):
            (cookie,) = answer.headers.get_list("set-cookie")
            name, *attributes = cookie.split("; ")
            assert re.fullmatch(r"__Host-iwmo=[A-Za-z0-9_-]{43}(\.[0-9a-f]{48})?", name)
            assert {one.lower() for one in attributes} == {"httponly", "secure", "samesite=lax", "path=/"}

    def test_is_a_new_one_after_logging_in(self, browser: Browser):
        browser.get("/inloggen")
        before = _random_part(browser)
        browser.log_in()
        assert _random_part(browser) not in {before, ""}

    def test_one_that_a_stranger_chose_is_no_session(self, runtime: Runtime):
        victim, attacker = Browser(runtime), Browser(runtime)
        attacker.get("/inloggen")
        victim.client.cookies.set("__Host-iwmo", attacker.cookie or "")
        assert goes_to(victim.log_in()) == "/"
        assert not attacker.is_in

    def test_is_not_kept_as_it_is(self, browser: Browser, runtime: Runtime):
        browser.log_in()
        with runtime.storage.reading() as session:
            (kept,) = session.execute(text("SELECT id_sha256 FROM sessie")).scalars()
        assert kept == digest(runtime, browser.cookie or "") != browser.cookie

    def test_has_another_name_without_https_on_this_machine(self, runtime: Runtime):
        local = Browser(runtime, "http://127.0.0.1:8000")
        local.client._transport.client = ("127.0.0.1", 1)  # type: ignore[attr-defined]
        answer = local.get("/inloggen")
        assert answer.headers["set-cookie"].startswith("iwmo-lokaal=")
        assert "Secure" not in answer.headers["set-cookie"]
        assert "HttpOnly" in answer.headers["set-cookie"]

    @pytest.mark.parametrize("url", ["http://testserver", "http://10.0.0.4", "http://iwmo.example"])
    def test_there_is_no_page_over_http_elsewhere(self, url: str, runtime: Runtime):
        answer = Browser(runtime, url).get("/inloggen")
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert "<form" not in answer.text

    @pytest.mark.parametrize("path", ["/v1/berichten", "/metrics", "/v1/toewijzingen"])
    def test_opens_no_api(self, path: str, browser: Browser):
        browser.log_in()
        assert browser.is_in
        assert browser.get(path).status_code == 401


class TestSession:
    def test_from_login_to_logout(self, browser: Browser):
        assert goes_to(browser.get("/")) == "/inloggen"
        assert goes_to(browser.log_in("  CONSULENT ")) == "/"
        page = browser.get("/").text
        assert "Welkom, consulent" in page
        assert "1708" in page
        assert goes_to(browser.get("/inloggen")) == "/"
        used = browser.cookie
        assert goes_to(browser.post("/uitloggen", on="/")) == "/inloggen"
        assert browser.cookie is None
        browser.client.cookies.set("__Host-iwmo", used or "")
        assert goes_to(browser.get("/")) == "/inloggen"

    def test_ends_after_half_an_hour_of_silence(self, browser: Browser, now: Now):
        browser.log_in()
        for _ in range(3):
            now.later(minutes=29)
            assert browser.is_in
        now.later(minutes=30)
        assert not browser.is_in

    def test_ends_after_ten_hours(self, browser: Browser, now: Now):
        browser.log_in()
        for _ in range(23):
            now.later(minutes=25)
            assert browser.is_in
        now.later(minutes=25)
        assert not browser.is_in

    def test_ends_at_once_when_the_person_is_disabled(self, browser: Browser, runtime: Runtime):
        browser.log_in()
        assert let_in(runtime, NAAM, actief=False)
        assert not browser.is_in
        assert browser.log_in().status_code == 400
        let_in(runtime, NAAM, actief=True)
        assert not browser.is_in
        assert goes_to(browser.log_in()) == "/"

    def test_two_at_once(self, runtime: Runtime):
        one, other = Browser(runtime), Browser(runtime)
        one.log_in()
        other.log_in()
        one.post("/uitloggen", on="/")
        assert (one.is_in, other.is_in) == (False, True)

    def test_logs_who_came_in(self, browser: Browser, runtime: Runtime):
        browser.log_in(wachtwoord="mis")
        browser.log_in("geheim wachtwoord")
        browser.log_in()
        browser.post("/uitloggen", on="/")
        with runtime.storage.reading() as session:
            rows = session.execute(text("SELECT wie, gebeurtenis, object_id FROM logboek ORDER BY id")).all()
        assert [tuple(row) for row in rows[-4:]] == [
            ("onbekend", "inloggen-mislukt", NAAM),
            ("onbekend", "inloggen-mislukt", None),
            (f"persoon:{NAAM}", "ingelogd", NAAM),
            (f"persoon:{NAAM}", "uitgelogd", NAAM),
        ]


class TestForms:
    @pytest.mark.parametrize("sent", [None, "", "0" * 64, "x"])
    def test_need_the_token_of_this_browser(self, sent: str | None, browser: Browser):
        browser.get("/inloggen")
        fields = {"naam": NAAM, "wachtwoord": WACHTWOORD, **({} if sent is None else {"formulier": sent})}
        assert browser.client.post("/inloggen", data=fields).status_code == 403
        assert not browser.is_in

    def test_a_token_is_of_no_use_elsewhere(self, runtime: Runtime, browser: Browser):
        foreign = Browser(runtime).token("/inloggen")
        browser.log_in()
        for token in (foreign, Browser(runtime).token("/inloggen")):
            assert browser.client.post("/uitloggen", data={"formulier": token}).status_code == 403
        assert browser.is_in

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "https://elders.example"},
            {"Origin": "null"},
            {"Origin": "https://testserver:444"},
        ],
    )
    def test_come_from_our_own_pages(self, headers: dict[str, str], browser: Browser):
        answer = browser.post("/inloggen", on="/inloggen", naam=NAAM, wachtwoord=WACHTWOORD, headers=headers)
        assert answer.status_code == 403
        assert not browser.is_in

    @pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "https://testserver"}])
    def test_of_our_own_pages_are_taken(self, headers: dict[str, str], browser: Browser):
        answer = browser.post("/inloggen", on="/inloggen", naam=NAAM, wachtwoord=WACHTWOORD, headers=headers)
        assert goes_to(answer) == "/"

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"naam=" + b"x" * 70_000, "application/x-www-form-urlencoded"),
            (b"&".join(b"a%d=1" % number for number in range(100)), "application/x-www-form-urlencoded"),
            (b"naam=%ff", "application/x-www-form-urlencoded"),
            (b"\xff", "application/x-www-form-urlencoded"),
            (b'{"naam": "x"}', "application/json"),
            (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        ],
    )
    def test_that_are_no_forms(self, body: bytes, kind: str, browser: Browser):
        answer = browser.client.post("/inloggen", content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400


class TestSecondFactor:
    def test_is_asked_when_it_is_set_up(self, runtime: Runtime, now: Now):
        first, second = Browser(runtime), Browser(runtime)
        first.log_in()
        geheim = first.add_totp(now(), huidig=WACHTWOORD)
        assert first.is_in
        now.later(seconds=STEP)
        assert goes_to(second.log_in()) == "/inloggen/code"
        halfway = second.cookie
        assert goes_to(second.get("/")) == "/inloggen/code"
        assert goes_to(second.get("/account")) == "/inloggen/code?naar=/account"
        assert second.give_code("000000").status_code == 400
        assert goes_to(second.give_code(TOTP(geheim).at(now()))) == "/"
        assert second.is_in
        assert second.cookie != halfway

    def test_a_code_works_once(self, runtime: Runtime, now: Now):
        first, second, third = Browser(runtime), Browser(runtime), Browser(runtime)
        first.log_in()
        geheim = first.add_totp(now(), huidig=WACHTWOORD)
        second.log_in()
        assert second.give_code(TOTP(geheim).at(now())).status_code == 400  # it was used to set up
        now.later(seconds=STEP)
        code = TOTP(geheim).at(now())
        assert goes_to(second.give_code(code)) == "/"
        third.log_in()
        assert third.give_code(code).status_code == 400
        assert third.give_code(TOTP(geheim).at(now().timestamp() - STEP)).status_code == 400  # type: ignore[arg-type]

    def test_guessing_codes_locks_too(self, runtime: Runtime, now: Now):
        first, second = Browser(runtime), Browser(runtime)
        first.log_in()
        geheim = first.add_totp(now(), huidig=WACHTWOORD)
        for _ in range(10):
            now.later(minutes=2, seconds=5)
            assert goes_to(second.log_in()) == "/inloggen/code"  # the right password forgives no wrong code
            now.later(minutes=2, seconds=5)
            assert second.give_code("000000").status_code == 400
        now.later(minutes=5)
        assert goes_to(second.log_in()) == "/inloggen/code"
        assert second.give_code(TOTP(geheim).at(now())).status_code == 400
        unlock(runtime, NAAM)
        assert goes_to(second.give_code(TOTP(geheim).at(now()))) == "/"

    def test_the_secret_is_kept_encrypted(self, runtime: Runtime, browser: Browser, now: Now):
        browser.log_in()
        geheim = browser.add_totp(now(), huidig=WACHTWOORD)
        with runtime.storage.reading() as session:
            (kept,) = session.execute(text("SELECT totp_geheim FROM persoon WHERE totp_geheim IS NOT NULL")).scalars()
        assert geheim.encode() not in bytes(kept)

    def test_halfway_lasts_ten_minutes(self, runtime: Runtime, now: Now):
        browser = Browser(runtime)
        browser.log_in(CHEF)
        now.later(minutes=10)
        assert goes_to(browser.get("/account/tweede-factor")) == "/inloggen?naar=/account/tweede-factor"


@pytest.mark.parametrize("rol", [Rol.BEHEER, Rol.AUDITOR])
def test_who_sees_everything_needs_a_second_factor(rol: Rol, runtime: Runtime, now: Now):
    create_persoon(runtime, naam="ziet-veel", rol=rol, wachtwoord=WACHTWOORD)
    browser = Browser(runtime)
    assert goes_to(browser.log_in("ziet-veel")) == "/account/tweede-factor"
    assert not browser.is_in
    browser.add_totp(now())
    assert browser.is_in
    answer = browser.post("/account/tweede-factor/verwijderen", on="/account", wachtwoord=WACHTWOORD)
    assert (answer.status_code, f"Voor de rol {rol} is" in answer.text) == (400, True)


class TestBeheer:
    @pytest.mark.parametrize("path", ["/", "/account"])
    def test_can_do_nothing_without_second_factor(self, path: str, browser: Browser):
        assert goes_to(browser.log_in(CHEF)) == "/account/tweede-factor"
        assert goes_to(browser.get(path)) == "/account/tweede-factor"
        on = "/account/tweede-factor"
        for action in ("/account/wachtwoord", "/account/sessies/beeindigen", "/account/tweede-factor/verwijderen"):
            assert goes_to(browser.post(action, on=on, wachtwoord=WACHTWOORD)) == on

    def test_sets_it_up_and_keeps_it(self, browser: Browser, now: Now):
        browser.log_in(CHEF)
        halfway = browser.cookie
        browser.add_totp(now())
        assert browser.is_in
        assert browser.cookie != halfway
        answer = browser.post("/account/tweede-factor/verwijderen", on="/account", wachtwoord=WACHTWOORD)
        assert answer.status_code == 400
        assert "verplicht" in answer.text


def test_markup_in_a_name_is_text(runtime: Runtime, browser: Browser, now: Now):
    naam = "<script>alert(1)</script>"
    assert "&lt;script&gt;" in browser.log_in(naam, "x").text
    with runtime.storage.reading() as session:
        kept = session.execute(text("SELECT wachtwoord_hash FROM persoon LIMIT 1")).scalar_one()
    persoon = PersoonRecord(
        naam="naam", wachtwoord_hash=kept, rol=Rol.LEZER, gemeenten=frozenset({'"><b>'}), gemaakt_op=now()
    )
    runtime.storage.run(lambda session: add_persoon(session, persoon=persoon))
    assert goes_to(browser.log_in("naam")) == "/"
    for path in ("/", "/account", "/account/tweede-factor"):
        page = browser.get(path).text
        assert "<script>" not in page
        assert "<b>" not in page


def test_every_role_has_a_start_page(runtime: Runtime, now: Now):
    for rol in (Rol.LEZER, Rol.AUDITOR):
        create_persoon(runtime, naam=rol, rol=rol, gemeenten=["0505"], wachtwoord=WACHTWOORD)
        browser = Browser(runtime)
        if goes_to(browser.log_in(rol)) != "/":
            browser.add_totp(now())
        assert rol.value in browser.get("/").text
