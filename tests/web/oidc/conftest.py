"""A service with an identity provider, and a browser that goes there and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from app.processing.oidc_client import Provider
from app.processing.runtime import Runtime
from app.web.application import create_pages
from app.web.house import House
from tests.web.browser import Browser, Now, goes_to
from tests.web.oidc.provider import PUBLIC_URL, FakeProvider, provider_at, providing, redirecting

COOKIE = "__Host-iwmo-oidc"
WELL_KNOWN = "/.well-known/openid-configuration"
HUGE = b"HTTP/1.1 200 X\r\nContent-Length: 300000\r\n\r\n" + b" " * 300_000
BROKEN: dict[str, bytes | None] = {
    "redirects": redirecting("https://elders.example/"),
    "huge": HUGE,
    "no JSON": b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n<x",
    "a list": b"HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n[]",
    "deep": b"HTTP/1.1 200 X\r\nContent-Length: 50000\r\n\r\n" + b"[" * 50_000,
    "an error": b"HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n",
    "cut off": b"HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\n{",
    "no HTTP": b"hallo\r\n\r\n",
}


class OidcBrowser(Browser):
    """A browser at a service with an identity provider."""

    def __init__(self, house: House, fake: FakeProvider) -> None:
        self.client = TestClient(create_pages(house), base_url=PUBLIC_URL, follow_redirects=False)
        self.fake = fake

    def start(self, naar: str = "") -> dict[str, str]:
        """To the provider, where the person logs in; what is brought back."""
        return self.fake.authorized(goes_to(self.client.get("/inloggen/oidc", params={"naar": naar} if naar else {})))

    def back(self, brought: dict[str, str]) -> Response:
        return self.client.get("/inloggen/oidc/terug", params=brought)

    def through(self, naar: str = "") -> Response:
        return self.back(self.start(naar))


@pytest.fixture
def fake(now: Now) -> Iterator[FakeProvider]:
    with providing(now) as found:
        yield found


@pytest.fixture
def provider(fake: FakeProvider, tmp_path: Path) -> Provider:
    return provider_at(fake, tmp_path)


@pytest.fixture
def house(runtime: Runtime, provider: Provider) -> House:
    return House(runtime=runtime, public_url=PUBLIC_URL, oidc=provider)


@pytest.fixture
def visitor(house: House, fake: FakeProvider) -> OidcBrowser:
    return OidcBrowser(house, fake)


def rows(runtime: Runtime, query: str) -> list[Any]:
    with runtime.storage.reading() as session:
        return [tuple(row) for row in session.execute(text(query))]
