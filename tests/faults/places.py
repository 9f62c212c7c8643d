"""The failpoints of the service, read from its source."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from app.processing.werk import HANDLERS
from app.settings import PROJECT


def places() -> list[str]:
    """Every name that is given to `passed`, in alphabetical order; one that stands in the code twice comes twice."""
    return sorted(name for path in sorted((PROJECT / "app").rglob("*.py")) for name in _named_in(path))


def listed_twice() -> set[str]:
    """The names that two places share."""
    return {name for name, count in Counter(places()).items() if count > 1}


def _named_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "passed":
            yield from _names(node.args[0])


def _names(argument: ast.expr) -> Iterator[str]:
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.JoinedStr):  # f"{job.soort}-begonnen": a place for each kind of work that is done
        (text,) = [str(part.value) for part in argument.values if isinstance(part, ast.Constant)]
        yield from (f"{soort}{text}" for soort in HANDLERS)
    else:
        raise TypeError(f"a failpoint needs a name that can be listed: {ast.unparse(argument)}")
