"""What a script does with filters and with a page that is followed: the newest wins, and it stops when it is over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.domain.principal import Rol
from tests.pages.house import House
from tests.storage.rows import MOMENT, stored_bericht

TURN = 31_000
"""A little longer than the page of a bericht waits before it asks again, in milliseconds."""


@pytest.fixture
def page(browser: Browser, own_house: House) -> Iterator[Page]:
    """A page of a behandelaar, with a clock that the test moves."""
    with closing(own_house.open(browser, Rol.BEHANDELAAR)) as context:
        page = context.new_page()
        page.clock.install()
        yield page


def test_a_page_that_is_followed_stops_when_it_is_over(page: Page, own_house: House):
    id = stored_bericht(own_house.runtime.storage, identificatie="ONDERWEG", status="te-verzenden", ontvangen_op=MOMENT)
    page.goto(f"/berichten/{id}")
    under_way = page.get_by_text("Dit bericht is nog onderweg.")
    expect(under_way).to_be_visible()
    own_house.change("UPDATE bericht SET status = 'afgeleverd' WHERE id = :id", id=id)
    page.clock.run_for(TURN)
    expect(under_way).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(3 * TURN)
    assert asked == []


def test_the_newest_filter_wins(page: Page):
    held: list[Route] = []
    page.route("**/berichten?soort=WMO301", lambda route: held.append(route))
    page.goto("/berichten")
    soort = page.get_by_label("Soort", exact=True)
    with page.expect_request("**/berichten?soort=WMO301"):
        soort.select_option("WMO301")
    soort.select_option("WMO303")
    expect(page.get_by_role("row")).to_have_count(2)
    with page.expect_response("**/berichten?soort=WMO301"):
        held[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(page).to_have_url(re.compile(r"/berichten\?soort=WMO303$"))
    expect(page.get_by_role("row")).to_have_count(2)


def test_choices_that_go_together_are_sent_together(page: Page):
    page.goto("/declaraties")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Periode").select_option("1")
    page.get_by_label("Jaar").fill("2018")
    assert asked == []
    page.get_by_role("button", name="Filteren").click()
    expect(page).to_have_url("/declaraties?jaar=2018&periode=1")
    expect(page.get_by_role("heading", name="Er is iets niet goed")).to_have_count(0)
