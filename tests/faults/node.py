"""A running `iwmo` command, forked from a process that has everything imported, so that it starts at once."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.faults.launch import run

PATIENCE_SECONDS = 120
FORKING = get_context("forkserver")
FORKING.set_forkserver_preload(["tests.faults.preloaded"])


def free_port() -> int:
    """A port that nobody listens on now, for a bench; a test has its own (tests/ports.py)."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Node:
    """One process of the service: started, and ended in every way a process ends."""

    def __init__(self, argv: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self.process = FORKING.Process(target=run, args=(argv, dict(environment), str(log)), daemon=True)
        self.process.start()
        self.status: int | None = None
        self.pid = self.process.pid or 0

    @property
    def left_something(self) -> bool:
        """Whether anything that it started is still there."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.status is None and self.process.is_alive()

    def kill(self) -> None:
        """As the kernel does it: nothing in the process notices. What it started has to notice by itself."""
        if self.status is None:
            self.process.kill()
            self.ended()

    def terminate(self) -> int | None:
        """Ask it to stop, and wait; its exit status."""
        self.process.terminate()
        return self.ended()

    def freeze(self, *, thaw: bool = False) -> None:
        """Let it stand still as a machine that is paused does, or go on, with all that it started."""
        os.killpg(self.pid, signal.SIGCONT if thaw else signal.SIGSTOP)

    @property
    def stands_still(self) -> bool:
        """Whether it is frozen."""
        status = Path(f"/proc/{self.process.pid}/stat").read_text()
        return status.rpartition(")")[2].split()[0] == "T"

    def ended(self, seconds: float = PATIENCE_SECONDS) -> int | None:
        """Wait for its end; the exit status, below zero the signal. None: it still runs."""
        if self.status is None:
            self.process.join(seconds)
            self.status = self.process.exitcode
            if self.status is not None:
                self.process.close()  # it holds a file; there are thousands of nodes in a long run
        return self.status

    def said(self) -> str:
        """What it wrote."""
        return self.log.read_text(errors="replace")


def await_ready(node: Node, port: int) -> None:
    """Wait until a service answers; raises AssertionError when it ended or does not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if not node.alive:
            raise Died(node.said()[-3000:])
        try:
            ask(port, "GET", "/healthz", seconds=10)
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)
        else:
            return
    raise AssertionError("the service does not answer")


class Died(AssertionError):
    """The process ended by itself"""


def ask(
    port: int, method: str, path: str, key: str = "", body: bytes | None = None, seconds: float = PATIENCE_SECONDS
) -> tuple[int, Any]:
    """Status and JSON of an answer over a socket of its own. OSError, HTTPException: there was none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    headers = {"Content-Type": "application/xml"} | ({"Authorization": f"Bearer {key}"} if key else {})
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None
    finally:
        connection.close()
