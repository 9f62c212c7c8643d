"""Chromium, as the machine has it: no browser is downloaded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
START_MS = 180_000


class NoChromium(Exception):
    """There is no Chromium on this machine"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window; raises NoChromium."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoChromium(f"none of {', '.join(NAMES)} is on the path")
    unboxed = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*QUIET, *unboxed], timeout=START_MS)
        try:
            yield browser
        finally:
            browser.close()
