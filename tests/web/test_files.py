"""The files of every page, and the colours of a gemeente in place of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.processing.runtime import Runtime
from app.settings import Settings
from app.web.pages import STATIC
from tests.web.browser import Browser


@pytest.mark.parametrize("name", ["iwmo.css", "iwmo.js", "iwmo.svg"])
def test_is_kept_by_a_browser(name: str, browser: Browser):
    answer = browser.get(f"/static/{name}")
    assert answer.content == (STATIC / name).read_bytes()
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_not_on_the_list_is_not_there(browser: Browser):
    assert browser.get("/static/pages.py").status_code == 404
    assert browser.get("/static/..%2fpages.py").status_code == 404


def test_a_gemeente_gives_its_own_tokens(runtime: Runtime, tmp_path: Path):
    own = tmp_path / "huisstijl.css"
    own.write_text(":root { --iwmo-color-accent: #800000; }")
    app = create_app(Settings(log_level="error", worker=False, huisstijl=own), runtime)
    answer = TestClient(app, base_url="https://testserver").get("/static/tokens.css")
    assert answer.text == own.read_text()
    assert answer.headers["cache-control"] == "no-cache"


def test_every_colour_is_a_token():
    """Else a gemeente that swaps the tokens finds ours back somewhere."""
    style = (STATIC / "iwmo.css").read_text()
    used = {part.partition(")")[0] for part in style.split("var(")[1:]}
    known = {
        line.split(":")[0].strip() for line in (STATIC / "tokens.css").read_text().splitlines() if "--iwmo-" in line
    }
    assert used <= known, used - known
