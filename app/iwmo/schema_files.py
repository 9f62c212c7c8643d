"""The XSD files in a folder: found by their namespace, read safely, with linear patterns."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from app.domain.bericht import Berichtsoort
from app.iwmo.pad import ElementTree
from app.iwmo.patterns import XSD, rewrite_patterns
from app.xsd.components import SchemasUnusable

BASISSCHEMA = "basisschema"
_NAMESPACE = re.compile(
    r"http://www\.istandaarden\.nl/iwmo/(?P<release>[0-9]+_[0-9]+)/(?P<name>basisschema|wmo[0-9]{3})/schema"
    r"(?:/(?P=release))?"
)
_END_OF_SCHEMA = re.compile(rb"</(?:[\w.-]+:)?schema\s*>")


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """One XSD: `name` is `basisschema` or a berichtsoort, `document` has linear patterns, `sha256` is of the file."""

    release: str
    name: str
    path: Path
    namespace: str
    sha256: str
    document: ElementTree = field(repr=False, compare=False)

    @property
    def soort(self) -> Berichtsoort | None:
        """The berichtsoort; None for the basisschema and for messages that this service does not know."""
        return Berichtsoort.__members__.get(self.name)


@dataclass(frozen=True, slots=True)
class SchemaFolder:
    """The schemas of one or more releases, and the XSD files that belong to none."""

    files: tuple[SchemaFile, ...]
    unknown: tuple[Path, ...]

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases that have files, oldest first."""
        return tuple(sorted({file.release for file in self.files}, key=lambda it: [int(n) for n in it.split(".")]))

    def of(self, release: str) -> dict[str, SchemaFile]:
        """The files of a release by name."""
        return {file.name: file for file in self.files if file.release == release}


def read_folder(directory: Path) -> SchemaFolder:
    """Read the XSDs of a folder and of the folders directly in it; `SchemasUnusable` when one is no XML."""
    if not directory.is_dir():
        raise SchemasUnusable(f"De map {directory} bestaat niet.")
    files: list[SchemaFile] = []
    unknown: list[Path] = []
    for path in _xsd_files(directory):
        file = _read(path)
        if file is None:
            unknown.append(path)
        else:
            files.append(file)
    _refuse_namesakes(files)
    return SchemaFolder(tuple(files), tuple(unknown))


def _xsd_files(directory: Path) -> Iterable[Path]:
    folders = (directory, *(path for path in directory.iterdir() if path.is_dir()))
    return sorted(path for folder in folders for path in folder.iterdir() if path.suffix.lower() == ".xsd")


def _read(path: Path) -> SchemaFile | None:
    body = path.read_bytes()
    document = _parsed(path, body)
    rewrite_patterns(document)
    root = document.getroot()
    namespace = root.get("targetNamespace", "")
    match = _NAMESPACE.fullmatch(namespace)
    if root.tag != f"{XSD}schema" or match is None:
        return None
    name = match["name"] if match["name"] == BASISSCHEMA else match["name"].upper()
    return SchemaFile(
        match["release"].replace("_", "."), name, path, namespace, hashlib.sha256(body).hexdigest(), document
    )


def _parsed(path: Path, body: bytes) -> ElementTree:
    try:
        return _parse(body)
    except etree.XMLSyntaxError:
        # Some files of the standard were published with remains of a longer file behind the root element.
        end = _END_OF_SCHEMA.search(body)
    try:
        return _parse(body[: end.end()] if end else body)
    except etree.XMLSyntaxError as error:
        raise SchemasUnusable(f"{path} is geen leesbare XML (regel {error.lineno}).") from error


def _parse(body: bytes) -> ElementTree:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, remove_comments=True, remove_pis=True)
    tree = etree.ElementTree(etree.fromstring(body, parser))
    if tree.docinfo.doctype:
        raise SchemasUnusable("Een schema met een DOCTYPE wordt niet gelezen.")
    return tree


def _refuse_namesakes(files: Iterable[SchemaFile]) -> None:
    seen: dict[tuple[str, str], Path] = {}
    for file in files:
        other = seen.setdefault((file.release, file.name), file.path)
        if other != file.path:
            raise SchemasUnusable(f"{other} en {file.path} beschrijven allebei {file.name} van release {file.release}.")
