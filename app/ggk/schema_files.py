"""The XSDs of the envelope in a folder, whatever their file names and layout: one document for each namespace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from app.ggk.names import GGK, STUF
from app.ggk.tree import Element
from app.xsd.components import SchemasUnusable

XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
_LEFT_OUT = (f"{XSD}include", f"{XSD}import", f"{XSD}annotation")
_DEFAULTS = ("elementFormDefault", "attributeFormDefault", "blockDefault", "finalDefault")


@dataclass(frozen=True, slots=True)
class EnvelopFiles:
    """The schema of each of the two namespaces, as text in which nothing is left to include."""

    ggk: bytes = field(repr=False)
    stuf: bytes = field(repr=False)


def holds_envelope(directory: Path) -> bool:
    """Whether a folder, or one in it, has an XSD of the envelope itself."""
    return any(root.get("targetNamespace") == GGK for root in _schemas(directory))


def read_envelop_folder(directory: Path) -> EnvelopFiles:
    """Read every XSD in a folder and in those in it, and join what belongs to one namespace; others are left alone.

    `SchemasUnusable` when the folder is not there, a file is no XML, or one of the namespaces is missing.
    """
    if not directory.is_dir():
        raise SchemasUnusable(f"De map {directory} bestaat niet.")
    roots = list(_schemas(directory))
    return EnvelopFiles(ggk=_joined(directory, GGK, roots), stuf=_joined(directory, STUF, roots))


def _schemas(directory: Path) -> Iterator[Element]:
    """The root of each XSD that names one of the two namespaces, down to where the official files stand."""
    paths = {path for depth in ("", "*/", "*/*/") for path in directory.glob(f"{depth}*.[xX][sS][dD]")}
    for path in sorted(paths):
        body = path.read_bytes()
        if GGK.encode() in body or STUF.encode() in body:
            root = _parsed(path, body)
            if root.tag == f"{XSD}schema":
                yield root


def _parsed(path: Path, body: bytes) -> Element:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SchemasUnusable(f"{path} is geen leesbare XML (regel {error.lineno}).") from error
    if root.getroottree().docinfo.doctype:
        raise SchemasUnusable(f"{path} heeft een DOCTYPE; zo'n schema wordt niet gelezen.")
    return root


def _joined(directory: Path, namespace: str, roots: Iterable[Element]) -> bytes:
    """One schema with the components of all of a namespace, so that where a file stands does not matter."""
    own = [root for root in roots if root.get("targetNamespace") == namespace]
    if not own:
        raise SchemasUnusable(f"In {directory} staat geen XSD van {namespace}.")
    joined = etree.Element(f"{XSD}schema", {"targetNamespace": namespace, **_defaults(own)}, nsmap=_prefixes(own))
    if namespace == GGK:
        etree.SubElement(joined, f"{XSD}import", namespace=STUF, schemaLocation=STUF)
    for root in own:
        joined.extend(child for child in list(root) if child.tag not in _LEFT_OUT)
    return etree.tostring(joined)


def _defaults(own: Iterable[Element]) -> dict[str, str]:
    found = [{name: root.get(name, "") for name in _DEFAULTS} for root in own]
    forms = [{**one, "attributeFormDefault": one["attributeFormDefault"] or "unqualified"} for one in found]
    if any(one != forms[0] for one in forms):
        raise SchemasUnusable("De XSD's van één namespace verschillen in wat zij voor alles voorschrijven.")
    return {name: value for name, value in forms[0].items() if value}


def _prefixes(own: Iterable[Element]) -> dict[str | None, str]:
    prefixes: dict[str | None, str] = {}
    for prefix, namespace in (pair for root in own for pair in root.nsmap.items()):
        if prefixes.setdefault(prefix, namespace) != namespace:
            raise SchemasUnusable(f"De XSD's van één namespace gebruiken de prefix {prefix} verschillend.")
    return prefixes
