"""Every page, in every state that it can be in, for everybody: see tests/pages/registry.py."""

from __future__ import annotations

from contextlib import closing

import pytest
from playwright.sync_api import Browser

from app.web.policy import POLICY
from tests.pages.house import House
from tests.pages.keyboard import walk
from tests.pages.looks import axe, contrast, does_not_fit, heard_wrong
from tests.pages.registry import LOOKS, PAGES, STATES, WITHOUT, places
from tests.pages.watch import watch

READ = [operation for operation in POLICY if operation.startswith("GET ")]


@pytest.mark.parametrize("operation", READ)
def test_is_looked_at(operation: str):
    assert (operation in PAGES) != (operation in WITHOUT), "give it a row in tests/pages/registry.py"


def test_no_row_is_left_over():
    assert (PAGES.keys() | WITHOUT.keys()) - set(READ) == set()


@pytest.mark.parametrize("operation", PAGES)
def test_is_looked_at_in_every_state(operation: str):
    assert tuple(PAGES[operation])[:3] == STATES
    assert [state for state, look in PAGES[operation].items() if look == ""] == []


@pytest.mark.parametrize("name", LOOKS)
def test_works_for_everybody(name: str, browser: Browser, demo_house: House, empty_house: House):
    look = LOOKS[name]
    house = empty_house if look.empty else demo_house
    with closing(house.open(browser)) as context:
        if look.rol is not None:
            house.log_in(context, look.rol, fase=look.fase)
        page = context.new_page()
        watching = watch(page, house.url)
        address = house.url + look.at.format_map(places(house))
        watching.expected = house.url if look.status >= 400 else ""
        answer = page.goto(address)
        if look.do is not None:
            with page.expect_navigation() as done:
                look.do(page)
            answer = done.value
        assert answer is not None
        assert answer.status == look.status
        assert look.do or page.url == (house.url + look.leads_to if look.leads_to else address), "it leads elsewhere"
        wrong = [f"keyboard: {what}" for what in walk(page)]
        wrong += [*heard_wrong(page), *axe(page)]
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark: {what}" for what in contrast(page)]
        for width, height in ((640, 512), (320, 256)):  # 1280 by 1024 at 200 and 400 %
            wrong += [f"{width}: {what}" for what in does_not_fit(page, width, height)]
        assert [*wrong, *watching.heard] == []
