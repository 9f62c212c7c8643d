"""The description of the service as it is served: its own address, and its schemas under addresses of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lxml import etree

from app.ggk.schema_files import XSD

_WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"
_ADDRESS: Final = "{http://schemas.xmlsoap.org/wsdl/soap/}address"
MAIN: Final = "ggk0210.wsdl"
DOCUMENTS: Final = (MAIN, "stuf0301.wsdl", "ggk0210.xsd", "stuf0301.xsd")
"""What may be asked for, and nothing else."""


def describe(directory: Path, name: str, address: str) -> bytes | None:
    """One of the documents with every reference to another as `address?wsdl=…` or `address?xsd=…`; None: no such one.

    `directory` holds our own documents; `address` is the URL at which the service itself is reached, without query.
    """
    if name not in DOCUMENTS:
        return None
    parser = etree.XMLParser(no_network=True, resolve_entities=False, remove_comments=True)
    root = etree.fromstring((directory / name).read_bytes(), parser)
    for element in root.iter(f"{_WSDL}import", f"{XSD}import"):
        attribute = "location" if element.tag == f"{_WSDL}import" else "schemaLocation"
        file = element.get(attribute, "")
        element.set(attribute, f"{address}?{file.rpartition('.')[2]}={file}")
    for element in root.iter(_ADDRESS):
        element.set("location", address)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
