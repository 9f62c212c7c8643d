"""The compiled schemas: which release and berichtsoort a namespace means, and whether a message keeps to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lxml import etree

from app.domain.bericht import Berichtsoort
from app.domain.retour import Finding
from app.iwmo.pad import ElementTree
from app.iwmo.parsing import HARMLESS, WHOLE
from app.iwmo.schema_files import BASISSCHEMA, SchemaFile, SchemaFolder, SchemasUnusable, read_folder
from app.iwmo.xsd_errors import FeedParser, findings_on, judging_parser

LARGEST_WHOLE = 64 * 1024
"""Bytes. libxml2 needs time in the square of the length of a list to report errors on a tree: larger ones stream."""

RELEASES = ("2.1", "2.3")
"""The releases that this service speaks; schemas of others are left alone."""


class Schemas:
    """The schemas of all releases in a folder. Immutable; threads may share it."""

    def __init__(self, folder: SchemaFolder) -> None:
        files = [file for file in folder.files if file.release in RELEASES]
        self._files = {(file.release, file.soort): file for file in files if file.soort is not None}
        self._by_namespace = {file.namespace: key for key, file in self._files.items()}
        self._compiled = {key: _compiled(file, folder.of(file.release)) for key, file in self._files.items()}
        self._digests = {f"{file.release}/{file.path.name}": file.sha256 for file in files}
        self.releases: tuple[str, ...] = tuple(release for release in RELEASES if release in folder.releases)

    @classmethod
    def load(cls, directory: Path) -> Schemas:
        """Read and compile a folder with the files of one release, or with a folder for each; no network is used.

        `SchemasUnusable` when a file is not readable or does not compile, or there is none at all.
        """
        schemas = cls(read_folder(directory))
        if not schemas.releases:
            raise SchemasUnusable(f"In {directory} staan geen XSD-bestanden van iWmo.")
        return schemas

    def soorten(self, release: str) -> tuple[Berichtsoort, ...]:
        """The messages that a release has."""
        return tuple(sorted(soort for of_release, soort in self._files if of_release == release and soort))

    def namespace_of(self, release: str, soort: Berichtsoort) -> str:
        """The namespace of a message; `KeyError` when the release does not have it."""
        return self._files[release, soort].namespace

    def identify(self, namespace: str) -> tuple[str, Berichtsoort] | None:
        """The release and berichtsoort of the namespace of a root element; None when it is not ours."""
        release, soort = self._by_namespace.get(namespace, (None, None))
        return None if release is None or soort is None else (release, soort)

    def findings(
        self, release: str, soort: Berichtsoort, tree: ElementTree, *, size: int | None = None
    ) -> tuple[Finding, ...]:
        """Every place where a message does not keep to its schema; empty when it is valid.

        The tree is read without comments and processing instructions. `size` is that of the body in bytes; with it a
        small message takes the shortest way.
        """
        schema = self._compiled[release, soort]
        if size is not None and size <= LARGEST_WHOLE and _is_valid(schema, tree):
            return ()
        return findings_on(schema, tree)

    def judge(self, release: str, soort: Berichtsoort) -> Judge:
        """Who judges a message that comes in pieces; for one that we wrote ourselves."""
        return Judge(self._compiled[release, soort])

    def judging_parser(self, namespace: str) -> etree.XMLParser | None:
        """A parser that judges the message of this namespace while it reads; None when it is not ours.

        It keeps no blanks between elements, so its tree does not know the lines of a long message.
        """
        known = self._by_namespace.get(namespace)
        return known and etree.XMLParser(**WHOLE, schema=self._compiled[known])

    def digests(self) -> Mapping[str, str]:
        """The sha256 of each file, by release and file name (`2.3/WMO301.xsd`)."""
        return MappingProxyType(self._digests)


class Judge:
    """Says whether a message that comes in pieces keeps to its schema, and keeps nothing of it."""

    def __init__(self, schema: etree.XMLSchema) -> None:
        self._schema = schema
        self._first = b""
        self._parser: FeedParser | None = None
        self._broken = False

    def add(self, piece: bytes) -> bool:
        """Take the next piece; whether nothing was wrong so far."""
        if self._broken:
            return False
        if self._parser is None and len(self._first) + len(piece) <= LARGEST_WHOLE:
            self._first += piece
            return True
        try:
            if self._parser is None:
                self._parser = judging_parser(self._schema)
                self._parser.feed(self._first)
            self._parser.feed(piece)
            self._broken = any(True for _ in self._parser.feed_error_log)
        except etree.LxmlError:
            self._broken = True
        return not self._broken

    def holds(self) -> bool:
        """Whether all of it together is XML that the schema accepts."""
        if self._broken:
            return False
        try:
            if self._parser is None:  # a small one: a tree takes less time than a parser of its own
                return _is_valid(self._schema, etree.fromstring(self._first, etree.XMLParser(**HARMLESS)).getroottree())
            self._parser.close()
            return not any(True for _ in self._parser.feed_error_log)
        except etree.LxmlError:
            return False


def _is_valid(schema: etree.XMLSchema, tree: ElementTree) -> bool:
    try:
        return schema.validate(tree)
    except etree.XMLSchemaValidateError:
        # libxml2 gave up on a value instead of judging it.
        return False


def _compiled(file: SchemaFile, of_release: Mapping[str, SchemaFile]) -> etree.XMLSchema:
    basis = of_release.get(BASISSCHEMA)
    if basis is None:
        raise SchemasUnusable(f"Bij {file.path} ontbreekt het basisschema.")
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_OnlyBasisschema(basis))
    document = etree.fromstring(etree.tostring(file.document), parser, base_url=file.path.name)
    try:
        return etree.XMLSchema(document)
    except etree.XMLSchemaParseError as error:
        raise SchemasUnusable(f"{file.path} is geen bruikbaar schema: {error.error_log.last_error}.") from error


class _OnlyBasisschema(etree.Resolver):
    """Answers the import of the basisschema, however its file is written, and nothing else."""

    def __init__(self, basis: SchemaFile) -> None:
        self._text = etree.tostring(basis.document)

    # lxml has names for neither the context nor the answer.
    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ANN401
        """The basisschema with its linear patterns; any other file is empty, so that it does not compile."""
        del public_id
        name = (system_url or "").replace("\\", "/").rpartition("/")[2].lower()
        return self.resolve_string(self._text if name == f"{BASISSCHEMA}.xsd" else b"", context)
