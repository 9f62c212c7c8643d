"""Walking over a page with the Tab key."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

_STOPS = """
() => {
  const seen = element => element.checkVisibility({visibilityProperty: true});
  const radios = new Set();
  const stops = [...document.querySelectorAll(
      "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter(element => !element.disabled && seen(element))
    .filter(element => {
      if (element.type !== "radio") return true;
      const group = `${element.form?.action} ${element.name}`;
      const chosen = document.querySelector(`input[type=radio][name="${element.name}"]:checked`);
      if (chosen ? element !== chosen : radios.has(group)) return false;
      radios.add(group);
      return true;
    });
  window.iwmoStops = stops;
  document.activeElement?.blur();
  getSelection().removeAllRanges();
  return stops.map(element => element.outerHTML.replace(/\\s+/g, " ").slice(0, 100));
}
"""
_HERE = """
() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const shown = element.getClientRects()[0] ?? box;
  const [x, y] = [shown.left + Math.min(shown.width / 2, 20), shown.top + Math.min(shown.height / 2, 10)];
  const top = document.elementFromPoint(x, y);
  const part = element.tagName === "INPUT" || element.tagName === "SELECT" || element.tagName === "TEXTAREA";
  return {
    index: window.iwmoStops.indexOf(element),
    html: element.outerHTML.replace(/\\s+/g, " ").slice(0, 100),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    uncovered: !!top && (element.contains(top) || top.contains(element) || (part && !!top.closest("label"))),
  };
}
"""


PARTS_OF_A_DATE = 4
"""A date has a stop for the day, the month, the year and the calendar."""


def _tab(page: Page, index: int) -> Any:
    here = None
    for _ in range(PARTS_OF_A_DATE):
        page.keyboard.press("Tab")
        here = page.evaluate(_HERE)
        if here is None or here["index"] != index - 1 or 'type="date"' not in here["html"]:
            break
    return here


def walk(page: Page) -> list[str]:
    """Tab from the start of a page to its end: what was not reached, not in order, or not seen to be reached."""
    stops: list[str] = page.evaluate(_STOPS)
    found: list[str] = []
    for index, stop in enumerate(stops):
        here = _tab(page, index)
        if here is None or here["index"] != index:
            return [*found, f"Tab {index + 1} should lead to {stop}, led to {here and here['html']}"]
        found += [f"no outline: {stop}"] if not here["outlined"] else []
        found += [f"covered: {stop}"] if not here["uncovered"] else []
    return found
