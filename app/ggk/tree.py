"""What lxml calls a tree, by names that it has for type checkers only."""

from __future__ import annotations

from lxml import etree

Element = etree._Element  # pyright: ignore[reportPrivateUsage]
ElementTree = etree._ElementTree  # pyright: ignore[reportPrivateUsage]


def local_name(element: Element) -> str:
    """The name without its namespace."""
    return etree.QName(element).localname


def namespace_of(element: Element) -> str:
    """The namespace of the name; empty when it has none."""
    return etree.QName(element).namespace or ""
