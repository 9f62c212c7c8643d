"""One form for every line of the log: only known facts, no texts of exceptions, no bsn and nothing that does harm."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from app import observability
from app.observability import DROPPED, FIELDS, LONGEST_VALUE, configure_logging, harmless, only_known_fields
from app.processing.metingen import LOG_LINES_LOST

SECRET = "999900006"
FORMATS = pytest.mark.parametrize("log_format", ["console", "json"])


def fail() -> None:
    """Fail for a reason that holds a client, caused by one that does as well."""
    raise RuntimeError(f"client {SECRET}") from ValueError(f"bsn {SECRET}")


@pytest.fixture
def log():
    """A logger of our own."""
    return structlog.get_logger()


@FORMATS
@pytest.mark.parametrize("name", ["ours", "uvicorn.error", "asyncio", "sqlalchemy.engine", "py.warnings"])
def test_an_exception_is_logged_by_place_on_one_line(log_format: str, name: str, capfd: pytest.CaptureFixture[str]):
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
    for part in ("RuntimeError", "ValueError", "test_observability.py", " fail"):
        assert part in said.err
    assert SECRET not in said.err
    assert len(said.err.splitlines()) == said.err.count("RuntimeError") == (2 if name == "ours" else 1)


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
    logging.getLogger("elsewhere").warning("said once")
    assert [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()] == ["said", "library_logged"]


@pytest.mark.parametrize("level", ["info", "warning", "error", "critical"])
def test_a_line_that_cannot_be_written_is_counted_and_fails_nothing(level: str, monkeypatch: pytest.MonkeyPatch):
    configure_logging("json", "info")
    with Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stderr", full)
        lost = LOG_LINES_LOST._value.get()  # pyright: ignore[reportPrivateUsage]
        getattr(structlog.get_logger(), level)("something_happened")
        assert LOG_LINES_LOST._value.get() == lost + 1  # pyright: ignore[reportPrivateUsage]
        monkeypatch.undo()
        with contextlib.suppress(OSError):
            full.close()


class TestFields:
    def test_unknown_ones_and_other_types_are_left_out_and_counted(self):
        said = only_known_fields(None, "info", {"event": "x", "naam": "Testmans", "partij": ["a"], "findings": 1})
        assert said == {"event": "x", "findings": 1, DROPPED: 2}

    def test_unknown_ones_never_reach_a_line(self, capfd: pytest.CaptureFixture[str]):
        configure_logging("json", "info")
        structlog.get_logger().warning("x", straatnaam="Dorpsweg")
        assert "Dorpsweg" not in capfd.readouterr().err

    def test_known_ones_are_kept_and_may_be_missing(self):
        event = {"event": "x", "level": "info", "timestamp": "t", "failure": "f", **dict.fromkeys(FIELDS)}
        assert only_known_fields(None, "info", dict(event)) == event

    def test_a_bool_is_no_number(self):
        assert only_known_fields(None, "info", {"findings": True}) == {DROPPED: 1}


class TestHarmless:
    @pytest.mark.parametrize("text", [SECRET, f"x{SECRET}y", f"bsn={SECRET},", "٩٩٩٩٠٠٠٠٦", "９９９９０００１８"])
    def test_a_bsn_in_any_text_is_hidden(self, text: str):
        assert "*********" in harmless(None, "info", {"event": text})["event"]
        assert SECRET not in harmless(None, "info", {"event": text})["event"]

    def test_a_bsn_as_number_is_hidden(self):
        assert harmless(None, "info", {"findings": int(SECRET)}) == {"findings": "*********"}

    @pytest.mark.parametrize("text", ["999900007", "9999000060", "99990000", "01999900006"])
    def test_other_numbers_stay(self, text: str):
        assert harmless(None, "info", {"event": text}) == {"event": text}

    def test_an_id_stays_whole(self):
        text = "01999900-0000-7000-8000-a999900006bc"
        assert harmless(None, "info", {"bericht_id": text}) == {"bericht_id": text}

    @given(st.text(max_size=3_000))
    @example("a\r\nb\x1b[2J\u2028\u202e\x00\ud800")
    @example("\n" * 5_000)
    def test_no_text_breaks_a_line_or_has_no_end(self, text: str):
        said = harmless(None, "info", {"event": text})["event"]
        assert said.isprintable()
        assert len(said) <= 10 * LONGEST_VALUE + 1

    @given(st.text(st.characters(exclude_categories=["C", "Z", "N"]), max_size=LONGEST_VALUE))
    def test_what_is_harmless_stays(self, text: str):
        assert harmless(None, "info", {"event": text}) == {"event": text}


@FORMATS
@pytest.mark.parametrize("evil", ["a\r\nb", "\x1b[2J", "\u2028", "\u0085", "\x00"])
def test_an_event_is_one_line(log_format: str, evil: str, log, capfd: pytest.CaptureFixture[str]):
    configure_logging(log_format, "info")
    log.info("bericht_refused", partij=evil, reason=evil)
    logging.getLogger("uvicorn.error").warning("Invalid %s", evil)
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


@FORMATS
def test_of_other_libraries_only_the_place_is_said(log_format: str, capfd: pytest.CaptureFixture[str]):
    configure_logging(log_format, "info")
    logging.getLogger("sqlalchemy.pool").error("naam=%s", "Testmans")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure_logging(log_format, "info")
        warnings.warn("naam Testmans", UserWarning, stacklevel=1)
    said = capfd.readouterr().err
    assert "Testmans" not in said
    assert said.count("test_observability.py:") == 2
    assert "sqlalchemy.pool" in said
    assert "UserWarning" in said


@FORMATS
def test_a_task_that_nobody_awaits_says_no_more_than_where(log_format: str, capfd: pytest.CaptureFixture[str]):
    configure_logging(log_format, "info")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        error = RuntimeError("naam Testmans")
        loop.call_exception_handler({"message": "A task failed", "exception": error, "future": error})

    asyncio.run(main())
    said = capfd.readouterr().err
    assert "Testmans" not in said
    assert "A task failed" in said
    assert len(said.splitlines()) == 1


def test_requests_are_not_logged(capfd: pytest.CaptureFixture[str]):
    configure_logging("json", "debug")
    logging.getLogger("uvicorn.access").info('%s - "%s %s"', "1.2.3.4", "GET", "/v1/berichten?bsn=1")
    assert capfd.readouterr().err == ""


UNCAUGHT = """
import threading, sys, warnings
from app.observability import configure_logging
configure_logging({log_format!r}, "info")
class Late:
    def __del__(self): raise RuntimeError("Testmans in __del__")
def fail(): raise ValueError("Testmans")
thread = threading.Thread(target=fail); thread.start(); thread.join()
warnings.warn("Testmans")
late = Late(); del late
fail()
"""


@FORMATS
def test_what_nobody_catches_is_said_by_place(log_format: str):
    ran = subprocess.run(
        [sys.executable, "-c", UNCAUGHT.format(log_format=log_format)],
        cwd=Path(observability.__file__).parents[1], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "Testmans" not in ran.stdout + ran.stderr
    lines = ran.stderr.splitlines()
    assert len(lines) == 4
    for line, event in zip(
        lines, ("thread_failed", "library_warned", "failure_ignored", "process_failed"), strict=True
    ):
        assert event in line
