"""How somebody works through the pages: with a mouse, with the keyboard alone, or in a browser without script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

MOST_STOPS = 200
_MIDDLE = """
element => {
  const size = box => box.width * box.height;
  const box = [...element.getClientRects()].sort((one, other) => size(other) - size(one))[0];
  return [box.x + box.width / 2, box.y + box.height / 2];
}
"""
"""Where somebody with a mouse clicks; Playwright takes the first part, which may be for screen readers alone."""


@dataclass(frozen=True)
class Hands:
    """Finds things on a page by what they are called, and never types an address."""

    page: Page
    keyboard: bool

    def link(self, name: str) -> None:
        """Follow a link by its whole name."""
        self.press(self.page.get_by_role("link", name=name, exact=True).first)

    def button(self, name: str) -> None:
        """Press a button by its whole name."""
        self.press(self.page.get_by_role("button", name=name, exact=True).first)

    def menu(self, name: str) -> None:
        """Choose something in the main menu."""
        self.press(self.page.get_by_label("Hoofdmenu").get_by_role("link", name=name, exact=True))

    def press(self, what: Locator) -> None:
        """Follow a link or press a button, and wait for where it leads: until then there is the page before it."""
        what.wait_for()
        if self.keyboard:
            self._to(what)
        with self.page.expect_navigation():
            if self.keyboard:
                self.page.keyboard.press("Enter")
            else:
                what.scroll_into_view_if_needed()
                self.page.mouse.click(*what.evaluate(_MIDDLE))

    def fill(self, label: str, text: str) -> None:
        """Fill in the field with a label."""
        field = self.page.get_by_label(label, exact=True)
        if self.keyboard:
            self._to(field)
            self.page.keyboard.type(text)
        else:
            field.fill(text)

    def _to(self, what: Locator) -> None:
        """Tab until it has the focus."""
        wanted = what.element_handle()
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement === wanted", wanted):
                return
        raise AssertionError(f"the Tab key does not lead to {what}")


WAYS: dict[str, tuple[bool, bool]] = {
    "with a mouse": (False, True),
    "with the keyboard": (True, True),
    "without script": (False, False),
}
"""Whether the keyboard is used, and whether there is script."""

Open = Callable[[], Hands]
