"""Valid messages drawn from the XSD itself, by seed: small, with optional parts and lists of a few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from lxml import etree

from app.domain.bericht import Berichtsoort
from app.iwmo.patterns import XSD
from app.iwmo.schema_files import read_folder
from tests.iwmo.simple_values import SimpleType

OPTIONAL = 0.3
ROOT = Path(__file__).parents[2]
OUR_SCHEMAS = ROOT / "schemas" / "iwmo"


@dataclass(frozen=True, slots=True)
class Declaration:
    """An element as the schema declares it: with a simple type, or with children in order."""

    tag: str
    least: int
    unbounded: bool
    simple: SimpleType | None
    children: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A message with, for each element, what the schema says of it."""

    tree: etree._ElementTree
    declared: list[tuple[etree._Element, Declaration]]

    @property
    def leaves(self) -> list[tuple[etree._Element, SimpleType]]:
        """The elements that hold a value."""
        return [(element, declaration.simple) for element, declaration in self.declared if declaration.simple]


class Documents:
    """Messages of one soort; the same seed gives the same ones."""

    def __init__(self, schemas_dir: Path, release: str, soort: Berichtsoort, seed: int) -> None:
        self.random = Random(f"{release} {soort} {seed}")
        self.root = _Reader(schemas_dir, release).root_of(soort)

    def valid(self) -> etree._ElementTree:
        """A message that keeps to the schema."""
        return self.document().tree

    def document(self) -> Document:
        """A message that keeps to the schema, with its declarations."""
        root = etree.Element(self.root.tag, nsmap=self._prefixes())
        declared = [(root, self.root)]
        self._fill(root, self.root, declared)
        return Document(etree.ElementTree(root), declared)

    def _prefixes(self) -> dict[str, str]:
        message = etree.QName(self.root.tag).namespace or ""
        name = next(part for part in message.split("/") if part.startswith("wmo"))
        return {name: message, "iwmo": message.replace(name, "basisschema")}

    def _fill(
        self, parent: etree._Element, declaration: Declaration, declared: list[tuple[etree._Element, Declaration]]
    ) -> None:
        if declaration.simple is not None:
            parent.text = declaration.simple.valid(self.random)
        for child in declaration.children:
            for _ in range(self._times(child)):
                element = etree.SubElement(parent, child.tag)
                declared.append((element, child))
                self._fill(element, child, declared)

    def _times(self, child: Declaration) -> int:
        if child.least == 0 and self.random.random() >= OPTIONAL:
            return 0
        return 1 + int(child.unbounded and self.random.random() < OPTIONAL)


class _Reader:
    """Reads declarations from the XSDs of a release."""

    def __init__(self, schemas_dir: Path, release: str) -> None:
        self._schemas = {file.name: file.document.getroot() for file in read_folder(schemas_dir).of(release).values()}
        self._named = {
            (schema.get("targetNamespace"), component.get("name")): component
            for schema in self._schemas.values()
            for component in schema
            if component.tag in {f"{XSD}complexType", f"{XSD}simpleType"}
        }

    def root_of(self, soort: Berichtsoort) -> Declaration:
        """The root element of a message."""
        element = self._schemas[soort.value].find(f"{XSD}element")
        assert element is not None
        return self._declaration(element)

    def _declaration(self, element: etree._Element) -> Declaration:
        namespace = element.getroottree().getroot().get("targetNamespace")
        kind = self._type_of(element)
        is_simple = kind.tag == f"{XSD}simpleType"
        return Declaration(
            tag=f"{{{namespace}}}{element.get('name')}",
            least=int(element.get("minOccurs", "1")),
            unbounded=element.get("maxOccurs") == "unbounded",
            simple=SimpleType.of(list(self._restrictions(kind))) if is_simple else None,
            children=() if is_simple else tuple(self._declaration(child) for child in kind.iter(f"{XSD}element")),
        )

    def _type_of(self, element: etree._Element) -> etree._Element:
        name = element.get("type")
        return element[0] if name is None else self._named[self._qualified(element, name)]

    def _restrictions(self, simple_type: etree._Element) -> Iterator[etree._Element]:
        """The restriction of a type and those of the types that it restricts."""
        restriction = simple_type.find(f"{XSD}restriction")
        assert restriction is not None
        yield restriction
        base = self._named.get(self._qualified(restriction, restriction.get("base", "")))
        if base is not None:
            yield from self._restrictions(base)

    @staticmethod
    def _qualified(element: etree._Element, name: str) -> tuple[str | None, str]:
        prefix, _, local = name.rpartition(":")
        return element.nsmap.get(prefix or None), local
