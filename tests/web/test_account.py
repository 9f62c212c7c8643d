"""One's own account, and the link to set a password with."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.domain.principal import Rol
from app.processing.personen import create_link, create_persoon, let_in
from app.processing.personen_inloggen import log_in
from app.processing.runtime import Runtime
from app.processing.sessies import Vanaf
from tests.web.browser import CHEF, NAAM, WACHTWOORD, Browser, Now, goes_to

OTHER = "ook een lange zin, maar anders"


class TestWachtwoord:
    def change(self, browser: Browser, **fields: str) -> object:
        given: dict[str, Any] = {"huidig": WACHTWOORD, "nieuw": OTHER, "nogmaals": OTHER, **fields}
        return browser.post("/account/wachtwoord", on="/account", **given)

    def test_another_ends_every_other_session(self, runtime: Runtime):
        one, other = Browser(runtime), Browser(runtime)
        one.log_in()
        other.log_in()
        before = one.cookie
        assert goes_to(self.change(one)) == "/account"  # type: ignore[arg-type]
        assert (one.is_in, other.is_in) == (True, False)
        assert one.cookie != before
        assert other.log_in().status_code == 400
        assert goes_to(other.log_in(wachtwoord=OTHER)) == "/"

    @pytest.mark.parametrize(
        "fields",
        [
            {"huidig": "mis"},
            {"nogmaals": "iets anders"},
            {"nieuw": "te kort", "nogmaals": "te kort"},
            {"nieuw": "x" * 201, "nogmaals": "x" * 201},
            {"nieuw": "Wachtwoord123", "nogmaals": "Wachtwoord123"},
            {"nieuw": "aaaabbbbaaaab", "nogmaals": "aaaabbbbaaaab"},
        ],
    )
    def test_what_cannot_be_changes_nothing(self, fields: dict[str, str], browser: Browser, runtime: Runtime):
        browser.log_in()
        answer = self.change(browser, **fields)
        assert answer.status_code == 400  # type: ignore[attr-defined]
        assert 'aria-invalid="true"' in answer.text  # type: ignore[attr-defined]
        assert WACHTWOORD not in answer.text  # type: ignore[attr-defined]
        assert goes_to(Browser(runtime).log_in()) == "/"

    def test_guessing_it_in_a_session_locks(self, browser: Browser, now: Now):
        browser.log_in()
        for _ in range(10):
            self.change(browser, huidig="mis")
            now.later(minutes=2, seconds=1)
        assert self.change(browser).status_code == 400  # type: ignore[attr-defined]

    def test_has_no_room_for_a_name(self, runtime: Runtime):
        create_persoon(runtime, naam="eenlangenaam", rol=Rol.LEZER, gemeenten=["1708"], wachtwoord=WACHTWOORD)
        browser = Browser(runtime)
        browser.log_in("eenlangenaam")
        answer = self.change(browser, nieuw="EenLangeNaam", nogmaals="EenLangeNaam")
        assert answer.status_code == 400  # type: ignore[attr-defined]


class TestTweedeFactor:
    def test_needs_the_password(self, browser: Browser):
        browser.log_in()
        answer = browser.post("/account/tweede-factor", on="/account/tweede-factor", huidig="mis", code="000000")
        assert answer.status_code == 400

    def test_comes_and_goes(self, browser: Browser, runtime: Runtime, now: Now):
        browser.log_in()
        assert browser.get("/account/tweede-factor.svg").headers["content-type"] == "image/svg+xml"
        browser.add_totp(now(), huidig=WACHTWOORD)
        assert browser.get("/account/tweede-factor.svg").status_code == 404
        assert goes_to(browser.get("/account/tweede-factor")) == "/account"
        remove = "/account/tweede-factor/verwijderen"
        assert browser.post(remove, on="/account", wachtwoord="mis").status_code == 400
        assert goes_to(browser.post(remove, on="/account", wachtwoord=WACHTWOORD)) == "/account"
        assert goes_to(Browser(runtime).log_in()) == "/"


class TestGuessing:
    def wrong(self, browser: Browser) -> int:
        return browser.post("/account/wachtwoord", on="/account", huidig="mis", nieuw=OTHER, nogmaals=OTHER).status_code

    def right(self, browser: Browser) -> int:
        sent: dict[str, Any] = {"huidig": WACHTWOORD, "nieuw": OTHER, "nogmaals": OTHER}
        return browser.post("/account/wachtwoord", on="/account", **sent).status_code

    def test_of_others_at_the_login_is_no_matter(self, browser: Browser, runtime: Runtime):
        browser.log_in()
        for number in range(120):
            log_in(runtime, NAAM, "mis", Vanaf(f"198.51.100.{number}"))
        assert self.right(browser) == 303

    def test_brakes_the_session_in_which_it_is_done(self, runtime: Runtime):
        one, other = Browser(runtime), Browser(runtime)
        one.log_in()
        other.log_in()
        assert [self.wrong(one) for _ in range(3)] == [400] * 3
        assert self.right(one) == 400
        assert self.right(other) == 303

    def test_is_written_down(self, browser: Browser, runtime: Runtime):
        browser.log_in()
        self.wrong(browser)
        assert _logged(runtime)[-1] == (f"persoon:{NAAM}", "inloggen-mislukt", NAAM, "eigen wachtwoord")


def _logged(runtime: Runtime) -> list[tuple[str | None, ...]]:
    with runtime.storage.reading() as session:
        rows = session.execute(text("SELECT wie, gebeurtenis, object_id, reden FROM logboek ORDER BY id")).all()
    return [tuple(row) for row in rows]


class TestSessies:
    def test_that_are_ended_are_written_down(self, runtime: Runtime):
        one, other = Browser(runtime), Browser(runtime)
        one.log_in()
        other.log_in()
        (handle,) = _handles(one)
        before = len(_logged(runtime))
        for sent in (handle, handle, "x\x00"):
            one.post("/account/sessies/beeindigen", on="/account", sessie=sent)
        assert _logged(runtime)[before:] == [(f"persoon:{NAAM}", "uitgelogd", NAAM, "andere eigen sessie")]

    def test_of_oneself_can_be_ended(self, runtime: Runtime):
        one, other = Browser(runtime), Browser(runtime)
        one.log_in()
        other.log_in()
        (handle,) = _handles(one)
        assert goes_to(one.post("/account/sessies/beeindigen", on="/account", sessie=handle)) == "/account"
        assert (one.is_in, other.is_in) == (True, False)

    def test_of_another_cannot(self, runtime: Runtime):
        one, two, stranger = Browser(runtime), Browser(runtime), Browser(runtime)
        one.log_in()
        two.log_in()
        (handle,) = _handles(one)
        create_persoon(runtime, naam="ander", rol=Rol.LEZER, gemeenten=["1708"], wachtwoord=WACHTWOORD)
        stranger.log_in("ander")
        assert _handles(stranger) == []
        stranger.post("/account/sessies/beeindigen", on="/account", sessie=handle)
        assert one.is_in
        assert two.is_in


class TestLink:
    def use(self, browser: Browser, wachtwoord: str = OTHER) -> object:
        return browser.post("/instellen", on="/instellen", wachtwoord=wachtwoord, nogmaals=wachtwoord)

    def test_is_exchanged_for_a_cookie_at_once(self, browser: Browser, runtime: Runtime):
        token = create_link(runtime, NAAM)
        answer = browser.get(f"/instellen/{token}")
        assert goes_to(answer) == "/instellen"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "httponly" in answer.headers["set-cookie"].lower()
        assert token not in browser.get("/instellen").text

    @pytest.mark.parametrize("token", ["%E2%82%AC", "x", "x" * 44, "x" * 42 + "%0A"])
    def test_that_is_none_is_not_there(self, token: str, browser: Browser):
        answer = browser.get(f"/instellen/{token}")
        assert (answer.status_code, "iwmo-instellen" in str(answer.headers)) == (404, False)

    def test_works_once(self, runtime: Runtime):
        token = create_link(runtime, NAAM)
        first, second = Browser(runtime), Browser(runtime)
        for browser in (first, second):
            browser.get(f"/instellen/{token}")  # a scanner that looks ahead uses nothing up
        form = second.token("/instellen")
        assert goes_to(self.use(first)) == "/"  # type: ignore[arg-type]
        assert first.is_in
        late = second.client.post("/instellen", data={"formulier": form, "wachtwoord": OTHER, "nogmaals": OTHER})
        assert late.status_code == 404
        assert second.get("/instellen").status_code == 404
        assert not second.is_in
        assert goes_to(second.log_in(wachtwoord=OTHER)) == "/"

    def test_lasts_half_an_hour(self, browser: Browser, runtime: Runtime, now: Now):
        browser.get(f"/instellen/{create_link(runtime, NAAM)}")
        form = browser.token("/instellen")
        now.later(minutes=30)
        assert browser.get("/instellen").status_code == 404
        late = browser.client.post("/instellen", data={"formulier": form, "wachtwoord": OTHER, "nogmaals": OTHER})
        assert late.status_code == 404
        assert goes_to(browser.log_in()) == "/"

    @pytest.mark.parametrize("token", ["x", "é", "a" * 300, "%00"])
    def test_of_nothing(self, token: str, browser: Browser):
        browser.get(f"/instellen/{token}")
        assert browser.get("/instellen").status_code == 404

    def test_without_any(self, browser: Browser):
        assert browser.get("/instellen").status_code == 404

    def test_a_newer_one_replaces_it(self, browser: Browser, runtime: Runtime):
        earlier = create_link(runtime, NAAM)
        create_link(runtime, NAAM)
        browser.get(f"/instellen/{earlier}")
        assert browser.get("/instellen").status_code == 404

    def test_is_of_no_use_to_who_is_disabled(self, browser: Browser, runtime: Runtime):
        browser.get(f"/instellen/{create_link(runtime, NAAM)}")
        let_in(runtime, NAAM, actief=False)
        assert browser.get("/instellen").status_code == 404

    def test_a_bad_password_does_not_use_it_up(self, browser: Browser, runtime: Runtime):
        browser.get(f"/instellen/{create_link(runtime, NAAM)}")
        assert self.use(browser, "te kort").status_code == 400  # type: ignore[attr-defined]
        assert goes_to(self.use(browser)) == "/"  # type: ignore[arg-type]

    def test_keeps_the_second_factor_or_takes_it_away(self, runtime: Runtime, now: Now):
        browser = Browser(runtime)
        browser.log_in(CHEF)
        browser.add_totp(now())
        keeps, takes = Browser(runtime), Browser(runtime)
        keeps.get(f"/instellen/{create_link(runtime, CHEF)}")
        self.use(keeps)
        assert goes_to(keeps.get("/")) == "/inloggen/code"
        assert not browser.is_in
        takes.get(f"/instellen/{create_link(runtime, CHEF, wist_totp=True)}")
        self.use(takes)
        assert goes_to(takes.get("/")) == "/account/tweede-factor"


def _handles(browser: Browser) -> list[str]:
    """The other sessions that the account page offers to end."""
    page = browser.get("/account").text
    return [part.partition('"')[0] for part in page.split('name="sessie" value="')[1:]]
