"""Fails every test in which a client is named where nobody may: in a log, on standard error, in a problem or a measure.

Its hooks work for all tests, from tests/conftest.py. A test that proves the finding itself says so with the marker
`tells_personal_data`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Iterator
from typing import Any

import httpx2
import pytest
import structlog
from _pytest.raises import RaisesExc
from stdnum.nl import bsn

MARKER = "tells_personal_data"
NAMES = ("Testmans", "Teststraat", "1979-06-10", "1985-01-08", "Markeringsnaam", "1931-03-17", "Geheim999900006")
"""Of the clients that tests make, all invented: how they are called, where they live and when they were born."""

_BSN = re.compile(r"(?<!\d)9999\d{5}(?!\d)")
_PAGE = "text/html"
"""A page is for somebody who logged in, and may show what he asked for: tests of pages look at those."""

_said: list[tuple[str, str]] = []
"""Where, and what, since the test began."""


def leaks_in(text: str) -> list[str]:
    """The bsns, names and birth dates in a text."""
    return [found for found in _BSN.findall(text) if bsn.is_valid(found)] + [name for name in NAMES if name in text]


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the log, to answers and to exceptions that a test expects, in every test of this process."""
    config.addinivalue_line("markers", f"{MARKER}: proves that a leak of personal data is found")
    _listen_to_log()
    _listen_to_answers()
    _listen_to_exceptions()


def _listen_to_log() -> None:
    write, emit = structlog.PrintLogger.msg, logging.StreamHandler.emit

    def heard(self: structlog.PrintLogger, message: str) -> None:
        _said.append(("log", message))
        write(self, message)

    def also_heard(self: logging.StreamHandler[Any], record: logging.LogRecord) -> None:
        if type(self).__module__.startswith("app."):
            _said.append(("log", self.format(record)))
        emit(self, record)

    for level in (
        "msg",
        "debug",
        "info",
        "warning",
        "error",
        "critical",
        "exception",
        "log",
        "fatal",
        "failure",
        "warn",
    ):
        if hasattr(structlog.PrintLogger, level):
            setattr(structlog.PrintLogger, level, heard)
    logging.StreamHandler.emit = also_heard


def _listen_to_answers() -> None:
    send = httpx2.Client.send

    def heard(self: httpx2.Client, request: httpx2.Request, **options: Any) -> httpx2.Response:
        response = send(self, request, **options)
        is_told = response.status_code >= 400 or request.url.path == "/metrics"
        if is_told and not options.get("stream") and not response.headers.get("content-type", "").startswith(_PAGE):
            _said.append((f"answer {response.status_code}", response.text))
        _said.append(("headers", str(response.headers)))
        return response

    httpx2.Client.send = heard


def _listen_to_exceptions() -> None:
    leave = RaisesExc.__exit__

    def heard(self: Any, kind: Any, error: Any, trace: Any) -> Any:
        _said.extend((f"exception {type(one).__name__}", f"{one} {one!r}") for one in _chain(error) if _is_ours(one))
        return leave(self, kind, error, trace)

    RaisesExc.__exit__ = heard  # pyright: ignore[reportAttributeAccessIssue]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or error.__context__


def _is_ours(error: BaseException) -> bool:
    """Of the service, or of its database; what a test raises itself says what it likes."""
    return type(error).__module__.partition(".")[0] in {"app", "sqlalchemy", "sqlite3", "psycopg"}


def pytest_runtest_setup() -> None:
    """Nothing was said yet."""
    _said.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """At the end of a test: what was said in it, and on standard error, names nobody."""
    report = yield
    if call.when == "teardown" and report.passed and not item.get_closest_marker(MARKER):
        on_stderr = [(kind, text) for _, kind, text in item._report_sections if kind == "stderr"]
        told = [f"{where}: {leak}" for where, text in (*_said, *on_stderr) for leak in leaks_in(text)]
        if told:
            report.outcome = "failed"
            report.longrepr = "personal data was told\n" + "\n".join(dict.fromkeys(told))
    return report
