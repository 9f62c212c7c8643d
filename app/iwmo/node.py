"""The shapes of XML elements: each reads its element into a value of the domain, and writes it back.

A shape is declared once, as the schema has it: `one("Bsn", TEXT)`. The Python name follows from that of the element
(`GeleverdVolume` is `geleverd_volume`) unless another is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeAlias, TypeVar

from app.domain.bedrag import NUL, Bedrag
from app.domain.bericht import Onderdeel
from app.domain.codelijsten import DebetCredit, Eenheid, Frequentie
from app.domain.retour import Finding
from app.iwmo import values
from app.iwmo.pad import Element
from app.iwmo.source_line import source_line
from app.iwmo.text import CannotWrite, Text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Problems: TypeAlias = list[Finding]
T = TypeVar("T")

LEES = "LEES"
LATELY_READ = 4_096
"""Texts of which the value is remembered: in a declaratie the same dates and numbers stand on line after line."""

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def unreadable(pad: str, melding: str, regelnummer: int | None) -> Finding:
    """A finding on what cannot be read."""
    return Finding(regel=LEES, retourcode=None, pad=pad, melding=melding, regelnummer=regelnummer)


class Shape(Protocol[T]):
    """How one element is read and written."""

    def read(self, element: Element, pad: str, problems: Problems) -> T:
        """The value of the element, which stands at `pad`; what is absurd is added to the problems."""
        ...

    def write(self, out: Text, name: str, value: T) -> None:
        """Add the value as an element."""
        ...


def python_name(element_name: str) -> str:
    """The field that an element fills.

    >>> python_name("BetalingAanID"), python_name("BtwIDNummer"), python_name("Telefoon01")
    ('betaling_aan_id', 'btw_id_nummer', 'telefoon01')
    """
    return _WORD_STARTS.sub("_", element_name).lower()


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """An element with text; `stand_in` takes the place of an absurd value until the message is refused."""

    parse: Callable[[str], T]
    render: Callable[[T], str]
    stand_in: T

    def read(self, element: Element, pad: str, problems: Problems) -> T:
        """The value of the text."""
        try:
            return self.parse(element.text or "")
        except values.Absurd as absurd:
            problems.append(unreadable(pad, str(absurd), source_line(element)))
            return self.stand_in

    def write(self, out: Text, name: str, value: T) -> None:
        """Add an element with the text of the value."""
        out.leaf(name, self.render(value))


def _bedrag(text: str) -> Bedrag:
    return Bedrag(values.parse_nummer(text))


TEXT = Leaf(values.same_text, values.same_text, "")
NUMMER = Leaf(lru_cache(LATELY_READ)(values.parse_nummer), str, 0)
DATUM = Leaf(lru_cache(LATELY_READ)(values.parse_datum), date.isoformat, date.min)
TIJD = Leaf(values.parse_tijd, time.isoformat, time.min)
BEDRAG: Leaf[Bedrag] = Leaf(lru_cache(LATELY_READ)(_bedrag), lambda bedrag: str(bedrag.cents), NUL)
EENHEID: Leaf[Eenheid] = Leaf(values.parse_eenheid, lambda eenheid: eenheid.value, Eenheid.STUKS)
FREQUENTIE: Leaf[Frequentie] = Leaf(values.parse_frequentie, lambda frequentie: frequentie.value, Frequentie.TOTAAL)
DEBET_CREDIT: Leaf[DebetCredit] = Leaf(values.parse_debet_credit, lambda side: side.value, DebetCredit.DEBET)


@dataclass(frozen=True, slots=True)
class Child:
    """An element of a record and the field that it fills."""

    element: str
    shape: Shape[Any]
    name: str
    required: bool

    def read_into(self, found: dict[str, Any], element: Element, pad: str, problems: Problems) -> None:
        """Put the value of the element, whose parent stands at `pad`, among those found."""
        found[self.name] = self.shape.read(element, f"{pad}/{self.element}", problems)

    def write_from(self, left: dict[str, Any], out: Text, name: str) -> None:
        """Add the element, taking its value out of what is left."""
        value = left.pop(self.name)
        if value is not None and value != ():
            self.shape.write(out, name, value)
        elif self.required:
            raise CannotWrite(f"{out.inner} needs {self.element}")


class LoneChild(Child):
    """An element that stands there at most once, where the domain has a tuple."""

    __slots__ = ()

    def read_into(self, found: dict[str, Any], element: Element, pad: str, problems: Problems) -> None:
        """A tuple of one."""
        found[self.name] = (self.shape.read(element, f"{pad}/{self.element}", problems),)

    def write_from(self, left: dict[str, Any], out: Text, name: str) -> None:
        """Add the only one."""
        if len(left[self.name]) > 1:
            raise CannotWrite(f"{out.inner} has room for one {self.element}")
        left[self.name] = left[self.name][0] if left[self.name] else None
        Child.write_from(self, left, out, name)


@dataclass(frozen=True, slots=True)
class Group:
    """An element whose children are fields of the parent's object."""

    element: str
    children: Record[dict[str, Any]]

    def read_into(self, found: dict[str, Any], element: Element, pad: str, problems: Problems) -> None:
        """Put the values of the children among those of the parent."""
        found.update(self.children.read(element, f"{pad}/{self.element}", problems))

    def write_from(self, left: dict[str, Any], out: Text, name: str) -> None:
        """Add the element, taking the values of its children out of what is left."""
        out.begin(name)
        self.children.write_from(left, out)
        out.end()


