"""One form for every line of the log, and no texts of exceptions in it."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from app.observability import configure_logging

SECRET = "999900006"


def fail() -> None:
    """Fail for a reason that holds a client, caused by one that does as well."""
    raise RuntimeError(f"client {SECRET}") from ValueError(f"bsn {SECRET}")


@pytest.mark.parametrize("log_format", ["console", "json"])
@pytest.mark.parametrize("name", ["ours", "uvicorn.error", "asyncio"])
def test_an_exception_is_logged_by_place(log_format: str, name: str, capfd: pytest.CaptureFixture[str]):
    configure_logging(log_format, "info")
    try:
        fail()
    except RuntimeError as error:
        if name == "ours":
            structlog.get_logger().error("it_failed", exc_info=error)
            structlog.get_logger().error("it_failed", exc_info=True)
        else:
            logging.getLogger(name).exception("it_failed")
    said = capfd.readouterr()
    assert said.out == ""
    for part in ("it_failed", "RuntimeError", "ValueError", "test_observability.py", " fail"):
        assert part in said.err
    assert SECRET not in said.err
    assert said.err.count("RuntimeError") == said.err.count("it_failed")


@pytest.mark.parametrize("name", ["ours", "uvicorn.error"])
def test_every_line_is_json(name: str, capfd: pytest.CaptureFixture[str]):
    configure_logging("json", "warning")
    logger = structlog.get_logger() if name == "ours" else logging.getLogger(name)
    for level in ("debug", "info", "warning", "error"):
        getattr(logger, level)("something happened")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("something happened", "warning"),
        ("something happened", "error"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_a_later_configuration_counts(capfd: pytest.CaptureFixture[str]):
    logger = structlog.get_logger()
    configure_logging("json", "error")
    logger.warning("not_said")
    configure_logging("json", "warning")
    logger.warning("said")
    assert [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()] == ["said"]
