"""What an operator who never saw it finds alone: from the start page on, by what stands on the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.principal import Rol
from tests.pages.hands import WAYS, Hands
from tests.pages.house import PEOPLE, House
from tests.pages.registry import BSN
from tests.pages.watch import watch


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> Any:
    """How the operator works."""
    return request.param


def opened(browser: Browser, house: House, way: tuple[bool, bool]) -> Iterator[Hands]:
    """The start page, of a behandelaar who is logged in."""
    keyboard, script = way
    with closing(house.open(browser, Rol.BEHANDELAAR, script=script)) as context:
        page = context.new_page()
        watching = watch(page, house.url)
        page.goto("/")
        yield Hands(page, keyboard)
        assert watching.heard == []


@pytest.fixture
def hands(browser: Browser, demo_house: House, way: tuple[bool, bool]) -> Iterator[Hands]:
    """An operator at the start page of the demo."""
    yield from opened(browser, demo_house, way)


@pytest.fixture
def hands_of_own(browser: Browser, own_house: House, way: tuple[bool, bool]) -> Iterator[Hands]:
    """The same, in a demo that may change."""
    yield from opened(browser, own_house, way)


def shown(page: Page) -> str:
    return page.locator("main").inner_text()


def test_why_a_line_was_refused_and_what_to_say(hands: Hands):
    page = hands.page
    hands.menu("Berichten")
    hands.press(page.get_by_role("row").filter(has_text="WMO303").filter(has_text="1 bevinding").get_by_role("link"))
    expect(page.get_by_role("heading", name="Wat er mis is")).to_be_visible()
    assert "Het volume van de regel past in wat er van de ruimte van de periode over is." in shown(page)
    hands.press(page.get_by_role("link", name=re.compile("^Zin voor de aanbieder")))
    said = page.get_by_label(re.compile("^Zin voor de aanbieder over regel P0002")).input_value()
    for fact in ("P0002", "400", "300"):
        assert fact in said
    assert BSN not in said


def test_how_much_of_a_budget_is_left(hands: Hands):
    page = hands.page
    hands.menu("Toewijzingen")
    hands.fill("Toewijzingnummer", "1001")
    hands.button("Zoeken")
    expect(page.locator("[data-summary]")).to_have_text(re.compile("^1 toewijzing"))
    hands.link("Toewijzing 1001")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Toewijzing 1001")
    assert "Van 990 stuks is in periode 3 van 2018" in shown(page)
    january = page.get_by_role("row").filter(has_text="periode 1 van 2018")
    assert january.get_by_role("cell").all_inner_texts()[1:4] == ["990", "690", "300"]


def test_all_berichten_of_one_client(hands: Hands, demo_house: House):
    page = hands.page
    hands.menu("Berichten")
    hands.fill("Zoek op bsn, identificatie, factuurnummer of toewijzingnummer", BSN)
    hands.button("Zoeken")
    expect(page.get_by_role("heading", level=1)).to_have_text("Berichten over één client")
    rows = page.get_by_role("table").get_by_role("row").count() - 1
    assert rows == int(demo_house.value(f"SELECT count(*) FROM bericht_client WHERE bsn = '{BSN}'"))  # noqa: S608
    assert rows == 3  # the 301, the 303 and its 304; a 302 that accepts names nobody
    assert BSN not in page.url + page.title()


def test_a_bericht_is_sent_again(hands_of_own: Hands, own_house: House):
    page, before = hands_of_own.page, sent(own_house)
    hands_of_own.menu("Berichten")
    hands_of_own.link("Afgeleverd 4")
    hands_of_own.press(page.get_by_role("row").filter(has_text="Steenwijkerland").get_by_role("link").first)
    hands_of_own.link("Verstuur opnieuw…")
    expect(page.get_by_role("heading", level=1)).to_have_text("Opnieuw versturen")
    hands_of_own.button("Verstuur opnieuw")
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"Door {PEOPLE[Rol.BEHANDELAAR]}")
    assert sent(own_house) == before + 1


def test_who_looked_at_a_client(hands_of_own: Hands, own_house: House, browser: Browser):
    page = hands_of_own.page
    with closing(own_house.open(browser, Rol.LEZER)) as colleague:
        answer = colleague.request.get(f"/berichten/{own_house.value(THE_303)}")
        assert answer.status == 200
    hands_of_own.menu("Logboek")
    hands_of_own.fill("Bsn van de client", BSN)
    hands_of_own.button("Zoeken")
    rows = page.get_by_role("row").filter(has_text=PEOPLE[Rol.LEZER])
    expect(rows.first).to_contain_text("bekeek")
    assert BSN not in page.url + page.title()


THE_303 = "SELECT id FROM bericht WHERE soort = 'WMO303'"


def sent(house: House) -> int:
    """How much sending was asked for, ever."""
    return int(house.value("SELECT count(*) FROM gebeurtenis WHERE soort = 'opnieuw'"))
