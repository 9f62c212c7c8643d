"""Everything that the description of the API allows is answered as it says; what it does not allow is refused."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from app.api.example_bericht import WMO301
from app.iwmo.xsd import Schemas
from app.main import create_app
from app.processing.runtime import Runtime
from app.settings import Settings
from app.storage.base import Storage, create_storage
from tests.e2e.service import Service, early_2018

HERE = Path(__file__).parent
SCHEMATHESIS = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
"""Not the script beside Python, which only works where it was installed."""

EXAMPLES = os.environ.get("API_EXAMPLES", "5")
only_at_length = pytest.mark.skipif("API_EXAMPLES" not in os.environ, reason="takes as long again: make fuzz-api")
EXAMPLE_GEMEENTE, EXAMPLE_AANBIEDER = "1708", "98000001"
BESIDE = "^/(healthz|readyz|metrics)$"  # they take nothing, and are tested elsewhere


@contextmanager
def listening(runtime: Runtime) -> Iterator[str]:
    """The address of a server with this runtime."""
    settings = Settings(
        log_level="error",
        worker=False,
        requests_per_second=0,
        failures_per_minute=0,
        bsn_searches_per_minute=0,
        bsn_searches_per_day=0,
    )
    config = uvicorn.Config(create_app(settings, runtime), log_config=None, access_log=False, server_header=False)
    server = uvicorn.Server(config)
    with socket.socket(proto=socket.IPPROTO_TCP) as door:  # else asyncio leaves it slow: each answer waits 40 ms
        door.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(60)


@pytest.fixture
def storage_on_file(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Storage]:
    """A database that several threads work with."""
    path = tmp_path / "iwmo.db"
    shutil.copy(migrated_sqlite, path)
    storage = create_storage(f"sqlite:///{path}")
    yield storage
    storage.close()


@pytest.fixture
def filled(storage_on_file: Storage, schemas: Schemas) -> Iterator[Service]:
    """The gemeente of the examples, with the message and the toekenning of the examples."""
    with early_2018(storage_on_file, schemas) as service:
        service.accept(WMO301.encode(), as_=EXAMPLE_GEMEENTE)
        yield service


@pytest.mark.parametrize("as_", [EXAMPLE_GEMEENTE, pytest.param(EXAMPLE_AANBIEDER, marks=only_at_length)])
def test_finds_nothing(as_: str, filled: Service, tmp_path: Path):
    with listening(filled.runtime) as address:
        command = [
            *SCHEMATHESIS, "--config-file", HERE / "schemathesis.toml", "run", f"{address}/v1/openapi.json",
            "--max-examples", EXAMPLES, "--exclude-path-regex", BESIDE, "--suppress-health-check", "all",
            "--no-color", "--workers", "1", "--header", f"Authorization: Bearer {filled.key(as_)}",
        ]  # fmt: skip
        ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-2000:]
    assert "returned only 401/403" not in ran.stdout
    assert "Rate limited" not in ran.stdout


def test_the_examples_are_accepted(filled: Service):
    """Who copies them gets what they promise, in this gemeente."""
    described = filled.client.get("/v1/openapi.json").json()
    apart = described["components"]["examples"]["toekenning"]["value"]
    asked = [
        (path, kind, content.get("example", apart))
        for path, item in described["paths"].items()
        for kind, content in item.get("post", {}).get("requestBody", {}).get("content", {}).items()
    ]
    assert len(asked) > 8
    for path, kind, example in asked:
        at = f"/v1{path}".format(gemeente=EXAMPLE_GEMEENTE, nummer=700010001)
        proef = "?proef=true" if "/toewijzingen/" in path else ""
        body = example if isinstance(example, str) else json.dumps(example)
        headers = {"Content-Type": kind}
        answer = filled.request("POST", at + proef, as_=EXAMPLE_GEMEENTE, content=body.encode(), headers=headers)
        assert answer.status_code < 300, (path, answer.text)
