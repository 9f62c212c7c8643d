"""A house on each database, and how hard it is tried: FAULT_ROUNDS multiplies what CI does."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.house import House, a_house
from tests.faults.launch import prepare_once
from tests.faults.receiver import Receiver, receiving

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))


@pytest.fixture(scope="session", autouse=True)
def schemas_compiled() -> None:
    """The schemas, for what runs in the process of the tests."""
    prepare_once()


@pytest.fixture
def rounds() -> Callable[[int], int]:
    """How often something is done: what is small in CI is as large as `make faults` asks."""
    return lambda small: small * ROUNDS


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """The endpoint of every partij."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def house(database_url: str, tmp_path: Path, receiver: Receiver, request: pytest.FixtureRequest) -> Iterator[House]:
    """A house on each database in turn."""
    with a_house(database_url, tmp_path, receiver) as house:
        yield house
        request.node.user_properties.append(("tally", dict(house.tally())))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What all houses went through; what was lost or doubled failed its test."""
    tallies = Counter[str]()
    for report in terminalreporter.getreports(""):
        if report.when == "teardown":
            tallies.update(dict(report.user_properties).get("tally", {}))
    if tallies:
        counts = ", ".join(f"{count} {name}" for name, count in tallies.items())
        terminalreporter.write_line(f"faults: {counts}")
