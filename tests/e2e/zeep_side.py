"""The other end of the line, made with zeep from a WSDL and with no code of ours: it sends envelopes and takes them."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import requests
import zeep
from lxml import etree
from zeep.exceptions import Fault

from tests.delivery.servers import Server, serving, then
from tests.ggk.official import OFFICIAL, OURS

OFFICIAL_WSDL = OFFICIAL / "ggk0210" / "ggkberichten" / "ggk0210_OntvangAsynchroon_ggkberichten.wsdl"
OFFICIAL_XSD = OFFICIAL_WSDL.parent / "ggk0210_msg_ggkberichten.xsd"
WSDL, XSD = (OFFICIAL_WSDL, OFFICIAL_XSD) if OFFICIAL.is_dir() else (OURS / "ggk0210.wsdl", OURS / "ggk0210.xsd")
"""What the stub is made from."""

GGK = "http://www.stufstandaarden.nl/koppelvlak/ggk0210"
STUF = "http://www.egem.nl/StUF/StUF0301"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BINDING = f"{{{GGK}}}SOAPOntvangAsynchroon"
GEMEENTE, AANBIEDER = "0384", "42420002"


def connected(wsdl: str, key: str | None) -> zeep.Client:
    """A SOAP client that knows no more than the WSDL, and the key."""
    session = requests.Session()
    session.trust_env = False
    if key is not None:
        session.headers["Authorization"] = f"Bearer {key}"
    return zeep.Client(wsdl, transport=zeep.Transport(session=session))


def header(berichtcode: str, **others: str) -> dict[str, Any]:
    """Stuurgegevens from the aanbieder to the gemeente, under a new reference."""
    return {
        "berichtcode": berichtcode,
        "zender": {"organisatie": AANBIEDER, "applicatie": "Zorgpakket"},
        "ontvanger": {"organisatie": GEMEENTE, "applicatie": "GGk"},
        "referentienummer": str(uuid.uuid4()),
        "tijdstipBericht": "20190620120000000",
        **others,
    }


def parameters(bestand: bytes) -> dict[str, Any]:
    """A message of release 2.3."""
    return {
        "applicatieVersie": "0001",
        "applicatieSubversie": "0000",
        "functieVersie": "0002",
        "functieSubversie": "0003",
        "bericht": {"xmlBestand": bestand},
    }


def fout(code: str, plek: str) -> dict[str, Any]:
    """The body of an Fo01 or Fo03."""
    return {"code": code, "plek": plek, "omschrijving": "Fout."}


def fo03_in(client: zeep.Client, fault: Fault) -> Any:
    """The Fo03 in the detail of a fault, read by its type."""
    assert fault.detail is not None
    (detail,) = fault.detail
    return client.get_element(f"{{{STUF}}}Fo03Bericht").parse(detail, client.wsdl.types)


@dataclass
class Stub:
    """A server of the WSDL. `fo03` is (code, plek) of what it answers instead of a Bv03.

    `taken` holds the name of the operation and what zeep read, of each request.
    """

    client: zeep.Client
    schema: etree.XMLSchema
    port: int = 0
    fo03: tuple[str, str] | None = None
    taken: list[tuple[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ggk"

    def operation(self, soap_action: str) -> Any:
        """The operation with this SOAPAction, which stands between quotes."""
        operations = self.client.wsdl.bindings[BINDING].all().values()
        (found,) = (one for one in operations if f'"{one.soapaction}"' == soap_action)
        return found

    def answer(self, soap_action: str, body: bytes) -> tuple[str, bytes]:
        """The HTTP status and SOAP message on a request that keeps to the schema."""
        operation = self.operation(soap_action)
        asked = self._read(operation, etree.fromstring(body)).stuurgegevens
        turned = {
            "zender": {"organisatie": asked.ontvanger.organisatie, "applicatie": "GGKWebservice"},
            "ontvanger": {"organisatie": asked.zender.organisatie, "applicatie": asked.zender.applicatie},
            "crossRefnummer": asked.referentienummer,
        }
        if self.fo03 is None:
            message = operation.output.serialize(stuurgegevens=header("Bv03", **turned))
            return "200 OK", etree.tostring(message.content)
        return "500 Internal Server Error", self._fault(header("Fo03", **turned), *self.fo03)

    def _read(self, operation: Any, envelope: etree._Element) -> Any:
        (inside,) = envelope.iterchildren(f"{{{SOAP}}}Body")
        (root,) = inside
        self.schema.assertValid(root)
        read = operation.input.deserialize(envelope)
        self.taken.append((operation.name, read))
        return read

    def _fault(self, stuurgegevens: dict[str, Any], code: str, plek: str) -> bytes:
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"env": SOAP})
        fault = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
        etree.SubElement(fault, "faultcode").text = f"env:{plek.capitalize()}"
        etree.SubElement(fault, "faultstring").text = "Fout."
        element = self.client.get_element(f"{{{STUF}}}Fo03Bericht")
        element.render(etree.SubElement(fault, "detail"), element(stuurgegevens=stuurgegevens, body=fout(code, plek)))
        return etree.tostring(envelope)


@cache
def _description() -> tuple[zeep.Client, etree.XMLSchema]:
    return connected(str(WSDL), None), etree.XMLSchema(file=str(XSD))


@contextmanager
def a_stub() -> Iterator[Stub]:
    """A stub that listens until the end of the block, and took only what was right."""
    stub = Stub(*_description())

    def behave(connection: Any, server: Server) -> None:
        try:
            status, body = stub.answer(server.header("SOAPAction") or "", server.body())
        except Exception as error:  # the test says it; here nobody would see it
            stub.wrong.append(repr(error))
            raise
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    with serving(then(behave)) as server:
        stub.port = server.port
        yield stub
    assert stub.wrong == []


def bestand_of(envelop: Any) -> bytes:
    """The message in an envelope that zeep read."""
    read = envelop.parameters.bericht.xmlBestand
    return read if isinstance(read, bytes) else base64.b64decode(read, validate=True)
