"""The 301 for one aanbieder that tells of toewijzingen as they became, built from the one that told of them before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.domain.bericht import BerichtIdentificatie
from app.domain.effect import Stap
from app.domain.routing import granted_as
from app.domain.toewijzing import Client, ToegewezenProduct, ToewijzingHeader, Toewijzingsbericht


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
    the beschikking.
    """
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
    beschikking = client.beschikking
    granted = tuple(one for one in beschikking.beschikt_producten if one.product == product.product)
    reduced = replace(
        beschikking, toegewezen_producten=products, beschikt_producten=granted or granted_as(products[-1:])
    )
    return Toewijzingsbericht(header=header, clienten=(replace(client, beschikking=reduced),))


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
