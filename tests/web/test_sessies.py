"""A session is of whom it was made for, whatever somebody writes in the database without the secret of the service."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text

from app.processing.runtime import Runtime
from tests.web.conftest import Browser


class TestSeal:
    @pytest.mark.parametrize(
        "changed",
        [
            "naam = 'iemand'",
            "bron = 'oidc', naam = 'iemand'",
            "bron = 'oidc', rol = 'beheer', gemeenten = '[]'",
            "bron = 'oidc', gemeenten = '[\"0505\"]'",
            "begonnen_op = '2026-11-22 09:30:00+00:00'",
        ],
    )
    def test_opens_nothing_when_somebody_changed_for_whom_it_was(
        self, changed: str, browser: Browser, runtime: Runtime
    ):
        browser.log_in()
        assert browser.is_in
        with runtime.storage.writing() as session:
            session.execute(text(f"UPDATE sessie SET {changed}"))  # noqa: S608 - the changes stand above
        assert not browser.is_in

    def test_opens_nothing_when_somebody_without_the_secret_made_it(self, browser: Browser, runtime: Runtime):
        browser.log_in()
        plain = hashlib.sha256((browser.cookie or "").encode()).hexdigest()
        with runtime.storage.writing() as session:
            session.execute(text("UPDATE sessie SET id_sha256 = :plain"), {"plain": plain})
        assert not browser.is_in
