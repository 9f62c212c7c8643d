"""Changes to a message that make it wrong more often than not; each gives back how to undo it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from lxml import etree

from tests.iwmo.documents import Document

Undo = Callable[[], object]
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def mutate(random: Random, document: Document) -> Undo:
    """One change, half of them to a value."""
    change = new_value if random.random() < 0.5 else random.choice(CHANGES)
    return change(random, document)


def new_value(random: Random, document: Document) -> Undo:
    """A value on an edge of its type."""
    element, simple = random.choice(document.leaves)
    return _with_text(element, simple.edge(random))


def drop(random: Random, document: Document) -> Undo:
    """One element less."""
    element = _any_but_root(random, document)
    parent = _parent(element)
    index = parent.index(element)
    parent.remove(element)
    return lambda: parent.insert(index, element)


def duplicate(random: Random, document: Document) -> Undo:
    """One element twice."""
    element = _any_but_root(random, document)
    copy = deepcopy(element)
    element.addnext(copy)
    return lambda: _parent(copy).remove(copy)


def swap(random: Random, document: Document) -> Undo:
    """An element at another place among its siblings."""
    element = _any_but_root(random, document)
    parent = _parent(element)
    index = parent.index(element)
    parent.insert(random.randrange(len(parent)), element)
    return lambda: parent.insert(index, element)


def rename(random: Random, document: Document) -> Undo:
    """An element with the name of another, or with one that does not exist."""
    element = _any(random, document)
    other = random.choice((str(_any(random, document).tag), f"{element.tag}X", str(element.tag).lower()))
    return _with_tag(element, other)


def other_namespace(random: Random, document: Document) -> Undo:
    """An element in the namespace of another, or in none."""
    element = _any(random, document)
    namespace = etree.QName(_any(random, document)).namespace
    name = etree.QName(element).localname
    return _with_tag(element, random.choice((f"{{{namespace}}}{name}", name)))


def attribute(random: Random, document: Document) -> Undo:
    """An attribute, also of those that XML Schema itself knows."""
    element = _any(random, document)
    name, value = random.choice((("x", "1"), (f"{XSI}nil", "true"), (f"{XSI}nil", "false"), (f"{XSI}type", "x")))
    element.set(name, value)
    return lambda: element.attrib.pop(name)


def stray_text(random: Random, document: Document) -> Undo:
    """Text before the children of an element, blank or not."""
    element = _any(random, document)
    return _with_text(element, random.choice((" ", "\n", "\u00a0", "x", "1")))


def foreign_child(random: Random, document: Document) -> Undo:
    """An element that the standard does not have."""
    parent = _any(random, document)
    child = etree.SubElement(parent, random.choice(("Onbekend", f"{parent.tag}", "{urn:x}Client")))
    return lambda: parent.remove(child)


def emptied(random: Random, document: Document) -> Undo:
    """An element without its content."""
    element = _any(random, document)
    text, children = element.text, list(element)
    element.text = None
    element[:] = []

    def undo() -> None:
        element.text = text
        element[:] = children

    return undo


CHANGES = (drop, duplicate, swap, rename, other_namespace, attribute, stray_text, foreign_child, emptied)


def _any(random: Random, document: Document) -> etree._Element:
    return random.choice(document.declared)[0]


def _any_but_root(random: Random, document: Document) -> etree._Element:
    return random.choice(document.declared[1:])[0]


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    assert parent is not None
    return parent


def _with_text(element: etree._Element, text: str) -> Undo:
    before = element.text
    element.text = text

    def undo() -> None:
        element.text = before

    return undo


def _with_tag(element: etree._Element, tag: str) -> Undo:
    before = element.tag
    element.tag = tag

    def undo() -> None:
        element.tag = before

    return undo
