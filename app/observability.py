"""Log lines: one event a line, constant names, known facts as keys, never personal data."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Final, cast

import structlog
from stdnum.nl import bsn
from structlog.typing import EventDict, Processor, WrappedLogger

from app.processing.metingen import LOG_LINES_LOST

FIELDS: Final[Mapping[str, tuple[type, ...]]] = {
    "aantal": (int,),
    "adres": (str,),  # of the other side of a connection
    "bericht_id": (str,),
    "berichten": (int,),
    "berichtcode": (str,),
    "category": (str,),  # of a warning
    "code": (str,),
    "dossiers": (int,),
    "envelop_id": (str,),
    "error": (str,),  # the type of an exception
    "faultcode": (str,),
    "findings": (int,),
    "is_new": (bool,),
    "job_id": (int, str),
    "jobs": (int,),
    "key_id": (str,),  # what names a key, not the key
    "library": (str,),
    "los": (int,),
    "mislukt": (int,),
    "omvang_bytes": (int,),
    "partij": (str,),
    "place": (str,),
    "poging": (int,),
    "proef": (bool,),
    "reason": (str,),  # the type of a refusal
    "reden": (str,),  # a word of our own
    "release": (str,),
    "route": (str,),  # the template of a path
    "seconden": (int, float),
    "soort": (str,),
    "source": (str,),
    "status": (int,),
    "vastgehouden": (int,),
}
"""Every fact that an event may name, and what it is; None is allowed as well. A new one is a decision: none of them can
hold what a message says of a client."""

DROPPED: Final = "dropped_fields"
"""How many facts of an event were not written, because they are unknown or of another type."""

LONGEST_VALUE: Final = 1_000
LONGEST_FAILURE: Final = 4_000
_WRITTEN_BY_US: Final = {"event", "level", "timestamp", "failure"}
_NINE_DIGITS = re.compile(r"(?<!\d)\d{9}(?!\d)")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SERVER: Final = "uvicorn"
_EVENT_LOOP: Final = "asyncio"
log = structlog.get_logger(__name__)


class LogHandler(logging.StreamHandler):  # pyright: ignore[reportMissingTypeArgument]  (no generic at run time)
    """Where our lines go; a later configuration takes the place of an earlier one."""


def configure_logging(log_format: str, log_level: str) -> None:
    """Write events to standard error, readable (`console`) or one JSON object a line (`json`), of libraries as well.

    Of libraries other than the server only who spoke and where is written, for their texts may hold anything.
    """
    level = getattr(logging, log_level.upper())
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        places_of_exception,
    ]
    last: list[Processor] = [only_known_fields, harmless, _renderer(log_format)]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_on_standard_error,
        cache_logger_on_first_use=False,  # a later configuration, and another standard error, count as well
    )
    of_libraries: list[Processor] = [
        _without_text_of_others,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    ]
    handler = LogHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[*first, *of_libraries, *last]))
    _route_libraries(handler, level)
    _route_what_nobody_catches()


def _route_libraries(handler: LogHandler, level: int) -> None:
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if isinstance(each, LogHandler)]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    for name in (_SERVER, _EVENT_LOOP):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
    access = logging.getLogger("uvicorn.access")  # a URL may say who looked at whom
    access.handlers, access.propagate, access.disabled = [], False, True


def _route_what_nobody_catches() -> None:
    """Replace what Python does by itself, and nothing that somebody else already put in its place."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _failed
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _thread_failed
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _unraisable
    warnings.showwarning = _warned


def _failed(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    log.critical("process_failed", exc_info=error)


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_type is not SystemExit:
        log.critical("thread_failed", exc_info=failure.exc_value)


def _unraisable(failure: sys.UnraisableHookArgs) -> None:
    log.error("failure_ignored", exc_info=failure.exc_value)


def _warned(_message: Warning | str, category: type[Warning], filename: str, lineno: int, *_rest: object) -> None:
    log.warning("library_warned", category=category.__qualname__, place=f"{filename}:{lineno}")


def _renderer(log_format: str) -> Processor:
    if log_format == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _without_text_of_others(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The server may say its text, the event loop the part of it that is constant, any other library nothing."""
    record: logging.LogRecord = event["_record"]
    library = record.name.partition(".")[0]
    if library == _EVENT_LOOP:
        event["event"] = str(record.msg).partition("\n")[0]  # what follows shows tasks and their exceptions
    elif library != _SERVER:
        event["event"] = "library_logged"
        event["place"] = f"{record.pathname}:{record.lineno}"
    event["library"] = record.name
    return event


def places_of_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Log where an exception and its causes arose, not what they say: their text may hold a client's data."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exception()
    if isinstance(error, tuple):  # as the standard library hands it over
        error = cast("tuple[object, object, object]", error)[1]
    if isinstance(error, BaseException):
        event["failure"] = " < ".join(_places(one) for one in _with_causes(error))
    return event


def only_known_fields(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The facts that FIELDS names, in the type that it names; how many others there were."""
    kept = {name: value for name, value in event.items() if name in _WRITTEN_BY_US or _is_known(name, value)}
    if len(kept) < len(event):
        kept[DROPPED] = len(event) - len(kept)
    return kept


def _is_known(name: str, value: object) -> bool:
    return name in FIELDS and (value is None or type(value) in FIELDS[name])


def harmless(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """No bsn in any value, nothing that a terminal or a reader of lines obeys, and no value without end."""
    return {name: _harmless(name, value) for name, value in event.items()}


def _harmless(name: str, value: object) -> object:
    if not isinstance(value, str):
        return _without_bsn(str(value)) if type(value) is int and len(str(value)) == len("123456782") else value
    longest = LONGEST_FAILURE if name == "failure" else LONGEST_VALUE
    text = value if len(value) <= longest else f"{value[:longest]}…"
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in _without_bsn(text))


def _without_bsn(text: str) -> str:
    return text if _UUID.fullmatch(text) else _NINE_DIGITS.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    number = "".join(str(int(digit)) for digit in found[0])  # digits of any script
    return "*********" if bsn.is_valid(number) else found[0]


class StandardError(structlog.PrintLogger):
    """Writes lines to standard error. One that it cannot take, as on a full disk, is lost and counted.

    What was done is done, and who asked for it hears that; a line that fails must not make it look as if it was not.
    """

    def msg(self, message: str) -> None:
        """Write a line."""
        try:
            super().msg(message)
        except OSError:
            LOG_LINES_LOST.inc()

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def _on_standard_error(*_names: object) -> StandardError:
    return StandardError(sys.stderr)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        yield following
        seen.add(id(following))
        following = following.__cause__ or following.__context__


def _places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    ]  # the latest is cut off last
    return f"{type(error).__qualname__} {', '.join(places)}"
