"""Log lines: one event a line, constant names, facts as keys, never personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator

import structlog
from structlog.typing import EventDict, WrappedLogger


def configure_logging(log_format: str, log_level: str) -> None:
    """Write events to standard error, readable (`console`) or one JSON object a line (`json`)."""
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            places_of_exception,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, log_level.upper())),
        logger_factory=_on_standard_error,
        cache_logger_on_first_use=False,  # a later configuration, and another standard error, count as well
    )


def places_of_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Log where an exception and its causes arose, not what they say: their text may hold a client's data."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(line for one in _with_causes(error) for line in _places(one))
    return event


def _on_standard_error(*_names: object) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        yield following
        seen.add(id(following))
        following = following.__cause__ or following.__context__


def _places(error: BaseException) -> Iterator[str]:
    yield type(error).__qualname__
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} {frame.name}"
