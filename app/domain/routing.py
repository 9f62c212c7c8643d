"""To whom a 301 goes: each aanbieder gets its own products only (domain.md §5, way c)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from app.domain.bericht import BerichtIdentificatie
from app.domain.toewijzing import Beschikking, BeschiktProduct, Client, ToegewezenProduct, Toewijzingsbericht

Whole: TypeAlias = tuple[object, ...]
"""What the parts of one budget have in common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """One assigned product, for one client at one aanbieder."""

    aanbieder: str
    client: Client
    product: ToegewezenProduct


def allotments(bericht: Toewijzingsbericht) -> Iterator[Allotment]:
    """Every product of the 301, in order; without an Aanbieder of its own it is for the Ontvanger."""
    for client in bericht.clienten:
        for product in client.beschikking.toegewezen_producten:
            yield Allotment(aanbieder=product.aanbieder or bericht.header.ontvanger, client=client, product=product)


def placed(bericht: Toewijzingsbericht) -> Iterator[tuple[Allotment, int]]:
    """Every allotment with its `aandeel_vanaf`: 0, or where the products before it end that are parts of the same.

    Parts of the same are the products of one client with the same code, days, Eenheid and Frequentie: each other
    aanbieder delivers a part of what was granted.
    """
    volumes: Counter[Whole] = Counter()
    for allotment in allotments(bericht):
        whole, omvang = _whole_of(allotment), allotment.product.omvang
        yield allotment, volumes[whole]
        volumes[whole] += omvang.volume if omvang is not None else 0


def divided(bericht: Toewijzingsbericht) -> Iterator[tuple[Allotment, ...]]:
    """The parts of every whole that the 301 divides over aanbieders."""
    wholes: dict[Whole, list[Allotment]] = {}
    for allotment in allotments(bericht):
        if allotment.product.omvang is not None:
            wholes.setdefault(_whole_of(allotment), []).append(allotment)
    return (tuple(parts) for parts in wholes.values() if len(parts) > 1)


def _whole_of(allotment: Allotment) -> Whole:
    product, omvang = allotment.product, allotment.product.omvang
    days = (product.ingangsdatum, product.einddatum)
    return (allotment.client.bsn, product.product, *days, omvang and (omvang.eenheid, omvang.frequentie))


def aanbieders(bericht: Toewijzingsbericht) -> tuple[str, ...]:
    """The aanbieders that the 301 assigns to, in order of appearance."""
    return tuple(dict.fromkeys(allotment.aanbieder for allotment in allotments(bericht)))


def goes_as_it_is(bericht: Toewijzingsbericht) -> bool:
    """Whether the 301 itself can go to its Ontvanger: it holds products for that aanbieder alone."""
    return aanbieders(bericht) == (bericht.header.ontvanger,)


def clienten_at(bericht: Toewijzingsbericht, aanbieder: str) -> tuple[Client, ...]:
    """The clients with a product at the aanbieder, with nothing of other aanbieders in them."""
    reduced = (_at(client, bericht.header.ontvanger, aanbieder) for client in bericht.clienten)
    return tuple(client for client in reduced if client.beschikking.toegewezen_producten)


def _at(client: Client, ontvanger: str, aanbieder: str) -> Client:
    beschikking = client.beschikking
    own = tuple(p for p in beschikking.toegewezen_producten if (p.aanbieder or ontvanger) == aanbieder)
    others = tuple(p for p in beschikking.toegewezen_producten if p not in own)
    granted = tuple(_part_of(b, own, others) for b in beschikking.beschikt_producten if _names(b, own))
    granted = tuple(dict.fromkeys(granted)) or granted_as(own)
    return replace(client, beschikking=replace(beschikking, toegewezen_producten=own, beschikt_producten=granted))


def _names(granted: BeschiktProduct, products: tuple[ToegewezenProduct, ...]) -> bool:
    return any(product.product == granted.product for product in products)


def _part_of(
    granted: BeschiktProduct, own: tuple[ToegewezenProduct, ...], others: tuple[ToegewezenProduct, ...]
) -> BeschiktProduct:
    """What was granted, as far as it is for this aanbieder: of what others deliver too it hears its own volume only.

    No rule compares the two volumes. Without one volume of its own (it has several) it hears none.
    """
    if not _names(granted, others):
        return granted
    parts = {product.omvang for product in own if product.product == granted.product}
    return replace(granted, omvang=parts.pop() if len(parts) == 1 else None)


def granted_as(own: tuple[ToegewezenProduct, ...]) -> tuple[BeschiktProduct, ...]:
    """The BeschiktProducten of assigned products: 2.1 wants one, also where none names them."""
    return tuple(
        BeschiktProduct(product=p.product, ingangsdatum=p.ingangsdatum, einddatum=p.einddatum, omvang=p.omvang)
        for p in own
    )


def addressed_to(
    bericht: Toewijzingsbericht, aanbieder: str, clienten: tuple[Client, ...], identificatie: str
) -> Toewijzingsbericht:
    """A 301 of its own for the aanbieder, with the date of the one it came from."""
    dagtekening = bericht.header.bericht_identificatie.dagtekening
    header = replace(
        bericht.header,
        ontvanger=aanbieder,
        bericht_identificatie=BerichtIdentificatie(identificatie=identificatie, dagtekening=dagtekening),
    )
    return Toewijzingsbericht(header=header, clienten=clienten)


def without_other_aanbieders(client: Client) -> Client:
    """The client as releases from 2.2 on write it: no Aanbieder on a product, no BeschiktProducten."""
    beschikking: Beschikking = client.beschikking
    products = tuple(replace(product, aanbieder=None) for product in beschikking.toegewezen_producten)
    return replace(client, beschikking=replace(beschikking, toegewezen_producten=products, beschikt_producten=()))


def without_remarks_on_products(client: Client) -> Client:
    """The client as release 2.1 writes it: no Commentaar on a ToegewezenProduct."""
    products = tuple(replace(product, commentaar=None) for product in client.beschikking.toegewezen_producten)
    return replace(client, beschikking=replace(client.beschikking, toegewezen_producten=products))