@dataclass(frozen=True, slots=True)
class Constant:
    """An element with the same text in every message; it has no place in the domain."""

    element: str
    text: str

    def read_into(self, found: dict[str, Any], element: Element, pad: str, problems: Problems) -> None:
        """Nothing: the XSD has compared the text."""

    def write_from(self, _left: dict[str, Any], out: Text, name: str) -> None:
        """Add the element."""
        out.leaf(name, self.text)


Part: TypeAlias = Child | Group | Constant


def one(element: str, shape: Shape[Any], name: str | None = None) -> Child:
    """An element that must be there."""
    return Child(element, shape, name or python_name(element), required=True)


def maybe(element: str, shape: Shape[Any], name: str | None = None) -> Child:
    """An element that may be absent."""
    return Child(element, shape, name or python_name(element), required=False)


def lone(element: str, shape: Shape[Any], name: str, *, required: bool) -> Child:
    """An element that stands there at most once, where the domain has a tuple."""
    return LoneChild(element, shape, name, required)


def constant(element: str, text: str) -> Constant:
    """An element that is always the same."""
    return Constant(element, text)


def group(element: str, namespace: str, *children: Part) -> Group:
    """An element of which the children, in `namespace`, are fields of the parent's object."""
    return Group(element, Record(namespace, dict, children, has_pad=False))


def values_of(value: DataclassInstance) -> dict[str, Any]:
    """The fields of a dataclass by name, without the pad."""
    return {name: getattr(value, name) for name in _names(type(value))}


@cache
def _names(cls: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls) if field.name != "pad")


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """An element with children, all in `namespace`.

    It reads as `make(**values)`, with the pad when `has_pad`; `take` gives the values of an object back. Of one that
    `recurs` a message has many that are the same, so that they may be one object.
    """

    namespace: str
    make: Callable[..., T]
    children: tuple[Part, ...]
    has_pad: bool
    take: Callable[[Any], dict[str, Any]] = values_of
    recurs: bool = False
    by_tag: Mapping[Any, Part] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_tag", {f"{{{self.namespace}}}{part.element}": part for part in self.children})

    def read(self, element: Element, pad: str, problems: Problems) -> T:
        """The object of the element."""
        found: dict[str, Any] = {"pad": pad} if self.has_pad else {}
        by_tag = self.by_tag
        for child in element:
            by_tag[child.tag].read_into(found, child, pad, problems)
        return self.make(**found)

    def write(self, out: Text, name: str, value: T) -> None:
        """Add the object as an element."""
        if self.recurs:
            out.again(name, value, self.fill)
            return
        out.begin(name)
        self.fill(out, value)
        out.end()

    def fill(self, out: Text, value: T) -> None:
        """Give its element all that the object holds; what has no place in the schema cannot be written."""
        left = self.take(value)
        self.write_from(left, out)
        for name, unwritten in left.items():
            if unwritten is not None and unwritten != ():
                raise CannotWrite(f"{out.inner} has no {name} in this release")

    def write_from(self, left: dict[str, Any], out: Text) -> None:
        """Add the children in the order of the schema, taking their values out of what is left."""
        prefix = out.prefixes[self.namespace]
        for part in self.children:
            part.write_from(left, out, f"{prefix}:{part.element}")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """An element that only holds others, all of one shape: a tuple in the domain."""

    namespace: str
    element: str
    item: Shape[T]

    def read(self, element: Element, pad: str, problems: Problems) -> tuple[T, ...]:
        """The objects in order, each with its number in its pad."""
        read, stem = self.item.read, f"{pad}/{self.element}"
        return tuple([read(child, f"{stem}[{number}]", problems) for number, child in enumerate(element, 1)])

    def write(self, out: Text, name: str, value: tuple[T, ...]) -> None:
        """Add the element with its objects."""
        out.begin(name)
        item = f"{out.prefixes[self.namespace]}:{self.element}"
        for part in value:
            self.item.write(out, item, part)
            out.between()
        out.end()


def record(namespace: str, cls: type[T], *children: Part, recurs: bool = False) -> Record[T]:
    """The shape of a dataclass."""
    return Record(namespace, cls, children, issubclass(cls, Onderdeel), recurs=recurs)


def local_name(tag: object) -> str:
    """The name of an element without its namespace.

    >>> local_name("{urn:example}Bsn")
    'Bsn'
    """
    return str(tag).rpartition("}")[2]
