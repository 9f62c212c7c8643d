"""Run the tests of the saboteurs, first with the honest service and then each with its own: what happened, as JSON.

Everything is imported once; each run is a process forked from there, so that what was turned off stays off in it alone.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from collections.abc import Callable, Collection
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from typing import Any, Final

import pytest

from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from tests.saboteurs.saboteurs import SABOTEURS

HONEST: Final = "honest"
PASSED, SEEN = "passed", "seen"
TOLD: Final = "personal data was told"
"""What tests/leaks.py says at the end of a test."""

IMPORTED: Final = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
AT_ONCE: Final = 2


class Listener:
    """What came of each test, by its id."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that ran, or that broke before or after it did."""
        if report.failed:
            self.found[report.nodeid] = _failure(report)
        elif report.when == "call" or report.skipped:
            self.found[report.nodeid] = report.outcome


def _failure(report: pytest.TestReport) -> str:
    """SEEN when the test itself noticed: any other failure is of a saboteur that broke more than it meant to."""
    crash = getattr(report.longrepr, "reprcrash", None)
    message = str(crash.message if crash else report.longreprtext)
    in_a_test = crash is not None and "/tests/" in crash.path and "/tests/saboteurs/" not in crash.path
    if (report.when == "call" and in_a_test) or TOLD in message:
        return SEEN
    return f"{report.when}: {message[:300]}"


def run_tests(tests: Collection[str], *more: str) -> dict[str, str]:
    """Run tests in this process; what came of each."""
    listener = Listener()
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        status = pytest.main(
            [*tests, "-q", "-p", "no:cacheprovider", "--tb=short", *IMPORTED, *more], plugins=[listener]
        )
    if not listener.found and "--collect-only" not in more:
        return dict.fromkeys(tests, f"pytest {status}: {said.getvalue()[-300:]}")
    return listener.found


def in_a_fork(work: Callable[[], Any]) -> tuple[int, int]:
    """Begin work in a process of its own; its id, and where its answer can be read."""
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return process, reading
    status = 1
    try:
        with os.fdopen(writing, "w") as answer:
            json.dump(work(), answer)
        status = 0
    finally:
        os._exit(status)


def answer_of(begun: tuple[int, int]) -> dict[str, str]:
    """What the work in another process gave."""
    process, reading = begun
    with os.fdopen(reading) as answer:
        told = answer.read()
    os.waitpid(process, 0)
    return json.loads(told) if told else {}


def sabotaged(name: str) -> dict[str, str]:
    """What came of the test of a saboteur, with the defence off."""
    saboteur = SABOTEURS[name]
    saboteur.turn_off()
    return run_tests([saboteur.test])


def prepare() -> None:
    """Import and make what every test needs, once."""
    files = sorted({saboteur.test.partition("::")[0] for saboteur in SABOTEURS.values()})
    run_tests(files, "--collect-only")
    Schemas.load = cache(Schemas.load)  # pyright: ignore[reportAttributeAccessIssue]
    Schemas.load(OWN_SCHEMAS)
    gc.freeze()


def main(names: Collection[str]) -> None:
    """Print what came of every test, by saboteur."""
    prepare()
    tests = sorted({SABOTEURS[name].test for name in names})
    found: dict[str, dict[str, str]] = {HONEST: {}}
    waiting: list[tuple[str, Callable[[], Any]]] = [(HONEST, lambda: run_tests(tests))]
    waiting += [(name, lambda name=name: sabotaged(name)) for name in names]
    running: list[tuple[str, tuple[int, int]]] = []
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            name, work = waiting.pop(0)
            running.append((name, in_a_fork(work)))
        name, begun = running.pop(0)
        found[name] = answer_of(begun)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:] or sorted(SABOTEURS))
