"""Envelopes between gemeente 0384 and its aanbieder, as SOAP messages, and what came of them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from lxml import etree

from app.domain.envelop import Fout, Foutbericht, Heenbericht, Parameters, Plek, Retour, Stuurgegevens, Systeem
from app.domain.envelop_functies import versie_of
from app.ggk.reading import Antwoord, read_antwoord
from app.ggk.schemas import EnvelopSchemas
from app.ggk.soap import SoapBody, read_soap
from app.ggk.writing import CONTENT_TYPE, soap_message, write_envelop
from tests.builders import AANBIEDER, GEMEENTE
from tests.ggk.builders import schemas

XML = CONTENT_TYPE


def gegevens(**others: Any) -> Stuurgegevens:
    """From the aanbieder to the gemeente, under a new reference."""
    fields: dict[str, Any] = {
        "zender": Systeem(organisatie=AANBIEDER, applicatie="Zorgpakket"),
        "ontvanger": Systeem(organisatie=GEMEENTE, applicatie="GGk"),
        "referentienummer": str(uuid.uuid4()),
        "tijdstip": "20190620120000000",
    }
    return Stuurgegevens(**{**fields, **others})


def from_gemeente(bestand: bytes, functie: str = "WMO301", aanbieder: str = AANBIEDER) -> Heenbericht:
    """A message of the gemeente in a Di01."""
    zender = Systeem(organisatie=GEMEENTE, applicatie="Backoffice")
    return di01(bestand, functie, zender=zender, ontvanger=Systeem(organisatie=aanbieder, applicatie="GGk"))


def di01(bestand: bytes, functie: str = "WMO303", release: str = "2.3", **others: Any) -> Heenbericht:
    """A message in a Di01."""
    return Heenbericht(
        stuurgegevens=gegevens(functie=functie, **others), parameters=_parameters(release), bestand=bestand
    )


def du01(bestand: bytes, cross_ref: str, functie: str = "WMO302", release: str = "2.3", **others: Any) -> Retour:
    """A message in a Du01."""
    header = gegevens(functie=functie, cross_ref=cross_ref, **others)
    return Retour(stuurgegevens=header, parameters=_parameters(release), bestand=bestand)


def fo01(cross_ref: str, code: str = "IB002", omschrijving: str = "Fout", **others: Any) -> Foutbericht:
    """An Fo01 from the chain."""
    header = gegevens(**{"cross_ref": cross_ref, "zender": Systeem(organisatie="VECOZO", applicatie="VSP"), **others})
    return Foutbericht(stuurgegevens=header, fout=Fout(code=code, plek=Plek.CLIENT, omschrijving=omschrijving))


def soap(envelop: Heenbericht | Retour | Foutbericht) -> bytes:
    """The SOAP message that carries it."""
    return soap_message(write_envelop(envelop, schemas()))


def with_header(envelop: Any, **others: Any) -> Any:
    """The same envelope with another header."""
    return replace(envelop, stuurgegevens=replace(envelop.stuurgegevens, **others))


def answer_in(body: bytes, envelop_schemas: EnvelopSchemas | None = None) -> Antwoord:
    """What a SOAP answer says; it keeps to the schema."""
    read = read_soap(body, XML)
    assert isinstance(read, SoapBody), read
    assert etree.QName(read.root).localname in {"Bv03Bericht", "Fault"}
    return read_antwoord(read, envelop_schemas or schemas())


def _parameters(release: str) -> Parameters:
    versie, subversie = versie_of(release)
    return Parameters(
        applicatie_versie="0001", applicatie_subversie="0002", functie_versie=versie, functie_subversie=subversie
    )
