"""A leak of personal data fails the test in which it happens, wherever it happens; and nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.messages import ROOT
from tests.leaks import leaks_in

PLANTED = """
import logging, os, sys
import httpx2, pytest, structlog
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from app.domain.refusals import NotFound, Refusal
from app.observability import configure_logging

BSN = "999900006"


def answering(response, path="/x"):
    return TestClient(Starlette(routes=[Route(path, lambda _: response)]))


def test_leak_log(capfd):
    configure_logging("json", "info")
    structlog.get_logger().info("x", partij="Testmans")
    capfd.readouterr()


def test_leak_library(capfd):
    configure_logging("json", "info")
    logging.getLogger("uvicorn.error").warning("Testmans")
    capfd.readouterr()


def test_leak_stderr():
    print("born 1979-06-10", file=sys.stderr)


def test_leak_stderr_of_process():
    os.write(2, BSN.encode())


def test_leak_problem():
    answering(PlainTextResponse(f"bsn {BSN}", status_code=400)).get("/x")


def test_leak_metrics():
    answering(PlainTextResponse("x{bsn=" + BSN + "}"), "/metrics").get("/metrics")


def test_leak_header():
    answering(PlainTextResponse("", headers={"location": f"/x/{BSN}"})).get("/x")


def test_leak_exception():
    with pytest.raises(NotFound):
        raise NotFound(f"bsn {BSN}")


def test_leak_cause():
    with pytest.raises(ValueError):
        raise ValueError("x") from Refusal("Testmans")


@pytest.mark.tells_personal_data
def test_right_when_marked():
    print(BSN, file=sys.stderr)


def test_right_in_content():
    print(BSN)
    answering(PlainTextResponse(f"bsn {BSN}")).get("/x")


def test_right_without_client(capfd):
    configure_logging("json", "info")
    structlog.get_logger().info("x", partij="12345678")
    print("999900007 0999900006 9999000060", file=sys.stderr)
    answering(PlainTextResponse("nee", status_code=404)).get("/x")
    with pytest.raises(NotFound):
        raise NotFound("nee")
"""


def test_a_planted_leak_is_found_in_each_place(tmp_path: Path):
    (tmp_path / "test_planted.py").write_text(PLANTED)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "/dev/null", "-p", "tests.leaks", "-p", "no:cacheprovider", "-rA", "-q",
         "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    planted = [line.split("(")[0].removeprefix("def ") for line in PLANTED.splitlines() if line.startswith("def test_")]
    failed = {line.rpartition("::")[2].split(" ")[0] for line in ran.stdout.splitlines() if line.startswith("ERROR")}
    assert failed == {name for name in planted if name.startswith("test_leak_")}, ran.stdout[-3_000:]
    assert len(failed) == 9
    assert f"{len(planted)} passed" in ran.stdout


@pytest.mark.parametrize("text", ["999900006", "x999900018y", "Testmans", "geboren 1979-06-10."])
def test_is_a_leak(text: str):
    assert leaks_in(text)


@pytest.mark.parametrize("text", ["999900007", "123456782", "9999000060", "testman", ""])
def test_is_none(text: str):
    assert leaks_in(text) == []
