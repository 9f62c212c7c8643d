"""Logging in and out as a browser meets it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.domain.principal import Rol
from tests.pages.house import PEOPLE, WACHTWOORD, House

NAAM = PEOPLE[Rol.BEHANDELAAR]


@pytest.fixture
def context(browser: Browser, own_house: House) -> Iterator[BrowserContext]:
    """A browser that was never here."""
    with closing(own_house.open(browser)) as opened:
        yield opened


def log_in(page: Page) -> None:
    """Fill in the form that the page shows, with the keyboard alone."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")
    page.get_by_label("Inlognaam").fill(NAAM)
    page.keyboard.press("Tab")
    page.keyboard.type(WACHTWOORD)
    page.keyboard.press("Enter")


def shown(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_the_back_button_shows_nothing_after_logging_out(context: BrowserContext):
    page = context.new_page()
    page.goto("/account")
    log_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Uw account")
    page.get_by_role("link", name="Start", exact=True).click()
    page.get_by_role("button", name="Uitloggen").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")
    for _ in range(3):
        page.go_back()
        assert shown(page) == "Inloggen"


def test_who_was_away_too_long_logs_in_and_is_back(context: BrowserContext, own_house: House):
    own_house.log_in(context, Rol.BEHANDELAAR)
    page = context.new_page()
    page.goto("/account?van=menu")
    assert shown(page) == "Uw account"
    assert own_house.change("UPDATE sessie SET gezien_op = '2018-01-01 00:00:00.000000'") == 1
    page.reload()
    assert page.url.partition("?")[0] == f"{own_house.url}/inloggen"
    log_in(page)
    expect(page).to_have_url(f"{own_house.url}/account?van=menu")


def test_a_form_of_a_session_that_is_over_does_nothing(context: BrowserContext, own_house: House):
    own_house.log_in(context, Rol.BEHANDELAAR)
    page = context.new_page()
    page.goto("/account")
    own_house.change("DELETE FROM sessie")
    for name in ("huidig", "nieuw", "nogmaals"):
        page.locator(f"[name={name}]").fill(WACHTWOORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")


def test_a_script_does_not_see_the_cookie(context: BrowserContext, own_house: House):
    own_house.log_in(context, Rol.BEHANDELAAR)
    page = context.new_page()
    page.goto("/account")
    # What Playwright gave may be read by a script; what the service gives may not.
    context.clear_cookies()
    page.goto("/inloggen")
    log_in(page)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Inloggen")
    assert len(context.cookies()) == 1
    assert page.evaluate("document.cookie") == ""


def test_a_page_is_not_kept_by_the_browser(context: BrowserContext, own_house: House):
    own_house.log_in(context, Rol.BEHANDELAAR)
    page = context.new_page()
    page.goto("/account")
    page.goto("/")
    context.clear_cookies()
    page.go_back()
    assert shown(page) == "Inloggen"


def test_the_first_stop_of_a_page_skips_to_its_content(context: BrowserContext, own_house: House):
    own_house.log_in(context, Rol.BEHANDELAAR)
    page = context.new_page()
    page.goto("/account")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#inhoud$"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "huidig"
