"""The judges of a page find what is wrong with one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.house import PATIENCE_MS, House
from tests.pages.keyboard import walk
from tests.pages.looks import axe, contrast, does_not_fit, heard_wrong
from tests.pages.watch import Watch, watch

GOOD = """<!DOCTYPE html><html lang="nl"><head><title>Proef – iWmo-berichtenservice</title></head><body><main>
<h1>Proef</h1>
<style>:focus-visible { outline: 3px solid #000 }</style><p><a href="/een">Een</a> <a href="/twee">Twee</a></p>
<form><label for="a">Naam</label> <input id="a" name="a"> <button>Zoek</button></form></main></body></html>"""
LONG = "x" * 400
WRONG: dict[str, tuple[Callable[[Page], list[str]], str, str]] = {
    "no label": (axe, '<label for="a">Naam</label>', ""),
    "pale": (contrast, "<h1>", '<h1 style="color: #ccc">'),
    "wide": (lambda page: does_not_fit(page, 320, 256), "Proef</h1>", f"{LONG}</h1>"),
    "cut off": (
        lambda page: does_not_fit(page, 320, 256),
        "<h1>Proef</h1>",
        '<h1>P</h1><p style="height: 1em; overflow: hidden">Lang genoeg voor meer dan een enkele regel van 320 px</p>',
    ),
    "fits until it is spaced": (
        lambda page: does_not_fit(page, 640, 512),
        "<h1>Proef</h1>",
        '<h1>P</h1><p style="width: 7em; overflow: hidden; white-space: nowrap">Precies genoeg</p>',
    ),
    "English": (heard_wrong, 'lang="nl"', 'lang="en"'),
    "an id twice": (heard_wrong, 'href="/twee"', 'href="/twee" id="a"'),
    "two titles": (heard_wrong, "</h1>", "</h1><h1>Nog een</h1>"),
    "nameless": (heard_wrong, "Proef – iWmo", "iWmo"),
    "out of order": (walk, 'href="/twee"', 'href="/twee" tabindex="1"'),
    "not reached": (walk, 'href="/een"', 'href="/een" tabindex="-1"'),
    "no focus to see": (walk, "outline: 3px solid #000", "outline: none"),
    "covered": (walk, "<main>", '<div style="position: fixed; inset: 0; background: #fff"></div><main>'),
}


@pytest.fixture
def page(browser: Browser, empty_house: House) -> Iterator[Page]:
    """A page to fill."""
    with closing(empty_house.open(browser)) as context:
        yield context.new_page()


def test_nothing_is_wrong_with_a_good_page(page: Page):
    page.set_content(GOOD)
    assert [
        *walk(page),
        *axe(page),
        *heard_wrong(page),
        *does_not_fit(page, 320, 256),
        *does_not_fit(page, 640, 512),
    ] == []


@pytest.mark.parametrize("name", WRONG)
def test_finds(name: str, page: Page):
    judge, good, bad = WRONG[name]
    assert good in GOOD
    page.set_content(GOOD.replace(good, bad, 1))
    assert judge(page) != []


HEARD = {
    "a script within the page": "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
    "a style within the page": "document.body.innerHTML += '<p style=\"color: red\">'",
    "an error": "setTimeout(() => { throw new Error('x') })",
    "a dialog": "alert(1)",
    "a picture from elsewhere": "new Image().src = 'http://127.0.0.1:9/pixel'",
    "what is not there": "fetch('/static/niets.css')",
}


@pytest.mark.parametrize("name", HEARD)
def test_hears(name: str, page: Page, empty_house: House):
    watching: Watch = watch(page, empty_house.url)
    page.goto("/inloggen")
    assert watching.heard == []
    page.evaluate(HEARD[name] + "; undefined")
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not watching.heard and time.monotonic() < deadline:  # an answer from the service comes when it comes
        page.wait_for_timeout(50)
    assert watching.heard != []
