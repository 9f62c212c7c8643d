"""The official XSDs as a judge that shares no code with the service, when they are next to this checkout."""

from __future__ import annotations

from functools import cache

from lxml import etree

from tests.iwmo.official import OFFICIAL


def official_errors(body: bytes) -> list[str]:
    """What the official XSD finds wrong with a message; nothing when the official files are absent."""
    if not OFFICIAL.is_dir():
        return []
    root = etree.fromstring(body)
    *_, release, soort, _ = (etree.QName(root).namespace or "").removesuffix("/2_1").split("/")
    schema = _schema(release.replace("_", "."), soort.upper())
    return [] if schema.validate(root) else [f"{error.line}: {error.message}" for error in schema.error_log]


@cache
def _schema(release: str, soort: str) -> etree.XMLSchema:
    return etree.XMLSchema(file=str(OFFICIAL / release / f"{soort}.xsd"))
