"""A browser, a service without anything in it, and one with the story of the demo."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect

from app.processing import personen_wachtwoord
from tests.pages.chromium import NoChromium, chromium
from tests.pages.house import PATIENCE_MS, House, a_demo, a_house

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="package", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Passwords that cost next to nothing to judge."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(personen_wachtwoord, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        personen_wachtwoord._nobodys.cache_clear()
        yield
    personen_wachtwoord._nobodys.cache_clear()


@pytest.fixture(scope="package")  # while it lives this thread has an event loop, which other tests may not meet
def browser() -> Iterator[Browser]:
    """Chromium; elsewhere than in CI the test is skipped where there is none."""
    opening = chromium()
    try:
        opened = opening.__enter__()
    except NoChromium as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no Chromium to look with: {reason}")
    try:
        yield opened
    finally:
        opening.__exit__(None, None, None)


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service with people and nothing else; tests only look at it."""
    with a_house(tmp_path_factory.mktemp("empty")) as house:
        yield house


@pytest.fixture(scope="session")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A service with the story of the demo; tests only look at it."""
    with a_demo(tmp_path_factory.mktemp("demo")) as house:
        yield house


@pytest.fixture
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same, for one test that changes it."""
    with a_demo(tmp_path_factory.mktemp("own")) as house:
        yield house
