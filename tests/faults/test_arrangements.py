"""The processes in which the service may be divided, as they are really started: they share the work and stop clean."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from app.settings import PROJECT
from tests.faults.house import House, await_true
from tests.faults.invariants import check
from tests.faults.messages import chain
from tests.faults.node import PATIENCE_SECONDS, ask

COMMAND = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())"]
ARRANGEMENTS = {
    "a service and a worker": [["serve", "--no-worker"], ["worker"]],
    "a service and two workers": [["serve", "--no-worker"], ["worker"], ["worker"]],
    "a service of two processes": [["serve", "--workers", "2"]],
}
ON_SQLITE = "a service and a worker"


@contextmanager
def running(house: House, argv: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A command in a group of processes of its own."""
    where = ["--port", str(house.port)] if argv[0] == "serve" else []
    process = subprocess.Popen(
        [*COMMAND, *argv, *where],
        env=os.environ | house.environment(PYTHONPATH=str(PROJECT)),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if lives(process):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def lives(process: subprocess.Popen[str]) -> bool:
    """Whether it, or anything that it started, is still there."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def await_service(port: int) -> None:
    """Wait until it is ready."""

    def is_ready() -> bool:
        try:
            return ask(port, "GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    await_true(is_ready, "the service is not ready")


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_shares_the_work_and_stops(house: House, arrangement: str):
    if house.storage.dialect == "sqlite" and arrangement != ON_SQLITE:
        pytest.skip("on SQLite one process serves and one works")
    with ExitStack() as stack:
        processes = [stack.enter_context(running(house, argv)) for argv in ARRANGEMENTS[arrangement]]
        await_service(house.port)
        for number in (1, 2):
            house.post(*chain(number))  # one of its 303s is large
            house.acknowledged.chains.append(number)
        house.await_quiet()
        check(house)
        for process in processes:
            os.kill(process.pid, signal.SIGTERM)
        for process in processes:
            _, said = process.communicate(timeout=PATIENCE_SECONDS)
            assert process.returncode == 0, said
            assert "Traceback" not in said
            await_true(lambda process=process: not lives(process), "something that it started is still there")
