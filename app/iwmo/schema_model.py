"""The component models of the schemas of a release."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree
from xmlschema import XMLSchema10

from app.iwmo.schema_files import BASISSCHEMA, SchemaFile, SchemasUnusable
from app.xsd.components import Components, components, load_schema


def components_of_release(files: Mapping[str, SchemaFile]) -> dict[str, Components]:
    """The components of each XSD of a release; `SchemasUnusable` when one is not a valid schema."""
    basis = files.get(BASISSCHEMA)
    if basis is None:
        raise SchemasUnusable("Het basisschema ontbreekt.")
    shared = _load(basis, None)
    return {name: components(shared if file is basis else _load(file, shared)) for name, file in files.items()}


def _load(file: SchemaFile, basis: XMLSchema10 | None) -> XMLSchema10:
    return load_schema(etree.tostring(file.document, encoding="unicode"), str(file.path), basis)
