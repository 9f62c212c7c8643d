"""The accessibility statement."""

from __future__ import annotations

from starlette.testclient import TestClient

from app.main import create_app
from app.processing.runtime import Runtime
from app.settings import Settings
from tests.web.browser import Browser


def test_is_there_for_who_has_no_account(browser: Browser):
    page = browser.get("/toegankelijkheid")
    assert page.status_code == 200
    assert "<h1>Toegankelijkheid</h1>" in page.text
    assert "WCAG 2.2" in page.text
    assert "Hoofdmenu" not in page.text


def test_has_the_menu_for_who_is_logged_in(browser: Browser):
    browser.log_in()
    assert "Hoofdmenu" in browser.get("/toegankelijkheid").text


def test_every_page_leads_to_it(browser: Browser):
    assert '<a href="/toegankelijkheid">' in browser.get("/inloggen").text


def test_says_whom_to_tell(runtime: Runtime):
    settings = Settings(
        log_level="error",
        worker=False,
        contact_name="Team <Wmo>",
        contact_email="wmo@steenwijkerland.example",
        contact_url="https://steenwijkerland.example/wmo",
    )
    page = TestClient(create_app(settings, runtime), base_url="https://testserver").get("/toegankelijkheid").text
    assert "Team &lt;Wmo&gt;" in page
    assert '<a href="mailto:wmo@steenwijkerland.example">' in page
    assert '<a href="https://steenwijkerland.example/wmo">' in page
