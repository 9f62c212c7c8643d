"""From what an envelope says to its bytes, the same bytes each time, and the SOAP message that carries them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from app.domain.envelop import (
    Envelop,
    Fo03,
    Fout,
    Foutbericht,
    Heenbericht,
    Ontvangstbevestiging,
    Parameters,
    Retour,
    Stuurgegevens,
    Systeem,
)
from app.ggk.bestand import encoded
from app.ggk.names import (
    FO03,
    FOUTBERICHT,
    GGK,
    HEENBERICHT,
    MOST_BYTES_IN,
    MOST_BYTES_OUT,
    ONTVANGSTBEVESTIGING,
    RETOUR,
    SOAP,
    SOAP_ACTIONS,
    STUF,
)
from app.ggk.schemas import EnvelopSchemas
from app.ggk.soap import Faultcode
from app.ggk.tree import Element, local_name

CONTENT_TYPE: Final = "text/xml; charset=utf-8"
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_ROOTS: Final[dict[type[Envelop], str]] = {
    Heenbericht: HEENBERICHT,
    Retour: RETOUR,
    Foutbericht: FOUTBERICHT,
    Ontvangstbevestiging: ONTVANGSTBEVESTIGING,
    Fo03: FO03,
}


class EnvelopTooLarge(ValueError):
    """An envelope is larger than the chain lets it be; the text says how large, in Dutch."""


@dataclass(frozen=True, slots=True)
class SoapRequest:
    """What is posted: the bytes and the headers that belong to them. Keep it: a second try sends the same bytes."""

    body: bytes = field(repr=False)
    headers: dict[str, str]


class EnvelopInvalid(ValueError):
    """An envelope would not keep to the schema; the text names the elements, in Dutch."""


def write_envelop(envelop: Envelop, schemas: EnvelopSchemas) -> bytes:
    """The envelope without declaration and without SOAP around it; the same value always gives the same bytes.

    `EnvelopTooLarge` when it is larger than the chain takes, base64 included: a Di01 or Du01 of 25,000,000 bytes.
    `EnvelopInvalid` when a value does not fit its element. ValueError for a text that XML cannot hold.
    """
    root = _element(envelop)
    wrong = schemas.wrong_elements(root)
    if wrong:
        raise EnvelopInvalid(f"De envelop voldoet niet aan het schema bij: {', '.join(wrong)}.")
    written = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    most = MOST_BYTES_OUT if isinstance(envelop, (Heenbericht, Retour)) else MOST_BYTES_IN
    if len(written) > most:
        raise EnvelopTooLarge(f"De envelop is {len(written)} bytes; de keten neemt er ten hoogste {most} aan.")
    return written


def soap_request(envelop: bytes) -> SoapRequest:
    """The SOAP message that brings a written Di01, Du01 or Fo01 to its receiver, with its quoted SOAPAction."""
    root = envelop[: envelop.find(b">")]
    action = next((one for name, one in SOAP_ACTIONS.items() if f":{name.rpartition('}')[2]} ".encode() in root), None)
    if action is None:
        raise ValueError("Alleen een Di01, Du01 of Fo01 is een verzoek.")
    return SoapRequest(soap_message(envelop), {"Content-Type": CONTENT_TYPE, "SOAPAction": f'"{action}"'})


def soap_message(content: bytes) -> bytes:
    """A written envelope or answer in the body of a SOAP 1.1 message."""
    frame = f'<soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'.encode()
    return b"".join((_DECLARATION, frame, content, b"</soap:Body></soap:Envelope>"))


def soap_fault(fo03: Fo03) -> bytes:
    """The SOAP message with the fault that carries an Fo03; answered with status 500."""
    code = Faultcode.CLIENT if fo03.fout.plek == "client" else Faultcode.SERVER
    return _fault(code, fo03.fout.omschrijving, _element(fo03))


def plain_fault(faultcode: Faultcode, melding: str) -> bytes:
    """The SOAP message with a fault that says no more: for what has no readable sender, receiver and reference."""
    return _fault(faultcode, melding, None)


def _fault(faultcode: Faultcode, melding: str, detail: Element | None) -> bytes:
    fault = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soap": SOAP})
    # The children of a fault have no namespace in SOAP 1.1.
    etree.SubElement(fault, "faultcode").text = f"soap:{faultcode}"
    etree.SubElement(fault, "faultstring").text = melding
    if detail is not None:
        etree.SubElement(fault, "detail").append(detail)
    return soap_message(etree.tostring(fault, encoding="UTF-8", xml_declaration=False))


def _element(envelop: Envelop) -> Element:
    root_name = _ROOTS[type(envelop)]
    enveloped = isinstance(envelop, (Heenbericht, Retour))
    root = etree.Element(root_name, nsmap={"GGK": GGK, "StUF": STUF} if enveloped else {"StUF": STUF})
    _write_stuurgegevens(etree.SubElement(root, f"{{{GGK if enveloped else STUF}}}stuurgegevens"), root, envelop)
    if isinstance(envelop, (Heenbericht, Retour)):
        _write_parameters(root, envelop.parameters, envelop.bestand)
    elif isinstance(envelop, Foutbericht):
        _write_fout(root, envelop.fout, envelop.origineel)
    elif isinstance(envelop, Fo03):
        _write_fout(root, envelop.fout, None)
    return root


def _write_stuurgegevens(parent: Element, root: Element, envelop: Envelop) -> None:
    stuurgegevens: Stuurgegevens = envelop.stuurgegevens
    _add(parent, STUF, "berichtcode", local_name(root).removesuffix("Bericht")[-4:])
    _write_systeem(parent, "zender", stuurgegevens.zender)
    _write_systeem(parent, "ontvanger", stuurgegevens.ontvanger)
    _add(parent, STUF, "referentienummer", stuurgegevens.referentienummer)
    _add(parent, STUF, "tijdstipBericht", stuurgegevens.tijdstip)
    _add(parent, STUF, "crossRefnummer", stuurgegevens.cross_ref)
    _add(parent, STUF, "functie", stuurgegevens.functie)


def _write_systeem(parent: Element, name: str, systeem: Systeem) -> None:
    element = etree.SubElement(parent, f"{{{STUF}}}{name}")
    _add(element, STUF, "organisatie", systeem.organisatie or None)
    _add(element, STUF, "applicatie", systeem.applicatie)
    _add(element, STUF, "administratie", systeem.administratie)
    _add(element, STUF, "gebruiker", systeem.gebruiker)


def _write_parameters(root: Element, parameters: Parameters, bestand: bytes) -> None:
    element = etree.SubElement(root, f"{{{GGK}}}parameters")
    _add(element, GGK, "applicatieVersie", parameters.applicatie_versie)
    _add(element, GGK, "applicatieSubversie", parameters.applicatie_subversie)
    _add(element, GGK, "functieVersie", parameters.functie_versie)
    _add(element, GGK, "functieSubversie", parameters.functie_subversie)
    _add(etree.SubElement(element, f"{{{GGK}}}bericht"), GGK, "xmlBestand", encoded(bestand))


def _write_fout(root: Element, fout: Fout, origineel: bytes | None) -> None:
    element = etree.SubElement(root, f"{{{STUF}}}body")
    _add(element, STUF, "code", fout.code)
    _add(element, STUF, "plek", fout.plek)
    _add(element, STUF, "omschrijving", fout.omschrijving)
    _add(element, STUF, "details", fout.details)
    if origineel is not None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        etree.SubElement(element, f"{{{STUF}}}detailsXML").append(etree.fromstring(origineel, parser))


def _add(parent: Element, namespace: str, name: str, text: str | None) -> None:
    if text is not None:
        etree.SubElement(parent, f"{{{namespace}}}{name}").text = text
