"""Servers that are measured, as processes of their own, and the process that asks them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.domain.principal import Rol
from app.processing.keys import create_key
from app.processing.runtime import Runtime
from app.settings import PROJECT
from tests.bench.generators import AANBIEDER, GEMEENTE
from tests.bench.ground import SECRET, TODAY
from tests.bench.load import Sample
from tests.bench.measure import PINNED, processor_of
from tests.faults.house import await_true
from tests.faults.node import ask
from tests.ports import own_port

IWMO: Final = "import sys; from app.cli import main; sys.exit(main(sys.argv[1:]))"
STOP_SECONDS: Final = 60


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    port: int
    pid: int

    def processor(self) -> float:
        """Processor seconds so far, of all its processes."""
        return processor_of(self.pid)


@contextmanager
def iwmo(folder: Path, url: str, *argv: str, module: str = "", **environment: str) -> Iterator[Server]:
    """`iwmo serve` with everything switched on; only the limits per caller are off, for here one caller asks all."""
    settings = {
        "IWMO_DATABASE_URL": url,
        "IWMO_DATA_DIR": str(folder),
        "IWMO_TODAY": TODAY.isoformat(),
        "IWMO_SECRET_KEY": SECRET,
        "IWMO_REQUESTS_PER_SECOND": "0",
        **environment,
    }
    how = ["-m", module] if module else ["-c", IWMO]
    with own_port() as port:
        command = [*how, "serve", "--port", str(port), *argv]
        with _running(command, settings, folder / f"server-{port}.log", port) as server:
            yield server


@contextmanager
def bare(folder: Path, url: str, workers: int) -> Iterator[Server]:
    """The least that such a service does, under the same server program with as many processes."""
    argv = ["-m", "uvicorn", "tests.bench.bare_server:create", "--factory", "--http", "h11"]
    argv += ["--workers", str(workers), "--lifespan", "off", "--no-access-log", "--log-level", "warning"]
    with (
        own_port() as port,
        _running([*argv, "--port", str(port)], {"BARE_URL": url}, folder / f"server-{port}.log", port) as server,
    ):
        yield server


@contextmanager
def _running(argv: list[str], environment: dict[str, str], log: Path, port: int) -> Iterator[Server]:
    env = {**os.environ, **PINNED, **environment}
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, *argv], cwd=PROJECT, env=env, stdout=output, stderr=output)
    try:
        await_true(lambda: _answers(process, port, log), f"no server: {log.read_text()[-2000:]}")
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _answers(process: subprocess.Popen[bytes], port: int, log: Path) -> bool:
    assert process.poll() is None, log.read_text()[-2000:]
    try:
        return ask(port, "GET", "/healthz", seconds=5)[0] < 500
    except OSError:
        return False


def keys_of(runtime: Runtime) -> dict[str, str]:
    """Keys of the gemeente and of the aanbieder."""
    return {
        "gemeente": create_key(runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE], naam="bench"),
        "aanbieder": create_key(runtime, rol=Rol.AANBIEDER, aanbieders=[AANBIEDER], naam="bench"),
    }


@contextmanager
def loading(**asked: Any) -> Iterator[subprocess.Popen[str]]:
    """Let a process ask a server; `samples_of` gives what it found."""
    command = [sys.executable, "-m", "tests.bench.load", json.dumps(asked)]
    process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def samples_of(process: subprocess.Popen[str]) -> list[Sample]:
    """What it measured, once it is done or told to be; AssertionError when a request was refused."""
    samples = [Sample(*sample) for sample in json.loads(process.communicate()[0])]
    refused = {sample.status for sample in samples} - {200, 201, 202}
    assert not refused, refused
    return samples


def load(**asked: Any) -> list[Sample]:
    """Ask a server until it is enough."""
    with loading(**asked) as process:
        return samples_of(process)
