"""Reads a mapping of the file key by key; what is wrong becomes a finding and the reading goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from app.domain.inrichting_file import Place
from app.domain.retour import Finding
from app.inrichting.yaml_tree import MAX_NODES, Items, Keys, Node, Scalar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

EMPTY: Final = frozenset({"", "~", "null", "Null", "NULL"})
SHOWN_KEY_LENGTH: Final = 40


class TooManyNodes(Exception):
    """Aliases make the file endlessly wide."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T_co]):
    """A kind of value: `read` gives it, or None when the text is none; `melding` then says what belongs there.

    `stand_in` takes the place of a wrong value, so that reading goes on; a finding keeps it from ever being used.
    """

    read: Callable[[str], T_co | None]
    melding: Callable[[str], str]
    stand_in: T_co


@dataclass(slots=True)
class Report:
    """What is wrong in one file, and how much of it was read."""

    bestand: str
    findings: list[Finding] = field(default_factory=list[Finding])
    nodes: int = 0

    def add(self, pad: str, line: int, melding: str) -> None:
        """Note a finding."""
        self.findings.append(Place(self.bestand, line, pad).finding(melding))

    def count(self) -> None:
        """Raises TooManyNodes once more was read than any real inrichting holds."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise TooManyNodes


class Section:
    """One mapping: give it the keys it knows, then ask for each of them."""

    def __init__(self, node: Node, pad: str, report: Report, keys: frozenset[str]) -> None:
        self._report = report
        self._nodes: dict[str, Node] = {}
        self._broken = not isinstance(node, Keys)
        lines: dict[str, int] = {}
        self.place = Place(report.bestand, node.line, pad, lines)
        report.count()
        if isinstance(node, Keys):
            self._take(node, keys, lines)
        else:
            report.add(pad, node.line, "Hier hoort een groep van sleutels met waarden (sleutel: waarde)")

    def required(self, key: str, kind: Kind[T]) -> T:
        """The value of a key that must be there and not be empty."""
        self.require(key)
        value = self.optional(key, kind)
        return kind.stand_in if value is None else value

    def optional(self, key: str, kind: Kind[T]) -> T | None:
        """The value of a key, None when the key is absent, empty or wrong."""
        node = self._nodes.get(key)
        return None if node is None else self._value(node, self.place.at(key).pad, kind)

    def section(self, key: str, keys: frozenset[str]) -> Section | None:
        """The mapping under a key, None when the key is absent or empty."""
        node = self._nodes.get(key)
        return Section(node, self.place.at(key).pad, self._report, keys) if node else None

    def sections(self, key: str, keys: frozenset[str]) -> Iterator[Section]:
        """Each mapping in the list under a key."""
        for pad, node in self._items(key):
            yield Section(node, pad, self._report, keys)

    def values(self, key: str, kind: Kind[T]) -> Iterator[tuple[T, Place]]:
        """Each value in the list under a key, with its place."""
        for pad, node in self._items(key):
            value = self._value(node, pad, kind)
            yield kind.stand_in if value is None else value, Place(self._report.bestand, node.line, pad)

    def require(self, key: str) -> None:
        """Note a finding when the key is absent or empty."""
        if key not in self._nodes and not self._broken:
            self.wrong(key, f"De sleutel {key} ontbreekt of is leeg")

    def wrong(self, key: str, melding: str) -> None:
        """Note a finding on one of the keys."""
        place = self.place.at(key)
        self._report.add(place.pad, place.regel, melding)

    def _take(self, node: Keys, keys: frozenset[str], lines: dict[str, int]) -> None:
        for key, value in node.pairs():
            self._report.count()
            name = _shown(key)
            pad = f"{self.place.pad}.{name}" if self.place.pad else name
            if name in lines:
                self._report.add(pad, key.line, f"De sleutel {name} staat er twee keer, ook op regel {lines[name]}")
            elif name not in keys:
                self._report.add(pad, key.line, f"Onbekende sleutel; hier kan: {', '.join(sorted(keys))}")
            else:
                lines[name] = key.line
                self._nodes |= {} if _is_empty(value) else {name: value}

    def _items(self, key: str) -> Iterator[tuple[str, Node]]:
        node = self._nodes.get(key)
        pad = self.place.at(key).pad
        if isinstance(node, Items):
            for index, part in enumerate(node.parts):
                self._report.count()
                yield f"{pad}[{index}]", part
        elif node is not None:
            self._report.add(pad, node.line, "Hier hoort een lijst (regels met een streepje, of [...])")

    def _value(self, node: Node, pad: str, kind: Kind[T]) -> T | None:
        self._report.count()
        if not isinstance(node, Scalar):
            self._report.add(pad, node.line, "Hier hoort één waarde, geen lijst of groep van sleutels")
            return None
        value = None if _is_empty(node) else kind.read(node.text)
        if value is None:
            self._report.add(pad, node.line, kind.melding(node.text))
        return value


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in EMPTY


def _shown(key: Node) -> str:
    if not isinstance(key, Scalar):
        return "(geen tekst)"
    clipped = key.text[:SHOWN_KEY_LENGTH]
    return clipped if clipped.isprintable() else ascii(clipped)
