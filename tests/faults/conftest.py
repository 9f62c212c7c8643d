"""A house on each database, and how hard it is tried: FAULT_ROUNDS multiplies what CI does."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from app.delivery import safe_client
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from tests.faults.house import House, a_house
from tests.faults.receiver import Receiver, receiving

collect_ignore = ["preloaded.py"]  # what it does on import belongs in the process that services are forked from

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "1"))


OWN = cache(lambda: Schemas.load(OWN_SCHEMAS))
TLS = cache(safe_client.tls_context)


@pytest.fixture(autouse=True)
def prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What never differs is made once for these tests, and for no others."""
    own = OWN()
    monkeypatch.setattr(Schemas, "load", lambda _folder: own)
    monkeypatch.setattr(safe_client, "tls_context", TLS)


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
