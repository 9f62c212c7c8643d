"""Checks of source text; each yields `line what` for every offence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

LINES_PER_FILE = 400
LINES_PER_FUNCTION = 30
INEXACT = {"float", "Decimal"}
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b")
# Written with one-letter sets, so that this file does not contain what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:[w]ork|[r]oot|[h]ome|[U]sers)/[\w.]|[.]\./\.[l]ibrary|[C]:\\\\?Users")
REGISTRY = re.compile(
    r"[p]ypi\.|pythonh[o]sted|registry\.n[p]mjs|--(?:extra-)?[i]ndex-url|--[f]ind-links", re.IGNORECASE
)

HURRIED = re.compile(r"suppress_health_check=\[(?!.*too_slow)")


def long_file(source: str) -> Iterator[str]:
    """A file of more than 400 lines."""
    lines = len(source.splitlines())
    if lines > LINES_PER_FILE:
        yield f"{lines} lines, at most {LINES_PER_FILE}"


def long_functions(source: str) -> Iterator[str]:
    """A function or method of more than 30 lines, from `def` to its end."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LINES_PER_FUNCTION:
                yield f"{node.lineno} {node.name} has {lines} lines, at most {LINES_PER_FUNCTION}"


def missing_docstring(source: str) -> Iterator[str]:
    """A module without a docstring, or with one whose first line is not a sentence of its own."""
    docstring = ast.get_docstring(ast.parse(source))
    if not docstring:
        yield "1 no module docstring"
    elif not docstring.split("\n\n")[0].rstrip().endswith((".", "?", "!")):
        yield "1 the module docstring does not end in a full stop"


def inexact_numbers(source: str) -> Iterator[str]:
    """A float literal, the name float or Decimal, or a division of two whole numbers."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float() | complex()):
                yield f"{node.lineno} {node.value!r} is not exact"
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) if name in INEXACT:
                yield f"{node.lineno} {name} is not for money"
            case ast.BinOp(op=ast.Div(), right=ast.Constant(value=int())):
                yield f"{node.lineno} / by a whole number may give a float: use //, or Fraction"
            case _:
                pass


def prints(source: str) -> Iterator[str]:
    """A call of print: only commands write on standard output."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"{node.lineno} print"


def unfinished(source: str) -> Iterator[str]:
    """A note to oneself; what is open stands in an issue."""
    return _lines_with(UNFINISHED, source)


def machine_paths(source: str) -> Iterator[str]:
    """A path that exists on one machine only."""
    return _lines_with(MACHINE_PATH, source)


def registries(source: str) -> Iterator[str]:
    """The address of a package registry: which one to use is for the machine to say."""
    return _lines_with(REGISTRY, source)


def unordered_parameters(source: str) -> Iterator[str]:
    """Parametrised over a set: processes that share the tests must see them in one order."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=args) if any(map(_is_set, args)):
                yield f"{node.lineno} sort the parameters"
            case _:
                pass


def hurried(source: str) -> Iterator[str]:
    """A test that fails when a busy machine draws its examples slowly: see tests/unhurried.py."""
    return _lines_with(HURRIED, source)


def _is_set(node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.BinOp(left=left, right=right):
            return _is_set(left) or _is_set(right)
        case _:
            return False


def one_way_migration(source: str) -> Iterator[str]:
    """A migration whose `downgrade` is missing or does nothing."""
    functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    downgrade = functions.get("downgrade")
    if downgrade is None:
        yield "1 no downgrade"
    elif not any(isinstance(node, ast.Call) for step in downgrade.body for node in _acting(step)):
        yield f"{downgrade.lineno} downgrade does nothing"


def _acting(step: ast.stmt) -> Iterator[ast.AST]:
    if not isinstance(step, ast.Raise):
        yield from ast.walk(step)


def _lines_with(pattern: re.Pattern[str], source: str) -> Iterator[str]:
    for number, line in enumerate(source.splitlines(), start=1):
        if found := pattern.search(line):
            yield f"{number} {found[0]}"
