"""What holds for any bytes that arrive as a SOAP request: the first says of which Content-Type, the others are it."""

from __future__ import annotations

from lxml import etree

from app.domain.envelop import Envelop, OnjuisteEnvelop
from app.domain.envelop_fouten import first
from app.ggk.names import SOAP
from app.ggk.reading import read_antwoord, read_envelop
from app.ggk.soap import SoapBody, SoapUnreadable, canonical_digest, read_soap
from app.ggk.writing import plain_fault, soap_message, write_envelop
from tests.fuzz.words import not_own
from tests.ggk.builders import schemas

CONTENT_TYPES = (None, "text/xml", "text/xml; charset=utf-8", 'text/xml; charset="UTF-16"', "application/soap+xml")
XML = "text/xml"


def check_soap(data: bytes) -> None:
    """A refusal in our words, or an envelope that, written again, says the same."""
    content_type = CONTENT_TYPES[data[0] % len(CONTENT_TYPES)] if data else None
    found = read_soap(data[1:], content_type)
    if isinstance(found, SoapUnreadable):
        _check_told(found.melding)
        assert etree.fromstring(plain_fault(found.faultcode, found.melding)).tag == f"{{{SOAP}}}Envelope"
        return
    assert canonical_digest(found.content) == found.digest
    _check_envelop(read_envelop(found, schemas()))
    read_antwoord(found, schemas())


def _check_envelop(envelop: Envelop | OnjuisteEnvelop) -> None:
    if isinstance(envelop, OnjuisteEnvelop):
        assert first(envelop.fouten) is not None
        for fout in envelop.fouten:
            _check_told(fout.omschrijving)
            assert fout.details is None
        return
    fout = getattr(envelop, "bestand_fout", None)
    if fout is not None:
        _check_told(fout.omschrijving)
        return  # a file that is none is never written
    again = read_soap(soap_message(write_envelop(envelop, schemas())), XML)
    assert isinstance(again, SoapBody)
    assert read_envelop(again, schemas()) == envelop


def _check_told(text: str) -> None:
    assert text.isprintable()
    assert len(text) < 500
    assert not not_own(text)
