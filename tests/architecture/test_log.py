"""Every event has a constant name and only facts that app.observability knows, and goes by way of structlog."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from app.observability import FIELDS
from tests.fixtures.messages import ROOT

LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
ALLOWED = frozenset(FIELDS) | {"exc_info"}
SOURCES = sorted((ROOT / "app").rglob("*.py"))
EVENT = re.compile("[a-z]+(_[a-z]+)+")


def wrong_calls(tree: ast.AST) -> Iterator[str]:
    """What is wrong with the calls on a `log`: by line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_log(node.func):
            wrong = [keyword.arg or "**" for keyword in node.keywords if keyword.arg not in ALLOWED]
            yield from (f"{node.lineno}: {name}" for name in wrong)
            if [type(part) for part in node.args] != [ast.Constant] or not EVENT.fullmatch(str(node.args[0].value)):  # pyright: ignore[reportAttributeAccessIssue]
                yield f"{node.lineno}: the event is no constant name"


def _is_log(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and called.attr in LEVELS
        and isinstance(called.value, ast.Name)
        and called.value.id == "log"
    )


def other_ways(tree: ast.AST) -> Iterator[str]:
    """Loggers under another name than `log`, loggers of the standard library, and facts bound to all events."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and "get_logger" in ast.dump(node.value):
            yield from (f"{node.lineno}: {ast.unparse(one)}" for one in node.targets if ast.unparse(one) != "log")
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"log.bind", "log.new", "log.msg"}:
            yield f"{node.lineno}: {node.attr}"
        if isinstance(node, ast.Attribute) and node.attr in {"bind_contextvars", "getLogger", "print_exc"}:
            yield f"{node.lineno}: {node.attr}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_event_is_known(path):
    tree = ast.parse(path.read_text())
    assert list(wrong_calls(tree)) == []
    if path.name != "observability.py":
        assert list(other_ways(tree)) == []


def test_there_are_events():
    text = "".join(path.read_text() for path in SOURCES)
    assert len(re.findall(r"\blog\.(?:info|warning|error|exception)\(", text)) >= 20


def test_every_field_is_used():
    used = {
        keyword.arg
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _is_log(node.func)
        for keyword in node.keywords
    }
    assert set(FIELDS) - used == {"library"}  # which app.observability adds itself


@pytest.mark.parametrize(
    "call",
    [
        'log.info("it_is_so", naam=1)', 'log.info("it_is_so", **facts)', 'log.info(f"it_is_{x}")', "log.info(text)",
        'log.info("It is so")', 'log.info("it_is_so", "more")', "log.info()", 'log.warning("so", partij=x)',
    ],
)  # fmt: skip
def test_a_wrong_call_is_seen(call: str):
    assert len(list(wrong_calls(ast.parse(call)))) == 1


@pytest.mark.parametrize(
    "code", ["x = structlog.get_logger()", "logging.getLogger('x')", "log.bind(a=1)", "traceback.print_exc()"]
)
def test_another_way_is_seen(code: str):
    assert len(list(other_ways(ast.parse(code)))) == 1
