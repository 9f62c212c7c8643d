"""From the shape of a message to its bytes and back: the adapter of a berichtsoort."""

from __future__ import annotations

from typing import TypeVar

from lxml import etree

from app.domain.bericht import Berichtsoort
from app.iwmo.node import Problems, Record
from app.iwmo.pad import Element
from app.iwmo.release import Adapter, Inhoud

ROOT = "Bericht"
Content = TypeVar("Content", bound=Inhoud)


def adapter_for(soort: Berichtsoort, shape: Record[Content], inhoud: type[Content], basis: str) -> Adapter:
    """The adapter of a message whose root has this shape and whose values stand in the namespace `basis`."""
    prefixes = {soort.value.lower(): shape.namespace, "iwmo": basis}

    def read(root: Element, problems: Problems) -> Content:
        return shape.read(root, f"/{ROOT}", problems)

    def write(value: Content) -> Element:
        root = etree.Element(f"{{{shape.namespace}}}{ROOT}", nsmap=prefixes)
        shape.fill(root, value)
        return root

    return Adapter(soort=soort, namespace=shape.namespace, inhoud=inhoud, read=read, write=write)


def to_bytes(root: Element) -> bytes:
    """The document as it goes out: UTF-8 with a declaration and without a byte order mark, indented."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
