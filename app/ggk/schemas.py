"""The compiled schema of the envelope: whether an element keeps to it, and where it does not."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any, Final

from lxml import etree

from app.ggk.names import STUF
from app.ggk.schema_files import EnvelopFiles, read_envelop_folder
from app.ggk.tree import Element
from app.xsd.components import SchemasUnusable

NAMELESS: Final = "?"
ELEMENTS: Final = frozenset(
    [
        "envelopHeenbericht-ggk_Di01",
        "envelopRetourbericht-ggk_Du01",
        "Fo01Bericht",
        "Bv03Bericht",
        "Fo03Bericht",
        "stuurgegevens",
        "berichtcode",
        "zender",
        "ontvanger",
        "organisatie",
        "applicatie",
        "administratie",
        "gebruiker",
        "referentienummer",
        "tijdstipBericht",
        "crossRefnummer",
        "functie",
        "parameters",
        "applicatieVersie",
        "applicatieSubversie",
        "functieVersie",
        "functieSubversie",
        "bericht",
        "xmlBestand",
        "tekstBestand",
        "body",
        "code",
        "plek",
        "omschrijving",
        "details",
        "detailsXML",
    ]
)
"""The elements of the envelope, by their names without namespace."""

_NAMED = re.compile(r"Element '(?:\{[^}']*\})?([^']+)'")


class EnvelopSchemas:
    """The schema of ggk0210 as one folder has it. Immutable; threads may share it."""

    def __init__(self, files: EnvelopFiles) -> None:
        self._lock = threading.Lock()
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        parser.resolvers.add(_OnlyStuf(files.stuf))
        try:
            self._compiled = etree.XMLSchema(etree.fromstring(files.ggk, parser, base_url="ggk"))
        except etree.XMLSchemaParseError as error:
            raise SchemasUnusable(
                f"De XSD's van de envelop zijn niet bruikbaar: {error.error_log.last_error}."
            ) from error

    @classmethod
    def load(cls, directory: Path) -> EnvelopSchemas:
        """Read and compile the XSDs in a folder; `SchemasUnusable` when that does not work. Nothing is fetched."""
        return cls(read_envelop_folder(directory))

    def wrong_elements(self, root: Element) -> tuple[str, ...]:
        """The names of the elements at which it does not keep to the schema, in order; empty when it is valid.

        Names of the standard only: an element that the standard does not know goes by `?`, so that no content leaves.
        """
        document = etree.ElementTree(root)
        with self._lock:  # lxml keeps one log for a schema, whoever judges by it
            try:
                if self._compiled.validate(document):
                    return ()
                messages = [error.message for error in self._compiled.error_log]
            except etree.XMLSchemaValidateError:
                return (NAMELESS,)  # libxml2 gave up on a value instead of judging it
        return tuple(dict.fromkeys(map(_name_in, messages))) or (NAMELESS,)


def _name_in(message: str) -> str:
    named = _NAMED.match(message)
    return named[1] if named is not None and named[1] in ELEMENTS else NAMELESS


class _OnlyStuf(etree.Resolver):
    """Answers the import of the namespace of StUF, and nothing else."""

    def __init__(self, stuf: bytes) -> None:
        self._stuf = stuf

    # lxml has names for neither the context nor the answer.
    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ANN401
        """The schema of StUF; any other file is empty, so that it does not compile."""
        del public_id
        return self.resolve_string(self._stuf if system_url == STUF else b"", context)
