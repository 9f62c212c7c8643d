"""Hostile and wrong bodies, each with the answer that it must get."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from app.domain.envelop import Heenbericht, OnjuisteEnvelop, Retour
from app.domain.envelop_fouten import first
from app.ggk.names import GGK, MOST_BYTES_IN, SOAP, STUF
from app.ggk.reading import read_envelop
from app.ggk.soap import Faultcode, SoapBody, SoapUnreadable, read_soap
from app.ggk.writing import soap_message, write_envelop
from tests.ggk.builders import AANBIEDER, CROSS_REF, REFERENTIE, a_heenbericht, a_retour, schemas

XML = "text/xml; charset=utf-8"
DI01 = write_envelop(a_heenbericht(), schemas())
DU01 = write_envelop(a_retour(), schemas())
GOOD = soap_message(DI01)
SECRET = "999900006"  # must be in no answer
XSI = "http://www.w3.org/2001/XMLSchema-instance"
FUNCTIE = "<StUF:functie>"
FILE = b"PEJlcmljaHQvPg=="
DTD = b'<!DOCTYPE x [<!ENTITY a "999900006">]>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
ENVELOPE = b'<s:Envelope xmlns:s="' + SOAP.encode() + b'">'
END = b"</s:Body></s:Envelope>"


def _after_declaration(markup: bytes) -> bytes:
    declaration, _, rest = GOOD.partition(b"?>")
    return declaration + b"?>" + markup + rest


def _with(before: str, after: str, envelop: bytes = DI01) -> bytes:
    assert before.encode() in envelop
    return soap_message(envelop.replace(before.encode(), after.encode(), 1))


FAULT = HTTPStatus.INTERNAL_SERVER_ERROR
UNSUPPORTED = HTTPStatus.UNSUPPORTED_MEDIA_TYPE

# Body, Content-Type, status of the fault.
NO_SOAP = {
    "empty": (b"", XML, FAULT),
    "blanks": (b" \n", XML, FAULT),
    "no XML": (b"999900006", XML, FAULT),
    "json": (b'{"bsn": "999900006"}', "application/json", UNSUPPORTED),
    "SOAP 1.2 type": (GOOD, "application/soap+xml; charset=utf-8", UNSUPPORTED),
    "MTOM": (GOOD, 'multipart/related; type="application/xop+xml"', UNSUPPORTED),
    "empty type": (GOOD, "", UNSUPPORTED),
    "too large": (GOOD + b" " * MOST_BYTES_IN, XML, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    "latin-1 said": (GOOD, "text/xml; charset=iso-8859-1", FAULT),
    "latin-1 declared": (GOOD.replace(b"UTF-8", b"ISO-8859-1"), XML, FAULT),
    "latin-1 in fact": (GOOD.replace(b"Zorgpakket", b"Zorgpakk\xe9t"), XML, FAULT),
    "UTF-16 declared in UTF-8": (GOOD.replace(b"UTF-8", b"UTF-16"), XML, FAULT),
    "UTF-16 said in UTF-8": (b" " + GOOD, "text/xml; charset=utf-16", FAULT),
    "UTF-16 that breaks off": (GOOD.decode().encode("utf-16")[:-1], XML, FAULT),
    "UTF-32": (GOOD.decode().encode("utf-32"), XML, FAULT),
    "UTF-7": (GOOD, "text/xml; charset=utf-7", FAULT),
    "breaks off": (GOOD[:-20], XML, FAULT),
    "something behind it": (GOOD + b"999900006", XML, FAULT),
    "two roots": (GOOD + b"<x/>", XML, FAULT),
    "NUL": (GOOD.replace(b"WMO303", b"WMO\x00303"), XML, FAULT),
    "control character": (GOOD.replace(b"WMO303", b"&#1;"), XML, FAULT),
    "undeclared entity": (GOOD.replace(b"WMO303", b"&bsn999900006;"), XML, FAULT),
    "undeclared prefix": (GOOD.replace(b"StUF:functie", b"X:functie"), XML, FAULT),
    "attribute twice": (GOOD.replace(b"<soap:Body", b'<soap:Body a="1" a="2"'), XML, FAULT),
    "DOCTYPE": (_after_declaration(DTD), XML, FAULT),
    "DOCTYPE that is used": (_after_declaration(DTD).replace(b"WMO303", b"&a;"), XML, FAULT),
    "billion laughs": (_after_declaration(LAUGHS).replace(b"WMO303", b"&b;"), XML, FAULT),
    "external DTD": (_after_declaration(b'<!DOCTYPE x SYSTEM "http://localhost/x.dtd">'), XML, FAULT),
    "DOCTYPE in UTF-16": (_after_declaration(DTD).decode().encode("utf-16"), XML, FAULT),
    "instruction before": (_after_declaration(b'<?xml-stylesheet href="x"?>'), XML, FAULT),
    "instruction after": (GOOD + b"<?x 999900006?>", XML, FAULT),
    "instruction inside": (GOOD.replace(b"WMO303", b"WMO303<?x y?>"), XML, FAULT),
    "instruction beside the body": (GOOD.replace(b"<soap:Body", b"<?x y?><soap:Body"), XML, FAULT),
    "relative namespace": (GOOD.replace(b"<soap:Body>", b'<soap:Body xmlns:x="urn;x">'), XML, FAULT),
    "relative namespace in use": (ENVELOPE + b'<s:Body><x xmlns="x"/>' + END, XML, FAULT),
    "XML 1.1": (GOOD.replace(b'version="1.0"', b'version="1.1"'), XML, FAULT),
    "very deep": (ENVELOPE + b"<s:Body>" + b"<a>" * 1900 + b"</a>" * 1900 + END, XML, FAULT),
    "deeper than the parser goes": (ENVELOPE + b"<s:Body>" + b"<a>" * 9000 + b"</a>" * 9000 + END, XML, FAULT),
    "deeper than an envelope": (ENVELOPE + b"<s:Body>" + b"<a>" * 70 + b"</a>" * 70 + END, XML, FAULT),
    "very many elements": (ENVELOPE + b"<s:Body>" + b"<a/>" * 1_000_000 + END, XML, FAULT),
    "very many attributes": (
        ENVELOPE + b"<s:Body><a " + b" ".join(b'a%d=""' % number for number in range(50_000)) + b"/>" + END, XML, FAULT,
    ),
    "no frame": (DI01, XML, FAULT),
    "SOAP 1.2 namespace": (GOOD.replace(SOAP.encode(), b"http://www.w3.org/2003/05/soap-envelope"), XML, FAULT),
    "no body": (ENVELOPE + b"</s:Envelope>", XML, FAULT),
    "empty body": (ENVELOPE + b"<s:Body>" + END, XML, FAULT),
    "two messages": (ENVELOPE + b"<s:Body>" + DI01 + DI01 + END, XML, FAULT),
    "two bodies": (ENVELOPE + b"<s:Body>" + DI01 + b"</s:Body><s:Body>" + END, XML, FAULT),
    "text beside the message": (ENVELOPE + b"<s:Body>999900006" + DI01 + END, XML, FAULT),
    "header that must be understood": (
        ENVELOPE + b'<s:Header><x s:mustUnderstand="1"/></s:Header><s:Body>' + DI01 + END, XML, FAULT,
    ),
}  # fmt: skip

# Body, the one code that is told, whether an Fo03 can be built.
NO_ENVELOPE = {
    "StUF 02.04": (soap_message(b'<x xmlns="http://www.egem.nl/StUF/StUF0204"/>'), "StUF001", False),
    "other sectormodel": (soap_message(b'<x xmlns="http://www.egem.nl/StUF/sector/zkn/0310"/>'), "StUF004", False),
    "ggk0310": (_with(GGK, "http://www.egem.nl/StUF/sector/ggk/0310"), "StUF007", True),
    "ggk0200": (_with(GGK, "http://www.stufstandaarden.nl/koppelvlak/ggk0200"), "StUF007", True),
    "no StUF at all": (soap_message(b"<x/>"), "StUF022", False),
    "other message of StUF": (soap_message(f'<Fo02Bericht xmlns="{STUF}"/>'.encode()), "StUF025", False),
    "unknown message of StUF": (soap_message(f'<Xx99Bericht xmlns="{STUF}"/>'.encode()), "StUF022", False),
    "empty envelope": (soap_message(f'<envelopHeenbericht-ggk_Di01 xmlns="{GGK}"/>'.encode()), "StUF010", False),
    "unknown berichtcode": (_with("Di01</StUF:berichtcode>", "999900006</StUF:berichtcode>"), "StUF022", True),
    "other berichtcode": (_with("Di01</StUF:berichtcode>", "Lk01</StUF:berichtcode>"), "StUF025", True),
    "Du01 in a Di01": (_with("Di01</StUF:berichtcode>", "Du01</StUF:berichtcode>"), "StUF025", True),
    "empty receiver": (_with("1708", ""), "StUF010", True),
    "blank receiver": (_with("1708", " \t"), "StUF010", True),
    "empty sender": (_with("98000001", ""), "StUF013", True),
    "no receiver": (
        _with(
            "<StUF:ontvanger><StUF:organisatie>1708</StUF:organisatie><StUF:applicatie>GGk</StUF:applicatie>"
            "</StUF:ontvanger>",
            "",
        ),
        "StUF010",
        False,
    ),
    "organisatie of 201": (_with("98000001", "9" * 201), "StUF013", True),
    "applicatie of 2": (_with("Zorgpakket", "Zo"), "StUF022", False),
    "UUID of version 1": (_with("-41e5-", "-11e5-"), "StUF022", True),
    "UUID in capitals": (_with(REFERENTIE, REFERENTIE.upper()), "StUF022", True),
    "UUID with blanks": (_with(REFERENTIE, f" {REFERENTIE}"), "StUF022", True),
    "no reference": (_with(f"<StUF:referentienummer>{REFERENTIE}</StUF:referentienummer>", ""), "StUF022", False),
    "ISO time": (_with("20261122103000000", "2026-11-22T10:30:00"), "StUF019", True),
    "time that is none": (_with("20261122103000000", "99999999999999"), "StUF019", True),
    "time of nine digits": (_with("20261122103000000", "202611221"), "StUF019", True),
    "29 February": (_with("20261122103000000", "20270229"), "StUF019", True),
    "crossRefnummer in a Di01": (
        _with(FUNCTIE, f"<StUF:crossRefnummer>{CROSS_REF}</StUF:crossRefnummer>{FUNCTIE}"), "StUF022", True,
    ),
    "entiteittype": (_with(FUNCTIE, f"<StUF:entiteittype>x</StUF:entiteittype>{FUNCTIE}"), "StUF022", True),
    "no crossRefnummer": (_with(f"<StUF:crossRefnummer>{CROSS_REF}</StUF:crossRefnummer>", "", DU01), "StUF043", True),
    "crossRefnummer is no UUID": (_with(CROSS_REF, "1", DU01), "StUF022", True),
    "empty functie": (_with("WMO303", ""), "StUF034", True),
    "functie of 31": (_with("WMO303", "W" * 31), "StUF034", True),
    "no functie": (_with("<StUF:functie>WMO303</StUF:functie>", ""), "StUF034", True),
    "version of one digit": (_with("0003</GGK:functieSub", "3</GGK:functieSub"), "StUF022", True),
    "no parameters": (
        soap_message(DI01.partition(b"<GGK:param")[0] + b"</GGK:envelopHeenbericht-ggk_Di01>"), "StUF022", True,
    ),
    "raw XML as file": (_with(FILE.decode(), "<Bericht><Bsn>999900006</Bsn></Bericht>"), "StUF022", True),
    "no base64": (_with(FILE.decode(), "!"), "StUF022", True),
    "base64 that libxml2 lets through": (_with(FILE.decode(), "@@@"), "StUF022", True),
    "base64 of URLs": (_with(FILE.decode(), "-_-_"), "StUF022", True),
    "base64 without its end": (_with(FILE.decode(), "QUI"), "StUF022", True),
    "base64 twice": (_with(FILE.decode(), "QQ==QQ=="), "StUF022", True),
    "base64 with bits too many": (_with(FILE.decode(), "QR=="), "StUF022", True),
    "attribute on the file": (_with("<GGK:xmlBestand>", '<GGK:xmlBestand bestandsnaam="a.xml">'), "StUF022", True),
    "both files": (
        _with("<GGK:xmlBestand>", '<GGK:tekstBestand bestandsnaam="a.xml"></GGK:tekstBestand><GGK:xmlBestand>'),
        "StUF022",
        True,
    ),
    "other namespace for parameters": (
        _with("GGK:functieVersie>0002</GGK", "StUF:functieVersie>0002</StUF"), "StUF022", True,
    ),
    "xsi:type of the library": (
        _with("<StUF:tijdstipBericht", f'<StUF:tijdstipBericht xmlns:i="{XSI}" i:type="StUF:Tijdstip-e"'),
        "StUF022",
        True,
    ),
}  # fmt: skip


def test_there_are_enough_of_them():
    assert len(NO_SOAP) + len(NO_ENVELOPE) >= 80


@pytest.mark.parametrize("name", NO_SOAP)
def test_what_is_no_soap_message_gets_a_plain_fault(name: str):
    body, content_type, status = NO_SOAP[name]
    found = read_soap(body, content_type)
    assert isinstance(found, SoapUnreadable)
    assert found.status == status
    assert SECRET not in found.melding


@pytest.mark.parametrize("name", NO_ENVELOPE)
def test_what_is_no_envelope_gets_the_first_code_that_applies(name: str):
    body, code, answerable = NO_ENVELOPE[name]
    soap = read_soap(body, XML)
    assert isinstance(soap, SoapBody), soap
    found = read_envelop(soap, schemas())
    assert isinstance(found, OnjuisteEnvelop), found
    fout = first(found.fouten)
    assert fout is not None
    assert (fout.code, found.stuurgegevens is not None) == (code, answerable)
    assert all(SECRET not in one.omschrijving and one.details is None for one in found.fouten)


@pytest.mark.parametrize(
    ("before", "after", "reden"),
    [
        (FILE.decode(), "", "leeg"),
        (FILE.decode(), " \n", "leeg"),
        (
            "<GGK:xmlBestand>PEJlcmljaHQvPg==</GGK:xmlBestand>",
            '<GGK:tekstBestand bestandsnaam="....">QQ==</GGK:tekstBestand>',
            "tekstBestand",
        ),
    ],
)
def test_a_file_that_is_no_message_is_told_afterwards(before: str, after: str, reden: str):
    soap = read_soap(_with(before, after), XML)
    assert isinstance(soap, SoapBody)
    found = read_envelop(soap, schemas())
    assert isinstance(found, Heenbericht)
    assert found.bestand == b""
    assert found.bestand_fout is not None
    assert found.bestand_fout.code == "StUF055"
    assert reden in found.bestand_fout.omschrijving


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (GOOD, "text/xml"),
        (GOOD, None),
        (GOOD, 'Text/XML; Charset="UTF-8"'),
        (GOOD.partition(b"?>")[2], XML),
        (b"\xef\xbb\xbf" + GOOD, XML),
        (GOOD.replace(b'encoding="UTF-8"', b""), XML),
        (GOOD.replace(b"UTF-8", b"utf-8"), "text/xml"),
        (GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "text/xml; charset=utf-16"),
        (GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16-be"), "text/xml"),
        (GOOD.decode().replace('encoding="UTF-8"', "").encode("utf-16-le"), "text/xml; charset=utf-16le"),
        (GOOD.replace(b"<soap:Body>", b"<soap:Header><x/></soap:Header>\n<soap:Body>\n"), XML),
        (GOOD.replace(b"<soap:Body>", b"<!-- 999900006 --><soap:Body>"), XML),
        (GOOD.replace(b"WMO303", b"<![CDATA[WMO303]]>"), XML),
        (GOOD.replace(b"WMO303", b"WMO<!-- x -->303"), XML),
        (GOOD.replace(b"WMO303", b"WM&#79;303"), XML),
        (GOOD.replace(FILE, b"\r\n PEJlcmlj\taHQvPg== \n"), XML),
        (GOOD.replace(b"GGK:", b"g:").replace(b"xmlns:GGK", b"xmlns:g"), XML),
    ],
)
def test_the_same_message_written_otherwise_is_the_same(body: bytes, content_type: str | None):
    soap = read_soap(body, content_type)
    assert isinstance(soap, SoapBody), soap
    assert read_envelop(soap, schemas()) == a_heenbericht()


def test_the_fault_of_another_version_and_of_a_header_have_their_own_code():
    version = read_soap(*NO_SOAP["SOAP 1.2 namespace"][:2])
    header = read_soap(*NO_SOAP["header that must be understood"][:2])
    assert isinstance(version, SoapUnreadable)
    assert isinstance(header, SoapUnreadable)
    assert (version.faultcode, header.faultcode) == (Faultcode.VERSION_MISMATCH, Faultcode.MUST_UNDERSTAND)


def test_a_retour_of_another_functie_reads_and_is_left_to_the_rules():
    soap = read_soap(_with("WMO302", "WMO301", DU01), XML)
    assert isinstance(soap, SoapBody)
    found = read_envelop(soap, schemas())
    assert isinstance(found, Retour)
    assert found.stuurgegevens.zender == AANBIEDER
