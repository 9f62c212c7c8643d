"""What 303 and 304 share."""

from __future__ import annotations

from typing import TypeVar

from app.domain.declaratie import ClientRetour, DeclaratieClient, Prestatie, PrestatieRetour
from app.iwmo.node import NUMMER, TEXT, Listing, Part, Record, Shape, maybe, one, record
from app.iwmo.release_2_3.basisschema import BASIS, versie

AnyClient = TypeVar("AnyClient", DeclaratieClient, ClientRetour)
AnyPrestatie = TypeVar("AnyPrestatie", Prestatie, PrestatieRetour)


def header_start() -> tuple[Part, ...]:
    """The first elements of the Header; BerichtCode tells declaratie from factuur."""
    return (
        one("BerichtCode", TEXT),
        *versie(),
        one("Gemeente", TEXT),
        maybe("Servicebureau", TEXT),
        one("Aanbieder", TEXT),
        one("BetalingAanID", TEXT),
        one("DeclaratieFactuurIdentificatie", BASIS.factuur_identificatie),
    )


def client(namespace: str, cls: type[AnyClient], prestatie: Shape[AnyPrestatie], *last: Part) -> Record[AnyClient]:
    """Client with its prestaties; `last` comes after them."""
    return record(
        namespace,
        cls,
        one("Bsn", TEXT),
        one("Geboortedatum", BASIS.geboortedatum),
        one("Geslacht", TEXT),
        one("Naam", BASIS.verkorte_naam),
        maybe("Commentaar", TEXT),
        one("Prestaties", Listing(namespace, "Prestatie", prestatie)),
        *last,
    )


def prestatie_start() -> tuple[Part, ...]:
    """What a Prestatie holds before its Commentaar."""
    return (
        maybe("BeschikkingNummer", NUMMER),
        maybe("ToewijzingNummer", NUMMER),
        one("ProductCategorie", TEXT),
        one("ProductCode", TEXT),
        one("ProductPeriode", BASIS.gesloten_periode),
        one("IngediendeBedragPrestatie", BASIS.ingediend),
        one("ProductReferentie", BASIS.referentie),
    )
