"""The 301 for one aanbieder that tells of toewijzingen as they became, built from the one that told of them before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.domain.act import refusal
from app.domain.bericht import BerichtIdentificatie
from app.domain.effect import Stap
from app.domain.routing import granted_as
from app.domain.toewijzing import (
    Beschikking,
    BeschiktProduct,
    Client,
    ToegewezenProduct,
    ToewijzingHeader,
    Toewijzingsbericht,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bron:
    """The client and the product as the last 301 on a toewijzing of `aanbieder` had them."""

    aanbieder: str
    client: Client
    product: ToegewezenProduct


def bericht_on(
    stappen: Sequence[Stap], bron: Bron, *, identificatie: BerichtIdentificatie, referentie: str | None
) -> Toewijzingsbericht:
    """A 301 with these toewijzingen, all of one aanbieder, and nothing else of the client's beschikking.

    Remarks stay with the aanbieder that they were for; another one gets the `referentie` of the gemeente alone, with
    the beschikking. Raises InvalidInput when a toewijzing is lengthened past the Einddatum of the beschikking.
    """
    _demand_within_beschikking(stappen, bron.client.beschikking)
    first = stappen[0].na
    header = ToewijzingHeader(
        afzender=first.gemeente,
        ontvanger=first.aanbieder,
        bericht_identificatie=identificatie,
        pad="/Bericht/Header",
    )
    same = first.aanbieder == bron.aanbieder
    client, product = (bron.client, bron.product) if same else _without_remarks(bron, referentie)
    products = tuple(_product(stap, product) for stap in stappen)
    granted = _granted(bron, products[-1]) if same else ()
    reduced = replace(
        client.beschikking, toegewezen_producten=products, beschikt_producten=granted or granted_as(products[-1:])
    )
    return Toewijzingsbericht(header=header, clienten=(replace(client, beschikking=reduced),))


def _demand_within_beschikking(stappen: Sequence[Stap], beschikking: Beschikking) -> None:
    """Only lengthening is refused: what already ran past the beschikking can still be shortened or divided."""
    last = beschikking.einddatum or date.max
    for stap in stappen:
        before = stap.voor and stap.voor.actueel.einddatum
        einddatum = stap.na.actueel.einddatum or date.max
        if before is not None and einddatum > max(before, last):
            melding = "De einddatum ligt na de einddatum van de beschikking."
            raise refusal("einddatum", melding, einddatum=einddatum, einddatumBeschikking=last)


def _granted(bron: Bron, now: ToegewezenProduct) -> tuple[BeschiktProduct, ...]:
    """What the source says was granted of the product, with the volume of now when that is another than before.

    What is assigned longer was granted longer: the last BeschiktProduct ends no earlier than the ToegewezenProduct.
    """
    named = [one for one in bron.client.beschikking.beschikt_producten if one.product == bron.product.product]
    if now.omvang != bron.product.omvang:
        named = [replace(one, omvang=now.omvang) for one in named]
    last = max(named, key=lambda one: one.einddatum or date.max, default=None)
    if last is not None and (last.einddatum or date.max) < (now.einddatum or date.max):
        named = [replace(one, einddatum=now.einddatum) if one is last else one for one in named]
    return tuple(named)


def _without_remarks(bron: Bron, referentie: str | None) -> tuple[Client, ToegewezenProduct]:
    beschikking = replace(bron.client.beschikking, commentaar=referentie)
    return replace(bron.client, commentaar=None, beschikking=beschikking), replace(bron.product, commentaar=None)


def _product(stap: Stap, before: ToegewezenProduct) -> ToegewezenProduct:
    versie = stap.na.actueel
    return replace(
        before,
        toewijzing_nummer=stap.na.nummer,
        referentie_aanbieder=before.referentie_aanbieder if stap.voor else None,
        product=versie.product,
        aanbieder=stap.na.aanbieder,
        toewijzingsdatum=versie.toewijzingsdatum,
        toewijzingstijd=versie.toewijzingstijd,
        ingangsdatum=versie.ingangsdatum,
        einddatum=versie.einddatum,
        reden_wijziging=versie.reden_wijziging,
        omvang=versie.omvang,
    )
