"""The text of a message while it is written: laid out as lxml lays out a tree, without the tree.

It goes on in pieces, so that a large message never stands in memory as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

DECLARATION: Final = "<?xml version='1.0' encoding='UTF-8'?>\n"
INDENT: Final = "  "
DEEPEST: Final = 16
"""Levels; the messages of the standard have nine."""

PASSED_ON: Final = 2_000
"""Texts of which a piece is made: some 100 KB."""

MOST_REMEMBERED: Final = 4_096

_MARGINS: Final = tuple("\n" + INDENT * depth for depth in range(DEEPEST))
_SPECIAL: Final = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


class CannotWrite(ValueError):
    """The object does not fit the release; the text names the element and never a value."""


class Text:
    """Elements in the order in which they are begun and ended; `take` gets the bytes of each piece.

    `prefixes` has the namespaces of the message, that of its root first. Names of elements have their prefix.
    """

    def __init__(self, prefixes: Mapping[str, str], take: Callable[[bytes], object]) -> None:
        self.prefixes = prefixes
        self._take = take
        self._pieces: list[str] = []
        self._open: list[tuple[str, int]] = []
        self._margin = ""
        self._remembered: dict[tuple[int, str, int], tuple[object, str]] = {}

    @property
    def inner(self) -> str:
        """The name, without prefix, of the element that was begun last."""
        return without_prefix(self._open[-1][0])

    def begin(self, name: str) -> None:
        """Begin an element that holds others."""
        self._pieces.append(f"{self._margin}<{name}>")
        self._deeper(name)

    def begin_root(self, name: str) -> None:
        """Begin the outermost element, which declares the namespaces."""
        declared = "".join(f' xmlns:{prefix}="{namespace}"' for namespace, prefix in self.prefixes.items())
        self._pieces.append(f"{DECLARATION}<{name}{declared}>")
        self._deeper(name)

    def end(self) -> None:
        """End the element that was begun last; with the outermost the text is complete."""
        name, at = self._open.pop()
        self._margin = _MARGINS[len(self._open)]
        if len(self._pieces) == at:
            self._pieces[-1] = f"{self._pieces[-1][:-1]}/>"
        else:
            self._pieces.append(f"{self._margin}</{name}>")
        if not self._open:
            self._pieces.append("\n")
            self._pass()

    def leaf(self, name: str, text: str) -> None:
        """Add an element that holds a text; CannotWrite when XML has no way to hold it."""
        if _SPECIAL.search(text):
            text = _escaped(name, text)
        self._pieces.append(f"{self._margin}<{name}>{text}</{name}>")

    def again(self, name: str, value: object, fill: Callable[[Text, Any], None]) -> None:
        """Add an element for a value that recurs and holds no list: written once, and the text repeated."""
        key = id(value), name, len(self._open)
        known = self._remembered.get(key)
        if known is not None:
            self._pieces.append(known[1])
            return
        at = len(self._pieces)
        self.begin(name)
        fill(self, value)
        self.end()
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = value, "".join(self._pieces[at:])  # with the value, so that its id stays its own

    def between(self) -> None:
        """Tell that one of a list is complete: what is ready may go on."""
        if len(self._pieces) >= PASSED_ON:
            self._pass()
            self._open = [(name, -1) for name, _ in self._open]

    def _deeper(self, name: str) -> None:
        self._open.append((name, len(self._pieces)))
        self._margin = _MARGINS[len(self._open)]

    def _pass(self) -> None:
        self._take("".join(self._pieces).encode())
        self._pieces.clear()


def without_prefix(name: str) -> str:
    """The name of an element as people know it.

    >>> without_prefix("iwmo:Bsn")
    'Bsn'
    """
    return name.rpartition(":")[2]


def _escaped(name: str, text: str) -> str:
    try:
        return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text)
    except KeyError:
        raise CannotWrite(f"{without_prefix(name)} holds a character that XML has not") from None
