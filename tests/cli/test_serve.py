"""`iwmo serve` as a real process: it answers on a socket while `iwmo key` runs beside it, and stops when told."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from app.iwmo.releases import write
from app.settings import PROJECT
from app.storage.alone import alone
from app.storage.base import Storage, create_storage
from tests.builders import AANBIEDER, GEMEENTE, a_declaratie, a_toewijzingsbericht
from tests.cli.conftest import Iwmo
from tests.ports import own_port

PATIENCE_SECONDS = 120
INRICHTING = PROJECT / "fixtures" / "inrichting" / "voorbeeld-0384.yaml"
COMMAND = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]


@pytest.fixture
def surroundings(folder: Path) -> dict[str, str]:
    """The environment of the processes."""
    return os.environ | {"PYTHONPATH": str(PROJECT), "IWMO_TODAY": "2019-06-20", "IWMO_LOG_FORMAT": "json"}


@contextmanager
def running(environment: dict[str, str], *argv: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A command that serves, once it answers, and its port."""
    with own_port() as port:
        process = subprocess.Popen(
            [*COMMAND, *argv, "--port", str(port)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            await_answer(process, port)
            yield process, port
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def await_answer(process: subprocess.Popen[str], port: int) -> None:
    """Wait until the service is ready."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        with suppress(OSError, http.client.HTTPException):
            if ask(port, "GET", "/readyz")[0] == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the service does not answer")


def ask(port: int, method: str, path: str, key: str = "", body: bytes | None = None) -> tuple[int, Any]:
    """Status and JSON of an answer over a socket of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    headers = {"Content-Type": "application/xml"} | ({"Authorization": f"Bearer {key}"} if key else {})
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None
    finally:
        connection.close()


def new_key(environment: dict[str, str], *argv: str) -> str:
    """A key made by a process of its own, as a shell would read it."""
    made = subprocess.run(
        [*COMMAND, "key", "create", *argv], env=environment, capture_output=True, text=True, check=True
    )
    return made.stdout.splitlines()[-1]


def test_a_session_with_a_real_service(surroundings: dict[str, str], folder: Path):
    with running(surroundings, "serve", "--no-worker") as (process, port):
        gemeente = new_key(surroundings, "--role", "gemeente", "--gemeente", GEMEENTE, "--name", "backoffice")
        aanbieder = new_key(surroundings, "--role", "aanbieder", "--agb", AANBIEDER)
        subprocess.run([*COMMAND, "inrichting", "load", str(INRICHTING)], env=surroundings, check=True)
        status, bericht = ask(port, "POST", "/v1/berichten", gemeente, write(a_toewijzingsbericht(), "2.3"))
        assert (status, bericht["status"]) == (201, "te-verzenden")
        status, claim = ask(port, "POST", "/v1/berichten", aanbieder, write(a_declaratie(), "2.3"))
        assert (status, claim["status"]) == (201, "verwerkt")
        assert ask(port, "HEAD", "/v1/berichten", gemeente) == (200, None)
        revoke = [*COMMAND, "key", "revoke", aanbieder.split("_")[1]]
        subprocess.run(revoke, env=surroundings, check=True, capture_output=True)
        assert ask(port, "GET", "/v1/postbus", aanbieder)[0] == 401
        leave_halfway(port, gemeente)
        assert ask(port, "GET", "/healthz")[0] == 200
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=PATIENCE_SECONDS)[0]
        assert process.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    assert all(line["event"] and line["level"] and line["timestamp"] for line in lines)
    assert f"http://127.0.0.1:{port}" in output
    assert "Traceback" not in output
    assert "request_failed" not in output
    assert "bericht_received" in output
    assert gemeente not in output
    with running(surroundings, "serve") as (_, port):
        assert len(ask(port, "GET", "/v1/berichten", gemeente)[1]["resultaten"]) == 4


def leave_halfway(port: int, key: str) -> None:
    """Send part of a message and hang up."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as caller:
        caller.sendall(
            f"POST /v1/berichten HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: application/xml\r\nContent-Length: 1000\r\n\r\n<half".encode()
        )


def test_the_demo_cleans_up(surroundings: dict[str, str], folder: Path):
    scratch = folder / "scratch"
    scratch.mkdir()
    with running(surroundings | {"TMPDIR": str(scratch)}, "demo") as (process, port):
        assert list(scratch.iterdir())
        assert ask(port, "GET", "/v1/openapi.json")[0] == 200
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=PATIENCE_SECONDS)[0]
        assert process.returncode == 0
    assert list(scratch.iterdir()) == []
    assert f"http://127.0.0.1:{port}/docs" in output
    assert output.count("iwmo_") >= 4
    assert not (folder / "data").exists()


class TestRefuses:
    def test_several_processes_on_sqlite(self, iwmo: Iwmo):
        outcome = iwmo("serve", "--workers", "2")
        assert (outcome.status, outcome.out) == (2, "")
        assert "SQLite" in outcome.err

    @pytest.mark.parametrize("port", ["-1", "65536", "99999", "http", "1.5", ""])
    @pytest.mark.parametrize("command", ["serve", "demo"])
    def test_what_is_no_port(self, command: str, port: str, iwmo: Iwmo):
        outcome = iwmo(command, f"--port={port}")
        assert outcome.status == 2
        assert "--port" in outcome.err
        assert "Traceback" not in outcome.err

    def test_a_port_that_is_taken(self, surroundings: dict[str, str]):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            argv = [*COMMAND, "serve", "--port", str(taken.getsockname()[1])]
            outcome = subprocess.run(argv, env=surroundings, capture_output=True, text=True, check=False)
        assert outcome.returncode > 0
        assert "address already in use" in outcome.stderr
        assert "Traceback" not in outcome.stderr


class TestOldSchema:
    """Of a database that another process works with, as when the service was installed anew beside the old one."""

    @pytest.fixture
    def old(self, folder: Path) -> Iterator[Storage]:
        """A database of the version before this one."""
        (folder / "data").mkdir()
        with closing(create_storage(f"sqlite:///{folder}/data/iwmo.db")) as storage:
            storage.upgrade()
            storage.downgrade("-1")
            yield storage

    @pytest.mark.parametrize(
        ("argv", "role"), [(["serve"], "dienst"), (["serve", "--no-worker"], "werker"), (["worker"], "dienst")]
    )
    def test_is_not_changed_by_a_second_service(self, role, argv, old, surroundings):
        with alone(old.url, role):
            outcome = subprocess.run(
                [*COMMAND, *argv],
                env=surroundings,
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
            assert outcome.returncode == 2
            assert "een ander proces werkt" in outcome.stderr.lower()
            assert not old.schema_is_current()

    @pytest.mark.parametrize("role", ["dienst", "werker"])
    @pytest.mark.parametrize("argv", [("key", "list"), ("db", "upgrade"), ("aansluiting", "list")])
    def test_is_not_changed_by_another_command(self, role, argv, old, iwmo: Iwmo):
        with alone(old.url, role):
            outcome = iwmo(*argv)
            assert outcome.status == 2
            assert "Stop dat eerst" in outcome.err
            assert not old.schema_is_current()

    @pytest.mark.parametrize("argv", [("key", "list"), ("db", "upgrade")])
    def test_is_changed_when_nobody_works_with_it(self, argv, old, iwmo: Iwmo):
        assert iwmo(*argv).status == 0
        assert old.schema_is_current()

    def test_is_changed_by_a_service_that_is_alone(self, old, surroundings):
        with running(surroundings, "serve"):
            assert old.schema_is_current()
