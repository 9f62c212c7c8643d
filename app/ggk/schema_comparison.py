"""Whether two folders describe the same envelopes: everything that can be reached from their five elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from xmlschema import XMLSchema10
from xmlschema.validators import XsdComplexType, XsdElement, XsdGroup, XsdType

from app.ggk.names import ROOTS
from app.ggk.schema_files import EnvelopFiles, read_envelop_folder
from app.xsd.components import Components, SchemasUnusable, element_facts, load_schema, type_facts
from app.xsd.differences import Difference, different

STANDARD: Final = "ggk0210"


def compare_envelopes(ours: Path, theirs: Path) -> list[Difference]:
    """Every difference in what the two say of Di01, Du01, Bv03, Fo01 and Fo03; empty: they are equivalent.

    What else the library of StUF holds is left alone, because an envelope has no place for it. `SchemasUnusable` when
    ours cannot be read; theirs then counts as a difference.
    """
    our_components = _components(read_envelop_folder(ours))
    try:
        their_components = _components(read_envelop_folder(theirs))
    except SchemasUnusable as unusable:
        return [Difference(STANDARD, "alle bestanden samen", "bruikbaar", str(unusable))]
    return [
        Difference(STANDARD, component, *sides) for component, *sides in different(our_components, their_components)
    ]


def _components(files: EnvelopFiles) -> Components:
    stuf = load_schema(files.stuf.decode(), "Het schema van StUF")
    ggk = load_schema(files.ggk.decode(), "Het schema van de envelop", stuf)
    found: Components = {}
    waiting: list[XsdType] = []
    for name in ROOTS:
        element = _element(name, (stuf, ggk))
        if element is not None:
            found[f"element {name}"] = dict(element_facts("", element))
            waiting.append(element.type)
    seen: set[XsdType] = set()
    while waiting:
        declared = waiting.pop()
        if declared in seen:
            continue
        seen.add(declared)
        waiting += _mentioned(declared)
        if declared.name is not None and declared.target_namespace in {stuf.target_namespace, ggk.target_namespace}:
            found[f"type {declared.name}"] = dict(type_facts("", declared))
    return found


def _element(name: str, schemas: Iterable[XMLSchema10]) -> XsdElement | None:
    namespace, _, local = name.removeprefix("{").rpartition("}")
    return next((one.elements.get(local) for one in schemas if one.target_namespace == namespace), None)


def _mentioned(declared: XsdType) -> Iterator[XsdType]:
    """The types that a type is made of: its base, those of its elements and attributes, and the members of a union."""
    if declared.base_type is not None:
        yield declared.base_type
    yield from getattr(declared, "member_types", ())
    if not isinstance(declared, XsdComplexType):
        return
    yield from (attribute.type for attribute in declared.attributes.values() if attribute.type is not None)
    content = declared.content
    if isinstance(content, XsdGroup):
        yield from (element.type for element in content.iter_elements() if isinstance(element, XsdElement))
    else:
        yield content
