"""The list of berichten with a script: it filters without a new page, follows what arrives, and stops when asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.principal import Rol
from tests.pages.house import House
from tests.pages.watch import watch
from tests.storage.rows import MOMENT, stored_bericht

TURN = 16_000
"""A little longer than the page waits before it asks again, in milliseconds."""
SAID = "De lijst is bijgewerkt: er zijn nieuwe berichten, of een status is veranderd."


@pytest.fixture
def page(browser: Browser, own_house: House) -> Iterator[Page]:
    """The list of a behandelaar, with a clock that the test moves."""
    with closing(own_house.open(browser, Rol.BEHANDELAAR)) as context:
        page = context.new_page()
        watching = watch(page, own_house.url)
        page.clock.install()
        page.goto("/berichten")
        page.evaluate("document.body.dataset.same = 'page'")
        yield page
        assert watching.heard == []
        assert page.evaluate("document.body.dataset.same") == "page", "the page was loaded again"


def _arrives(house: House, name: str, **changes: str) -> None:
    stored_bericht(house.runtime.storage, identificatie=name, ontvangen_op=MOMENT, **changes)


def _views(house: House) -> str:
    return house.value("SELECT count(*) FROM logboek WHERE gebeurtenis = 'berichten-bekeken'")


def test_what_arrives_shows_and_is_told(page: Page, own_house: House):
    _arrives(own_house, "NIEUW1")
    page.clock.run_for(TURN)
    expect(page.get_by_role("link", name="Bericht NIEUW1")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(SAID)


def test_nothing_is_shown_or_written_down_while_nothing_changes(page: Page, own_house: House):
    before = _views(own_house)
    with page.expect_response("**/berichten/stand"):
        page.clock.run_for(TURN)
    with page.expect_response("**/berichten/stand"):
        page.clock.run_for(TURN)
    assert _views(own_house) == before
    expect(page.get_by_role("status")).to_have_text("")


def test_it_stands_still_when_asked_and_goes_on_when_asked(page: Page, own_house: House):
    button = page.get_by_role("button", name="Niet zelf bijwerken")
    button.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _arrives(own_house, "NIEUW2")
    page.clock.run_for(3 * TURN)
    assert asked == []
    button.press("Enter")
    page.clock.run_for(TURN)
    expect(page.get_by_role("link", name="Bericht NIEUW2")).to_be_visible()


def test_a_filter_needs_no_new_page_and_is_no_news(page: Page, own_house: House):
    page.get_by_label("Soort", exact=True).select_option("WMO303")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/berichten\?soort=WMO303$"))
    expect(page.get_by_role("status")).to_have_text("1 bericht, nieuwste eerst.")
    with page.expect_response("**/berichten/stand?soort=WMO303"):
        page.clock.run_for(TURN)
    expect(page.get_by_role("status")).to_have_text("1 bericht, nieuwste eerst.")
    _arrives(own_house, "NIEUW3", soort="WMO303")
    page.clock.run_for(TURN)
    expect(page.get_by_role("link", name="Bericht NIEUW3")).to_be_visible()
