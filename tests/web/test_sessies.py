"""A session is of whom it was made for, whatever somebody writes in the database without the secret of the service."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC

import pytest
from sqlalchemy import text

from app.domain.principal import PERSOON_VAN_AANBIEDER, Rol, Wijze
from app.processing.geheimen import Doel
from app.processing.personen import create_persoon
from app.processing.runtime import Runtime
from app.processing.sessies import SEAL_LENGTH, principal_of_sessie, sessie_of
from tests.web.browser import WACHTWOORD, Browser


class TestSeal:
    @pytest.mark.parametrize(
        "changed",
        [
            "naam = 'iemand'",
            "bron = 'oidc', naam = 'iemand'",
            "bron = 'oidc', rol = 'beheer', gemeenten = '[]'",
            "bron = 'oidc', gemeenten = '[\"0505\"]'",
            "bron = 'oidc', aanbieders = '[\"98000001\"]'",
            "bron = 'oidc', gemeenten = '[]', aanbieders = '[\"1708\"]'",
            "begonnen_op = '2026-11-22 09:30:00+00:00'",
        ],
        ids=["name", "source", "role", "gemeente", "aanbieder", "gemeente as aanbieder", "begin"],
    )
    def test_opens_nothing_when_somebody_changed_for_whom_it_was(
        self, changed: str, browser: Browser, runtime: Runtime
    ):
        browser.log_in()
        assert browser.is_in
        with runtime.storage.writing() as session:
            session.execute(text(f"UPDATE sessie SET {changed}"))  # noqa: S608 - the changes stand above
        assert sessie_of(runtime, browser.cookie or "") is None
        assert not browser.is_in

    def test_opens_nothing_when_somebody_without_the_secret_made_it(self, browser: Browser, runtime: Runtime):
        browser.log_in()
        plain = hashlib.sha256((browser.cookie or "").encode()).hexdigest()
        with runtime.storage.writing() as session:
            session.execute(text("UPDATE sessie SET id_sha256 = :plain"), {"plain": plain})
        assert not browser.is_in

    def test_is_for_who_has_no_aanbieders_what_it_was_before_there_were_any(self, browser: Browser, runtime: Runtime):
        browser.log_in()
        cookie = browser.cookie or ""
        sessie = sessie_of(runtime, cookie)
        assert sessie is not None
        random, _, sealed = cookie.partition(".")
        began = sessie.begonnen_op.astimezone(UTC).isoformat()
        said = json.dumps((random, "consulent", "lokaal", "behandelaar", ["1708"], "ingelogd", began)).encode()
        expected = hmac.digest(runtime.geheimen.key(Doel.SESSIES), b"sessie:" + said, "sha256").hex()
        assert sealed == expected[:SEAL_LENGTH]


def test_who_is_in_stays_in_when_persons_of_aanbieders_come(browser: Browser, runtime: Runtime):
    browser.log_in()
    runtime.storage.downgrade("0025")
    with runtime.storage.reading() as session:
        columns = list(session.execute(text("SELECT * FROM sessie")).keys())
    assert "gemeenten" in columns
    assert "aanbieders" not in columns
    runtime.storage.upgrade()
    assert browser.is_in
    browser.client.cookies.clear()
    assert browser.log_in().status_code == 303
    assert browser.is_in


class TestOfAanbieder:
    @pytest.fixture(autouse=True)
    def logged_in(self, browser: Browser, runtime: Runtime) -> None:
        """Somebody of two aanbieders is in."""
        codes = ["98000001", "98000002"]
        create_persoon(runtime, naam="zorg", rol=Rol.AANBIEDER, aanbieders=codes, wachtwoord=WACHTWOORD)
        browser.log_in("zorg")
        assert browser.is_in

    def test_stands_for_them_and_only_reads(self, browser: Browser, runtime: Runtime):
        sessie = sessie_of(runtime, browser.cookie or "")
        assert sessie is not None
        principal = principal_of_sessie(sessie, None)
        assert (principal.rol, principal.wijze) == (Rol.AANBIEDER, Wijze.SESSIE)
        assert (principal.gemeenten, principal.aanbieders) == (frozenset(), {"98000001", "98000002"})
        assert principal.rechten == PERSOON_VAN_AANBIEDER
        assert all(recht.endswith(":lezen") for recht in PERSOON_VAN_AANBIEDER)

    @pytest.mark.parametrize(
        "aanbieders", ['["98000001"]', '["98000001", "98000002", "98000003"]', "[]"], ids=["fewer", "more", "none"]
    )
    @pytest.mark.parametrize(
        "tables", [["persoon"], ["sessie"], ["persoon", "sessie"]], ids=["person", "session", "both"]
    )
    def test_opens_nothing_when_they_are_others_now(
        self, tables: list[str], aanbieders: str, browser: Browser, runtime: Runtime
    ):
        with runtime.storage.writing() as session:
            for table in tables:
                changed = text(f"UPDATE {table} SET aanbieders = :aanbieders")  # noqa: S608 - the tables stand above
                session.execute(changed, {"aanbieders": aanbieders})
        assert not browser.is_in

    def test_is_the_same_under_a_new_cookie(self, browser: Browser, runtime: Runtime):
        nieuw = "een andere lange zin"
        fields = {"huidig": WACHTWOORD, "nieuw": nieuw, "nogmaals": nieuw}
        assert browser.post("/account/wachtwoord", on="/account", **fields).status_code == 303
        sessie = sessie_of(runtime, browser.cookie or "")
        assert sessie is not None
        assert sessie.aanbieders == {"98000001", "98000002"}
