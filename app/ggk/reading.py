"""From the element in a SOAP body to what it says, or to every error of StUF that fits it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.domain.envelop import (
    Envelop,
    Fo03,
    Fout,
    Foutbericht,
    Heenbericht,
    OnjuisteEnvelop,
    Ontvangstbevestiging,
    Parameters,
    Plek,
    Retour,
    Stuurgegevens,
)
from app.domain.envelop_fouten import bestand_fout, stuf_fout
from app.domain.envelop_tijdstip import tijdstip_at
from app.ggk.bestand import decoded
from app.ggk.names import FO03, FOUTBERICHT, GGK, HEENBERICHT, ONTVANGSTBEVESTIGING, RETOUR, ROOTS, SOAP, STUF
from app.ggk.schemas import EnvelopSchemas
from app.ggk.soap import SoapBody
from app.ggk.stuurgegevens import find_child, find_header, stuurgegevens_of, text_in
from app.ggk.tree import Element, local_name, namespace_of

_SECTORMODEL = re.compile(r"http://www\.(?:egem\.nl/StUF/sector|stufstandaarden\.nl/koppelvlak)/(?P<naam>[a-z]+)")
_OTHER_STUF = re.compile(r"http://www\.egem\.nl/StUF/StUF[0-9]{4}")
_BERICHTCODES: Final = re.compile(r"Bv0[1-4]|D[iu]0[12]|Fo0[1-3]|L[av](0[1-9]|1[0-4])|Lk0[1-6]|S[ah]0[1-4]|Tr01")


@dataclass(frozen=True, slots=True)
class GewoneFault:
    """A SOAP fault that holds no Fo03: `client` when it says that the request is at fault."""

    client: bool


Antwoord = Ontvangstbevestiging | Fo03 | GewoneFault | OnjuisteEnvelop


def read_envelop(body: SoapBody, schemas: EnvelopSchemas) -> Envelop | OnjuisteEnvelop:
    """What an envelope or an answer says.

    OnjuisteEnvelop when the schema refuses it, or a value cannot be meant that the schema lets through: an empty
    organisatie or functie, a time that is none, a text that is no base64. A file that is empty or is no XML file does
    not make the envelope wrong: that is told afterwards (`bestand_fout`).
    """
    root = body.root
    stuurgegevens = stuurgegevens_of(root)
    fouten = tuple(_fouten(root, schemas))
    if fouten or stuurgegevens is None:
        return OnjuisteEnvelop(fouten=fouten or (stuf_fout("StUF022"),), stuurgegevens=stuurgegevens)
    return _READERS[str(root.tag)](root, stuurgegevens)


def read_antwoord(body: SoapBody, schemas: EnvelopSchemas) -> Antwoord:
    """What the other side answers to a request: a Bv03, a fault with an Fo03, or a fault without one."""
    root = body.root
    if root.tag == f"{{{SOAP}}}Fault":
        fo03 = find_child(find_child(root, "detail"), "Fo03Bericht")
        if fo03 is None:
            faultcode = find_child(root, "faultcode")
            code = "" if faultcode is None else faultcode.text or ""
            return GewoneFault(client=code.rpartition(":")[2].partition(".")[0].strip() == "Client")
        root = fo03
    found = read_envelop(SoapBody(root), schemas)
    if isinstance(found, (Ontvangstbevestiging, Fo03, OnjuisteEnvelop)):
        return found
    return OnjuisteEnvelop(fouten=(stuf_fout("StUF025"),), stuurgegevens=found.stuurgegevens)


def _fouten(root: Element, schemas: EnvelopSchemas) -> Iterator[Fout]:
    if root.tag not in ROOTS:
        yield _unknown_root(root)
        return
    specific = tuple(_header_fouten(root))
    yield from specific
    wrong = schemas.wrong_elements(root)
    if wrong and not specific:
        yield stuf_fout("StUF022", f"De envelop voldoet niet aan het schema bij: {', '.join(wrong[:3])}.")


def _unknown_root(root: Element) -> Fout:
    """The version first, then the model, then the message: the order of StUF."""
    namespace = namespace_of(root)
    if namespace in {STUF, GGK}:
        known = _BERICHTCODES.fullmatch(local_name(root).removesuffix("Bericht"))
        return stuf_fout("StUF025" if known else "StUF022")
    if _OTHER_STUF.fullmatch(namespace):
        return stuf_fout("StUF001")
    model = _SECTORMODEL.match(namespace)
    if model is None:
        return stuf_fout("StUF022")
    return stuf_fout("StUF007" if model["naam"] == "ggk" else "StUF004")


def _header_fouten(root: Element) -> Iterator[Fout]:
    """What the header lacks or cannot mean, whether the schema lets it through or not."""
    header = find_header(root)
    code = text_in(header, "berichtcode") or ""
    if _BERICHTCODES.fullmatch(code) and not local_name(root).removesuffix("Bericht").endswith(code):
        yield stuf_fout("StUF025")
    if root.tag in {HEENBERICHT, RETOUR}:
        for name, organisatie in (("StUF010", "ontvanger"), ("StUF013", "zender")):
            if _is_blank(find_child(header, organisatie), "organisatie"):
                yield stuf_fout(name)
        if _is_blank(header, "functie"):
            yield stuf_fout("StUF034")
    if root.tag != HEENBERICHT and _is_blank(header, "crossRefnummer"):
        yield stuf_fout("StUF043")
    if tijdstip_at(text_in(header, "tijdstipBericht") or "") is None:
        yield stuf_fout("StUF019")


def _is_blank(parent: Element | None, name: str) -> bool:
    return not (text_in(parent, name) or "").strip()


def _heenbericht(root: Element, stuurgegevens: Stuurgegevens) -> Heenbericht | OnjuisteEnvelop:
    content, fout = _content(root)
    if content is None:
        return _no_base64(stuurgegevens)
    parameters = _parameters(root[1])
    return Heenbericht(stuurgegevens=stuurgegevens, parameters=parameters, bestand=content, bestand_fout=fout)


def _retour(root: Element, stuurgegevens: Stuurgegevens) -> Retour | OnjuisteEnvelop:
    content, fout = _content(root)
    if content is None:
        return _no_base64(stuurgegevens)
    parameters = _parameters(root[1])
    return Retour(stuurgegevens=stuurgegevens, parameters=parameters, bestand=content, bestand_fout=fout)


def _no_base64(stuurgegevens: Stuurgegevens) -> OnjuisteEnvelop:
    fout = stuf_fout("StUF022", "De inhoud van het bestand is geen base64.")
    return OnjuisteEnvelop(fouten=(fout,), stuurgegevens=stuurgegevens)


def _content(root: Element) -> tuple[bytes | None, Fout | None]:
    """The file, None when it is no base64; and what is told afterwards when it cannot be a message."""
    bestand = root[1][4][0]
    content = decoded(bestand.text or "")
    if local_name(bestand) != "xmlBestand":
        fout = bestand_fout("Een iWmo-bericht staat in xmlBestand; hier staat een tekstBestand.")
        return None if content is None else b"", fout
    return content, None if content else bestand_fout("Het xmlBestand is leeg.")


def _parameters(element: Element) -> Parameters:
    versions = [one.text or "" for one in element[:4]]
    return Parameters(
        applicatie_versie=versions[0],
        applicatie_subversie=versions[1],
        functie_versie=versions[2],
        functie_subversie=versions[3],
    )


def _foutbericht(root: Element, stuurgegevens: Stuurgegevens) -> Foutbericht:
    details = find_child(root[1], "detailsXML")
    origineel = None if details is None or len(details) == 0 else _alone(details[0])
    return Foutbericht(stuurgegevens=stuurgegevens, fout=_fout(root[1]), origineel=origineel)


def _fo03(root: Element, stuurgegevens: Stuurgegevens) -> Fo03:
    return Fo03(stuurgegevens=stuurgegevens, fout=_fout(root[1]))


def _ontvangstbevestiging(_root: Element, stuurgegevens: Stuurgegevens) -> Ontvangstbevestiging:
    return Ontvangstbevestiging(stuurgegevens=stuurgegevens)


def _fout(body: Element) -> Fout:
    code, plek, omschrijving = (child.text or "" for child in body[:3])
    details = find_child(body, "details")
    return Fout(
        code=code,
        plek=Plek(plek),
        omschrijving=omschrijving,
        details=None if details is None else details.text or "",
    )


def _alone(element: Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


_READERS: Final[dict[str, Callable[[Element, Stuurgegevens], Envelop | OnjuisteEnvelop]]] = {
    HEENBERICHT: _heenbericht,
    RETOUR: _retour,
    FOUTBERICHT: _foutbericht,
    ONTVANGSTBEVESTIGING: _ontvangstbevestiging,
    FO03: _fo03,
}
