"""Each saboteur is seen by the test that must see it, which passes with the honest service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.saboteurs.__main__ import HONEST, PASSED, SEEN
from tests.saboteurs.saboteurs import SABOTEURS

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, str]]:
    """What came of each test, by saboteur; in processes of their own, for what is turned off stays off."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.saboteurs"],
        cwd=HERE.parents[1],
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(ran.stdout)


def test_the_honest_service_passes(found: dict[str, dict[str, str]]):
    assert found[HONEST] == {saboteur.test: PASSED for saboteur in SABOTEURS.values()}


@pytest.mark.parametrize("name", sorted(SABOTEURS))
def test_is_seen(name: str, found: dict[str, dict[str, str]]):
    assert found[name] == {SABOTEURS[name].test: SEEN}


def test_the_paper_names_each_with_what_it_does_and_the_test_that_sees_it():
    paper = (HERE / "README.md").read_text()
    for name, saboteur in SABOTEURS.items():
        assert f"| `{name}` | {saboteur.does} | `{saboteur.test}` |" in paper
