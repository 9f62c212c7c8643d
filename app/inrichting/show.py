"""An inrichting as people read it: YAML in the format that `iwmo inrichting load` takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeAlias, cast

from app.domain.inrichting import Inrichting
from app.inrichting.document import to_document

Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"

INDENT: Final = "  "
PLAIN: Final = re.compile(r"[A-Za-z]+(?:[ -][A-Za-z]+)*|\d{4}-\d{2}-\d{2}", re.ASCII)
NOT_TEXT_TO_ALL: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def show(inrichting: Inrichting) -> str:
    """The whole inrichting of a gemeente as YAML text that can be loaded again, ending in a newline."""
    document = cast("dict[str, dict[str, Json]]", to_document(inrichting))
    gebruik = inrichting.instellingen.gebruik
    document["instellingen"]["gebruik"] = f"{Decimal(gebruik.numerator) / gebruik.denominator:f}"
    return "".join(f"{line}\n" for line in _lines(document, ""))


def _lines(section: Mapping[str, Json], indent: str) -> Iterator[str]:
    for key, value in section.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:"
            yield from _lines(value, indent + INDENT)
        elif isinstance(value, list) and any(isinstance(row, dict) for row in value):
            yield f"{indent}{key}:"
            for row in value:
                yield from _entry(cast("dict[str, Json]", row), indent + INDENT)
        else:
            yield f"{indent}{key}: {_inline(value)}"


def _entry(row: Mapping[str, Json], indent: str) -> Iterator[str]:
    """An entry of a list: on one line when nothing hangs below it."""
    if not any(isinstance(value, list) for value in row.values()):
        yield f"{indent}- {{{', '.join(f'{key}: {_inline(value)}' for key, value in row.items())}}}"
        return
    first, *others = _lines(row, indent + INDENT)
    yield f"{indent}- {first.lstrip()}"
    yield from others


def _inline(value: Json) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_inline(part) for part in value)}]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in NOT_TEXT_TO_ALL:
        return value
    return json.dumps(value, ensure_ascii=False)
