"""Texts of others that are scripts: a page shows them as texts, and is otherwise the page it is with innocent ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from app.domain.persoon import Fase
from app.domain.principal import Rol
from app.processing.sessies import Wie
from tests.hostile.payloads import SCRIPTS
from tests.pages.house import GEMEENTEN, PEOPLE, House
from tests.pages.registry import LOOKS, places
from tests.pages.taint import taint
from tests.pages.watch import watch

SHOWING = {
    name: look
    for name, look in LOOKS.items()
    if look.rol is Rol.BEHANDELAAR and look.fase is Fase.INGELOGD and not (look.empty or look.do or look.status >= 400)
}
LENGTH = max(map(len, SCRIPTS)) + 1
"""All texts are as long, so that a page that breaks off a long one breaks off each."""

MUST_SHOW = ("/berichten gewoon", "/berichten/{id} gewoon", "/declaraties gewoon", "/declaraties/{id} gewoon")
CHUNKS = 4

_LOOK = """
async ([path, words]) => {
  const answer = await fetch(path, {headers: {Accept: "text/html"}});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // The source of a bericht shows how its XML writes the words.
  const forms = [...new Set([words, words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")])];
  const elements = [...page.querySelectorAll("*")];
  const texts = elements.flatMap(element => [
    ...[...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data),
    ...[...element.attributes].map(attribute => attribute.value)]);
  const addresses = elements.flatMap(element => ["href", "src", "action", "formaction", "data", "srcdoc", "content"]
    .filter(name => element.hasAttribute(name) && element.tagName !== "META").map(name => element.getAttribute(name)));
  return {
    status: answer.status,
    shape: elements.map(element => [element.tagName, ...[...element.attributes].map(one => one.name).sort()].join(" ")),
    elsewhere: addresses.filter(address => !/^([/](?![/])|#|[?]|$)/.test(address)),
    shown: texts.reduce((count, text) => count + forms.reduce((sum, form) => sum + text.split(form).length - 1, 0), 0),
  };
}
"""


def padded(words: str) -> str:
    return words + "x" * (LENGTH - len(words))


def seen(page: Page, house: House, words: str) -> Mapping[str, Any]:
    """What every page is made of, while the database is full of these words."""
    taint(house.runtime, words)
    at = places(house)
    return {name: page.evaluate(_LOOK, [look.at.format_map(at), words]) for name, look in SHOWING.items()}


@pytest.fixture
def page(browser: Browser, own_house: House) -> Iterator[Page]:
    """The page of somebody whose name is a script, too."""
    naam = SCRIPTS[0]
    own_house.change(
        "UPDATE persoon SET naam = :naam WHERE naam = :operator", naam=naam, operator=PEOPLE[Rol.BEHANDELAAR]
    )
    with closing(own_house.open(browser)) as context:
        own_house.come_in(context, Wie(naam, Rol.BEHANDELAAR.value, frozenset(GEMEENTEN)))
        yield context.new_page()


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_change_nothing_but_the_text(chunk: int, page: Page, own_house: House):
    page.goto("/toegankelijkheid")
    innocent = seen(page, own_house, padded("onschuldig"))
    assert {name: found["status"] for name, found in innocent.items() if found["status"] != 200} == {}
    assert [name for name in MUST_SHOW if not innocent[name]["shown"]] == []
    for words in map(padded, SCRIPTS[chunk::CHUNKS]):
        differ = _differing(innocent, seen(page, own_house, words), words)
        if differ:  # a page may also change with the time of day: then both are looked at again
            innocent = seen(page, own_house, padded("onschuldig"))
            differ = _differing(innocent, seen(page, own_house, words), words)
        assert differ == [], words


def _differing(innocent: Mapping[str, Any], found: Mapping[str, Any], words: str) -> list[tuple[str, str]]:
    # What cannot be seen is shown as a sign of its own in the source of a bericht.
    told = {"status", "shape", "elsewhere"} | ({"shown"} if words.isprintable() else set[str]())
    return [(name, one) for name in SHOWING for one in sorted(told) if found[name][one] != innocent[name][one]]


def test_nothing_runs(page: Page, own_house: House):
    watching = watch(page, own_house.url)
    taint(own_house.runtime, " ".join(SCRIPTS))
    at = places(own_house)
    for name, look in SHOWING.items():
        answer = page.goto(look.at.format_map(at))
        assert answer is not None
        assert (name, answer.status, watching.heard) == (name, 200, [])


def test_a_page_that_shows_a_script_as_it_is_would_be_seen(page: Page, own_house: House):
    page.goto("/toegankelijkheid")
    page.route("**/proef", lambda route: route.fulfill(body=f"<p>{SCRIPTS[0]}", content_type="text/html"))
    found = page.evaluate(_LOOK, ["/proef", SCRIPTS[0]])
    assert "SCRIPT" in found["shape"]
    assert found["shown"] == 0
