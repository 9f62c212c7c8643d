"""Guessing at passwords: what a guesser learns, how soon it ends, and whom it keeps out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app.processing import personen_inloggen
from app.processing.personen import let_in, unlock
from app.processing.personen_inloggen import log_in
from app.processing.runtime import Runtime
from app.processing.sessies import Vanaf
from tests.web.browser import CHEF, NAAM, WACHTWOORD, Browser, Now, goes_to


class TestGuessing:
    def test_unknown_and_known_names_hear_the_same(self, runtime: Runtime):
        answers: list[list[tuple[int, str]]] = []
        for naam in (NAAM, "niemand"):
            browser = Browser(runtime)
            tried = [browser.log_in(naam, "niet het goede wachtwoord") for _ in range(12)]
            answers.append([(one.status_code, _without_token(one.text).replace(naam, "NAAM")) for one in tried])
        assert answers[0] == answers[1]

    def test_a_password_is_judged_for_every_name(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
        judged: list[str | None] = []

        def judge(_wachtwoord: str, kept: str | None) -> bool:
            judged.append(kept)
            return False

        monkeypatch.setattr(personen_inloggen, "is_wachtwoord", judge)
        let_in(runtime, CHEF, actief=False)
        for naam in (NAAM, CHEF, "niemand"):
            log_in(runtime, naam, "x", Vanaf())
        assert [kept is None for kept in judged] == [False, True, True]

    def test_each_failure_makes_the_next_wait(self, browser: Browser, now: Now):
        for _ in range(3):
            assert browser.log_in(wachtwoord="mis").status_code == 400
        assert browser.log_in().status_code == 400  # right, and too early
        now.later(seconds=1)
        assert goes_to(browser.log_in()) == "/"

    def test_ten_failures_lock_for_a_quarter_of_an_hour(self, browser: Browser, now: Now):
        _lock(browser, now)
        now.later(minutes=14, seconds=59)
        assert browser.log_in().status_code == 400
        now.later(seconds=1)
        assert goes_to(browser.log_in()) == "/"

    def test_who_knows_a_name_does_not_keep_its_owner_out(self, runtime: Runtime, now: Now):
        for _ in range(40):
            log_in(runtime, NAAM, "mis", Vanaf("198.51.100.66"))
            now.later(seconds=20)
        assert log_in(runtime, NAAM, WACHTWOORD, Vanaf("198.51.100.66")) is None
        assert log_in(runtime, NAAM, WACHTWOORD, Vanaf("203.0.113.5")) is not None

    def test_a_name_that_is_tried_everywhere_waits_everywhere(self, runtime: Runtime, now: Now):
        for number in range(100):
            assert log_in(runtime, NAAM, "mis", Vanaf(f"198.51.100.{number}")) is None
        assert log_in(runtime, NAAM, WACHTWOORD, Vanaf("203.0.113.5")) is None
        now.later(minutes=2)
        assert log_in(runtime, NAAM, WACHTWOORD, Vanaf("203.0.113.5")) is not None

    def test_of_a_site_with_many_addresses_are_of_one_place(self, runtime: Runtime, now: Now):
        for number in range(3):
            log_in(runtime, NAAM, "mis", Vanaf(f"2001:db8::{number}"))
        assert log_in(runtime, NAAM, WACHTWOORD, Vanaf("2001:db8::9")) is None
        assert log_in(runtime, NAAM, WACHTWOORD, Vanaf("2001:db8:0:1::9")) is not None

    def test_what_comes_too_early_costs_no_hash(self, browser: Browser, now: Now, monkeypatch: pytest.MonkeyPatch):
        for number in range(30):
            browser.log_in(f"naam{number}", "mis")
        judged: list[str] = []
        monkeypatch.setattr(personen_inloggen, "is_wachtwoord", lambda wachtwoord, _kept: judged.append(wachtwoord))
        early = browser.log_in()
        assert (early.status_code, judged) == (400, [])
        now.later(minutes=16)
        browser.log_in()
        assert judged == [WACHTWOORD]

    @pytest.mark.parametrize("naam", ["a\x01b", "jan\u2028", "x" * 5000, "\U0001f600", ""], ids=list("abcde"))
    def test_what_cannot_be_a_name_is_nobody(
        self, naam: str, runtime_on_each: Runtime, monkeypatch: pytest.MonkeyPatch
    ):
        browser = Browser(runtime_on_each)
        known = _without_token(browser.log_in("niemand", "mis").text).replace("niemand", "NAAM")
        judged: list[str | None] = []
        monkeypatch.setattr(personen_inloggen, "is_wachtwoord", lambda _wachtwoord, kept: judged.append(kept))
        answer = browser.log_in(naam)
        assert (answer.status_code, judged) == (400, [None])
        assert len(_without_token(answer.text)) - len(known) <= max(len(naam) - len("NAAM"), 0)

    def test_a_lock_can_be_taken_off(self, browser: Browser, now: Now, runtime: Runtime):
        _lock(browser, now)
        assert browser.log_in().status_code == 400
        assert unlock(runtime, NAAM)
        assert goes_to(browser.log_in()) == "/"

    def test_a_lock_is_of_one_name(self, runtime: Runtime, browser: Browser, now: Now):
        _lock(browser, now)
        assert goes_to(Browser(runtime).log_in(CHEF)) == "/account/tweede-factor"

    def test_an_address_that_tries_many_names_waits_too(self, browser: Browser, now: Now):
        for number in range(30):
            browser.log_in(f"naam{number}", "mis")
        assert browser.log_in().status_code == 400
        now.later(minutes=16)
        assert goes_to(browser.log_in()) == "/"

    def test_guesses_at_the_same_time_all_count(self, runtime_on_each: Runtime):
        def guess(number: int) -> object:
            return log_in(runtime_on_each, NAAM, f"mis {number}", Vanaf("192.0.2.1"))

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(guess, range(16))) == [None] * 16
        with runtime_on_each.storage.reading() as session:
            counted = session.execute(text("SELECT mislukt FROM inlogpoging")).scalars().all()
        assert counted == [3, 3, 3]  # the name, the address, the name there; the others came too early

    def test_what_was_typed_as_a_name_is_kept_nowhere(self, browser: Browser, runtime: Runtime):
        browser.log_in("mijngeheimewachtwoord", "x")
        with runtime.storage.reading() as session:
            for table in ("inlogpoging", "logboek", "sessie"):
                rows = session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
                assert "mijngeheimewachtwoord" not in repr(rows)


def _lock(browser: Browser, now: Now) -> None:
    for _ in range(10):
        assert browser.log_in(wachtwoord="mis").status_code == 400
        now.later(minutes=2, seconds=1)
    now.later(minutes=-2, seconds=-1)


def _without_token(page: str) -> str:
    return re.sub(r'value="[0-9a-f]{64}"', "", page)
