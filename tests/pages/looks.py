"""Judgements of a page as it stands in the browser; each gives what is wrong with it."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.architecture.files import ROOT

AXE = ROOT / "tools" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_RUN = """
async options => {
  const found = await axe.run(document, options);
  return found.violations.map(rule => ({id: rule.id, help: rule.help, nodes: rule.nodes.map(node => node.html)}));
}
"""
_WIDER = """
() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = element => element && (/auto|scroll/.test(getComputedStyle(element).overflowX)
    || scrolls(element.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter(element => element.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(element))
    .map(element => element.outerHTML.slice(0, 120)).slice(0, 5).concat(`${root.scrollWidth} px wide`);
}
"""
_CUT_OFF = """
() => [...document.body.querySelectorAll("*")].filter(element => {
    const style = getComputedStyle(element);
    if (style.overflowX !== "hidden" && style.overflowY !== "hidden") return false;
    if (element.closest(".iwmo-visually-hidden, svg")) return false;
    return element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
  }).map(element => element.outerHTML.slice(0, 120))
"""
_SPACED = """
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}
"""
_UNSPACED = "() => { document.adoptedStyleSheets = []; }"


_IDS = "() => [...document.querySelectorAll('[id]')].map(element => element.id)"


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def axe(page: Page, **options: Any) -> list[str]:
    """What axe-core finds, by rule."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(_axe())
    runs = options or {"runOnly": {"type": "tag", "values": TAGS}}
    return [f"{found['id']}: {found['help']}: {found['nodes'][:5]}" for found in page.evaluate(_RUN, runs)]


def contrast(page: Page) -> list[str]:
    """What axe-core finds on colours alone."""
    return axe(page, runOnly={"type": "rule", "values": ["color-contrast", "link-in-text-block"]})


def too_wide(page: Page) -> list[str]:
    """What makes a page scroll sideways."""
    return page.evaluate(_WIDER)


def does_not_fit(page: Page, width: int, height: int) -> list[str]:
    """What is lost in a window of this size, also with the text spacing of WCAG 1.4.12."""
    page.set_viewport_size({"width": width, "height": height})
    found = [*too_wide(page), *page.evaluate(_CUT_OFF)]
    page.evaluate(_SPACED)
    found += [f"spaced: {what}" for what in (*too_wide(page), *page.evaluate(_CUT_OFF))]
    page.evaluate(_UNSPACED)
    return found


def heard_wrong(page: Page) -> list[str]:
    """What a screen reader would tell otherwise than it is: language, title, headings, names."""
    language = page.locator("html").get_attribute("lang")
    titles = page.locator("h1").count()
    ids = Counter(page.evaluate(_IDS))
    return [
        *([f"lang={language}"] if language != "nl" else []),
        *(f"id {id} {times} times" for id, times in ids.items() if times > 1),
        *([f"{titles} h1"] if titles != 1 else []),
        *([f"title {page.title()!r}"] if not page.title().endswith(" – iWmo-berichtenservice") else []),
    ]
