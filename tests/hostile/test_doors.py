"""Every hostile input at every door: the answer as labelled, nothing opened or called, and the service goes on."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.evil import LARGE, Expectation, indexed
from tests.fixtures.messages import ROOT
from tests.hostile import others
from tests.hostile.envelopes import REQUESTS
from tests.hostile.watch import CONNECTING, Guarded, Watch

INDEX = indexed()
TWICE = "409 identificatie-niet-uniek"
"""A variant of a message that came before it: only the first is taken in."""

ANSWERS: Mapping[str, Mapping[Expectation, set[str]]] = {
    "bericht": {
        Expectation.UNREADABLE: {"400 onleesbaar-bericht"},
        Expectation.XSD: {"400 afgekeurd-bericht", "403 afzender-niet-toegestaan"},  # or the sender itself is wrong
        Expectation.LEES: {"400 afgekeurd-bericht"},
        Expectation.VALID: {"201", TWICE},
    },
    "controleer": {
        Expectation.UNREADABLE: {"400 onleesbaar-bericht"},
        Expectation.XSD: {"200", "403 afzender-niet-toegestaan"},
        Expectation.LEES: {"200"},
        Expectation.VALID: {"200"},
    },
    "map": {
        Expectation.UNREADABLE: {"afgekeurd"},
        Expectation.XSD: {"afgekeurd"},
        Expectation.LEES: {"afgekeurd"},
        Expectation.VALID: {"verwerkt", "afgekeurd"},
    },
    "soap": {each: {"500 soap:Client"} for each in Expectation},
    "in_di01": {each: {"200 Bv03"} for each in Expectation},  # what is wrong with the file is told afterwards
    "in_du01": {each: {"500 StUF043"} for each in Expectation},  # an answer to nothing that we sent
}
JSON_ANSWERS = {"/v1/berichten/_zoek", "/v1/budgetberekeningen", "/v1/toekenningen"}
COMMANDS = {
    "as_it_is.xml": "exit 0", "schema_location_http.xml": "exit 0", "xsi_nil.xml": "exit 1",
    "dtd_billion_laughs.xml": "exit 2", "nul.xml": "exit 2",
}  # fmt: skip

OTHER_ANSWERS: Mapping[str, Callable[[str], set[str]]] = {
    "envelop": lambda name: {REQUESTS[name].answer},
    "naam": lambda name: {"in" if name.startswith(".") else "afgekeurd"},  # a hidden file is one that is not ready
    "vraag": lambda _name: {"200", "400 ongeldige-invoer"},
    "pad": lambda _name: {"404 niet-gevonden"},
    "inrichting": lambda _name: {"exit 1"},
    "overgang": lambda _name: {"exit 2"},
    "check": lambda name: {COMMANDS[name]},
}


def expected(door: str, name: str) -> set[str]:
    """What an input may be answered at a door."""
    if door in ANSWERS:
        return ANSWERS[door][LARGE[name][0] if name in LARGE else INDEX[name]]
    if door in JSON_ANSWERS:
        asked_much = {"429 te-veel-vragen"} if door.endswith("_zoek") else set[str]()
        return {"413 te-groot" if name in others.TOO_LARGE else "400 ongeldige-invoer"} | asked_much
    return OTHER_ANSWERS[door](name)


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """All inputs brought to all doors by another process, while a server listens that nobody may call."""
    folder = tmp_path_factory.mktemp("hostile")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        ran = subprocess.run(
            [sys.executable, "-m", "tests.hostile", str(folder), f"127.0.0.1:{server.getsockname()[1]}"],
            cwd=ROOT, env={**os.environ, "IWMO_LOG_LEVEL": "error"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr[-2_000:]
        with pytest.raises(BlockingIOError):
            server.accept()
    return [json.loads(line) for line in ran.stdout.splitlines()]


DOORS = [*ANSWERS, *sorted(JSON_ANSWERS), *OTHER_ANSWERS]


@pytest.mark.parametrize("door", DOORS)
def test_every_input_is_answered_as_labelled(door: str, visited: list[dict[str, Any]]):
    answers = [(line["name"], line["answer"]) for line in visited if line.get("door") == door]
    assert len(answers) >= 5
    assert [(name, answer) for name, answer in answers if answer not in expected(door, name)] == []


def test_every_door_was_visited(visited: list[dict[str, Any]]):
    assert {line["door"] for line in visited[:-1]} == set(DOORS)
    for door in ("bericht", "controleer", "soap", "in_di01", "in_du01", "map"):
        assert {line["name"] for line in visited if line.get("door") == door} >= set(INDEX)


def test_at_least_one_of_each_valid_kind_is_taken_in(visited: list[dict[str, Any]]):
    """So that an answer that fits all is not the only one that is ever given."""
    answers = {(line["door"], line["answer"]) for line in visited[:-1]}
    assert {("bericht", "201"), ("map", "verwerkt"), ("envelop", "200 Bv03"), ("vraag", "200")} <= answers


def test_nothing_was_opened_or_called_and_the_service_goes_on(visited: list[dict[str, Any]]):
    assert visited[-1] == {"seen": [], "touched": False, "failed": [], "works": True}


class TestWatching:
    """The watches see what they are there for."""

    def test_a_connection_and_a_file_are_seen(self, tmp_path: Path):
        code = (
            "import socket, sys, urllib.request\nfrom pathlib import Path\nfrom tests.hostile.watch import Watch\n"
            f"watch = Watch.begin(Path({str(tmp_path)!r}))\nopen('/etc/hostname').close()\n"
            f"Path({str(tmp_path / 'x')!r}).touch()\n"
            "try: socket.create_connection(('127.0.0.1', 9), timeout=9)\nexcept OSError: pass\nprint(watch.seen)"
        )
        ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert "open '/etc/hostname'" in ran.stdout
        assert "socket.connect" in ran.stdout
        assert str(tmp_path) not in ran.stdout

    def test_a_file_that_a_library_reads_is_seen(self, tmp_path: Path):
        guarded = Guarded(tmp_path / "guarded")
        assert not guarded.was_touched
        subprocess.run(["cat", str(tmp_path / "guarded")], check=True, capture_output=True)
        assert guarded.was_touched

    def test_events_have_their_names(self):
        assert "socket.connect" in CONNECTING
        assert Watch(()).seen == []
