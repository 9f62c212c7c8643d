"""SOAP requests around and with hostile content, each with what it is answered: a Bv03, an Fo03 code or a fault."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.ggk.names import GGK, MOST_BYTES_IN, SOAP, STUF
from tests.hostile.house import REFERENTIE
from tests.processing.ggk_envelopen import XML, di01, soap

FILE = b"PEJlcmljaHQvPg=="
GOOD = soap(di01(b"<Bericht/>", referentienummer=REFERENTIE.decode()))
FAULT = "500 soap:Client"
VERSION = "500 soap:VersionMismatch"
UNSUPPORTED = "415 soap:Client"
WRONG = "500 StUF022"
KEPT = "200 Bv03"


@dataclass(frozen=True, slots=True)
class Request:
    """A request: what makes its body, how it is labelled, and what it must be answered."""

    body: Callable[[], bytes]
    answer: str
    content_type: str = XML
    headers: Mapping[str, str] | None = None


def _file(text: bytes) -> Callable[[], bytes]:
    return lambda: GOOD.replace(FILE, text)


def _header(text: bytes) -> Callable[[], bytes]:
    return lambda: GOOD.replace(b"<soap:Body>", b"<soap:Header>" + text + b"</soap:Header><soap:Body>")


def _prolog(text: bytes) -> bytes:
    declaration, _, rest = GOOD.partition(b"?>")
    return declaration + b"?>" + text + rest


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OPEN = b'<s:Envelope xmlns:s="' + SOAP.encode() + b'"><s:Body>'
CLOSE = b"</s:Body></s:Envelope>"
WSA = b'xmlns:a="http://www.w3.org/2005/08/addressing"'
STUURGEGEVENS = GOOD[GOOD.index(b"<GGK:stuurgegevens") : GOOD.index(b"<GGK:parameters")]
SOAP_1_2 = b"http://www.w3.org/2003/05/soap-envelope"
IN_PARTS = b"--b\r\nContent-Type: text/xml\r\n\r\n" + GOOD + b"\r\n--b--"
TOKEN = b'<w:Security xmlns:w="urn:w"><w:BinarySecurityToken>x</w:BinarySecurityToken></w:Security>'
NETWORK = b'<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:8999/e">]>'
ZIPPED = {"Content-Encoding": "gzip"}

REQUESTS: Mapping[str, Request] = {
    "as it is": Request(lambda: GOOD, KEPT),
    "base64 of nothing but @": Request(_file(b"@@@"), WRONG),
    "base64 of blanks": Request(_file(b" \n\t "), KEPT),
    "base64 that is empty": Request(_file(b""), KEPT),
    "base64 without padding": Request(_file(b"PEJlcmljaHQvPg"), WRONG),
    "base64 with more padding": Request(_file(b"PEJlcmljaHQvPg===="), WRONG),
    "base64 padded in the middle": Request(_file(b"PEJl==cmljaHQvPg=="), WRONG),
    "base64 of URLs": Request(_file(b"PD94bWwg-_-_"), WRONG),
    "base64 with bits that do not count": Request(_file(b"PEJlcmljaHQvPh=="), WRONG),
    "base64 in lines": Request(_file(b"PEJl\r\ncmlj\r\naHQv\r\nPg=="), KEPT),
    "base64 with a NUL": Request(_file(b"PEJl\x00"), FAULT),
    "base64 in wide letters": Request(_file("ＰＥＪｌ".encode()), WRONG),
    "base64 of base64": Request(_file(base64.b64encode(FILE)), KEPT),
    "base64 of gzip": Request(_file(base64.b64encode(gzip.compress(b"\0" * 50_000_000))), KEPT),
    "an envelope in the file": Request(_file(base64.b64encode(GOOD)), KEPT),
    "an envelope in an envelope": Request(lambda: OPEN + GOOD.partition(b"?>")[2] + CLOSE, FAULT),
    "an envelope in a header": Request(_header(GOOD.partition(b"?>")[2]), KEPT),
    "xop:Include": Request(
        _file(b'<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:file@127.0.0.1:8999"/>'), WRONG
    ),
    "MTOM": Request(lambda: GOOD, UNSUPPORTED, 'multipart/related; type="application/xop+xml"; boundary=b'),
    "SOAP with attachments": Request(
        lambda: IN_PARTS,
        UNSUPPORTED,
        "multipart/related; boundary=b",
    ),
    "multipart in the body": Request(lambda: IN_PARTS, FAULT),
    "SOAP 1.2": Request(
        lambda: GOOD.replace(SOAP.encode(), SOAP_1_2),
        UNSUPPORTED,
        "application/soap+xml",
    ),
    "SOAP 1.2 as text/xml": Request(lambda: GOOD.replace(SOAP.encode(), SOAP_1_2), VERSION),
    "another SOAPAction": Request(lambda: GOOD, KEPT, headers={"SOAPAction": '"http://127.0.0.1:8999/other"'}),
    "a SOAPAction of 8,000": Request(lambda: GOOD, KEPT, headers={"SOAPAction": "a" * 8_000}),
    "mustUnderstand": Request(_header(b'<x soap:mustUnderstand="1"/>'), "500 soap:MustUnderstand"),
    "mustUnderstand as true": Request(_header(b'<x soap:mustUnderstand="true"/>'), "500 soap:MustUnderstand"),
    "mustUnderstand not": Request(_header(b'<x soap:mustUnderstand="0"/>'), KEPT),
    "WS-Addressing": Request(
        _header(b"<a:ReplyTo " + WSA + b"><a:Address>http://127.0.0.1:8999/reply</a:Address></a:ReplyTo>"), KEPT
    ),
    "WS-Security": Request(_header(TOKEN), KEPT),
    "a header of 5 MB": Request(_header(b"<x>" + b"y" * 5_000_000 + b"</x>"), KEPT),
    "a header of 100,000 elements": Request(_header(b"<x/>" * 100_000), FAULT),
    "100,000 levels": Request(lambda: OPEN + b"<a>" * 100_000, FAULT),
    "one text of 25 MB": Request(lambda: OPEN + b"<a>" + b"x" * 24_900_000 + b"</a>" + CLOSE, FAULT),
    "more than fits": Request(lambda: GOOD + b" " * MOST_BYTES_IN, "413 soap:Client"),
    "an entity in an attribute": Request(
        lambda: _prolog(ENTITY).replace(b"<soap:Body>", b'<soap:Body x="&b;">'), FAULT
    ),
    "an external entity": Request(
        lambda: _prolog(NETWORK).replace(b"WMO303", b"&e;"),
        FAULT,
    ),
    "a DOCTYPE of the network": Request(lambda: _prolog(b'<!DOCTYPE x SYSTEM "http://127.0.0.1:8999/d.dtd">'), FAULT),
    "a DOCTYPE in UTF-16": Request(lambda: _prolog(ENTITY).decode().replace("UTF-8", "UTF-16").encode("utf-16"), FAULT),
    "schemaLocation": Request(
        lambda: GOOD.replace(
            b"<soap:Body>",
            b'<soap:Body xmlns:i="http://www.w3.org/2001/XMLSchema-instance" '
            b'i:schemaLocation="urn:x http://127.0.0.1:8999/x.xsd">',
        ),
        KEPT,
    ),
    "an XInclude in the file": Request(
        _file(b'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'), WRONG
    ),
    "stuurgegevens twice": Request(lambda: GOOD.replace(STUURGEGEVENS, STUURGEGEVENS * 2), WRONG),
    "a relative namespace": Request(lambda: GOOD.replace(b"<soap:Body>", b'<soap:Body xmlns:r="r">'), FAULT),
    "another version of StUF": Request(lambda: GOOD.replace(STUF.encode(), b"http://www.egem.nl/StUF/StUF0204"), WRONG),
    "another version of GGk": Request(
        lambda: GOOD.replace(GGK.encode(), GGK.replace("0210", "0310").encode()), "500 StUF007"
    ),
    "compressed": Request(lambda: gzip.compress(GOOD), UNSUPPORTED, headers=ZIPPED),
    "a gzip bomb": Request(lambda: gzip.compress(b"\0" * 100_000_000), UNSUPPORTED, headers=ZIPPED),
    "gzip that is not announced": Request(lambda: gzip.compress(GOOD), FAULT),
}
"""By name. `200 Bv03` of a file that is no message is told afterwards, by an Fo01."""
