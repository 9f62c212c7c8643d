"""The pictures of the README, taken from the demo: `make screenshots`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page

from app.domain.principal import Rol
from tests.architecture.files import ROOT
from tests.pages.chromium import chromium
from tests.pages.house import a_demo
from tests.pages.registry import places

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 80_000
WIDTH, SCALE = 1280, 0.75


def _top(_page: Page) -> None:
    """As it opens."""


def _below(heading: str) -> Callable[[Page], None]:
    """From a heading on."""
    return lambda page: page.get_by_role("heading", name=heading, exact=True).evaluate(
        "heading => scrollTo(0, heading.getBoundingClientRect().top + scrollY - 16)"
    )


PICTURES: dict[str, tuple[str, Callable[[Page], None], int]] = {
    "berichten": ("/berichten", _top, 840),
    "bevindingen": ("/berichten/{b303}", _below("Wat er mis is"), 560),
    "toewijzing": ("/toewijzingen/1708/1001", _top, 840),
    "stuurinformatie": ("/stuurinformatie", _below("Uitnutting"), 840),
}
"""By name: the page, what is done there first, and how high the picture is."""


def main() -> None:
    """Take each picture anew; raises ValueError for one that is not small."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, a_demo(Path(folder)) as house, chromium() as browser:
        at = places(house)
        with closing(browser.new_context(base_url=house.url, locale="nl-NL", device_scale_factor=SCALE)) as context:
            house.log_in(context, Rol.BEHANDELAAR)
            page = context.new_page()
            for name, (path, arrange, height) in PICTURES.items():
                page.set_viewport_size({"width": WIDTH, "height": height})
                page.goto(path.format_map(at))
                arrange(page)
                png = page.screenshot(path=FOLDER / f"{name}.png")
                print(f"{name}: {len(png)} bytes")
                if len(png) > MOST_BYTES:
                    raise ValueError(f"{name} has {len(png)} bytes, at most {MOST_BYTES}")


if __name__ == "__main__":
    main()
