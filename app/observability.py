"""Log lines: one event a line, constant names, facts as keys, never personal data."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

OTHERS = ("asyncio", "uvicorn")


def configure_logging(log_format: str, log_level: str) -> None:
    """Write events to standard error, readable (`console`) or one JSON object a line (`json`), also the server's."""
    level = getattr(logging, log_level.upper())
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        places_of_exception,
    ]
    structlog.configure(
        processors=[*processors, _renderer(log_format)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_on_standard_error,
        cache_logger_on_first_use=False,  # a later configuration, and another standard error, count as well
    )
    handler = logging.StreamHandler(sys.stderr)
    end = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(log_format)]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[*processors, *end]))
    for name in OTHERS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def places_of_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Log where an exception and its causes arose, not what they say: their text may hold a client's data."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exception()
    if isinstance(error, tuple):  # as the standard library hands it over
        error = cast("tuple[object, object, object]", error)[1]
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
