"""The bytes of a YAML file as a tree in which every part knows its line; nothing is interpreted yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 20
MAX_NODES: Final = 200_000

NOT_YAML: Final = "Geen YAML: kijk op en boven deze regel naar inspringing (geen tabs), aanhalingstekens en haken"


class UnreadableYaml(Exception):
    """The bytes hold no single YAML document; `melding` says so in Dutch, `line` counts from 1."""

    def __init__(self, melding: str, line: int = 1) -> None:
        super().__init__(melding)
        self.melding = melding
        self.line = line


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as it is written; `plain` is without quotes."""

    line: int
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    parts: list[Node] = field(default_factory=list["Node"], repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """A mapping; its parts are key, value, key, value and so on."""

    line: int
    parts: list[Node] = field(default_factory=list["Node"], repr=False)

    def pairs(self) -> Iterator[tuple[Node, Node]]:
        """Each key with its value, in the order of the file."""
        return zip(self.parts[::2], self.parts[1::2], strict=True)


Node = Scalar | Items | Keys


def read_tree(content: bytes) -> Node:
    """The one document in the bytes. Aliases share their node, so a tree may be wider than the file is long.

    Raises UnreadableYaml: not UTF-8, not YAML, empty, several documents, too large or too deep.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableYaml(f"Het bestand is groter dan {MAX_BYTES} bytes")
    text = _decoded(content)
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
    except ReaderError as error:
        position: int = getattr(error, "position", 0)
        raise UnreadableYaml("Hier staat een teken dat in YAML niet mag", text.count("\n", 0, position) + 1) from None
    except MarkedYAMLError as error:
        mark: _Mark | None = getattr(error, "problem_mark", None)
        raise UnreadableYaml(NOT_YAML, mark.line + 1 if mark else 1) from None
    except (YAMLError, ValueError, ArithmeticError):
        raise UnreadableYaml(NOT_YAML) from None
    if builder.root is None:
        raise UnreadableYaml("Het bestand is leeg")
    return builder.root


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableYaml("Dit bestand is geen UTF-8", line) from None


class _Mark(Protocol):
    line: int  # from 0


class _Event(Protocol):
    """Every event has the mark; the others only those that we ask for them."""

    start_mark: _Mark
    anchor: str | None
    value: str
    style: str | None


def _events(text: str) -> Iterator[_Event]:
    """The parser is not typed; its events come one by one, so a reader that stops also stops the parser."""
    parser: Any = YAML(typ="safe", pure=True)
    return parser.parse(text)


class _Builder:
    """Makes the tree from events without recursion, and stops at the first thing it does not take."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._nodes = 0
        self._open: list[Items | Keys] = []
        self._anchors: dict[str, Node] = {}

    def take(self, event: _Event) -> None:
        """One event of the parser."""
        line = event.start_mark.line + 1
        match type(event):
            case events.DocumentStartEvent if self.root is not None:
                raise UnreadableYaml("Een bestand heeft één gemeente: hier begint een tweede document (---)", line)
            case events.AliasEvent:
                self._add(self._anchored(event.anchor, line))
            case events.ScalarEvent:
                self._start(event, Scalar(line, event.value, event.style is None))
            case events.SequenceStartEvent:
                self._start(event, Items(line))
            case events.MappingStartEvent:
                self._start(event, Keys(line))
            case events.SequenceEndEvent | events.MappingEndEvent:
                self._open.pop()
            case _:
                pass

    def _start(self, event: _Event, node: Node) -> None:
        if event.anchor:
            self._anchors[event.anchor] = node
        self._add(node)
        if not isinstance(node, Scalar):
            if len(self._open) == MAX_DEPTH:
                raise UnreadableYaml(f"Hier zijn meer dan {MAX_DEPTH} niveaus in elkaar gezet", node.line)
            self._open.append(node)

    def _add(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise UnreadableYaml(f"Het bestand heeft meer dan {MAX_NODES} waarden", node.line)
        if self._open:
            self._open[-1].parts.append(node)
        else:
            self.root = node

    def _anchored(self, anchor: str | None, line: int) -> Node:
        if anchor is None or anchor not in self._anchors:
            raise UnreadableYaml("Deze verwijzing (*) heeft geen anker (&) erboven", line)
        return self._anchors[anchor]
