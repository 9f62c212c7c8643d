"""What the gemeente decided: periods, products, contracts; and what the retourcodes mean."""

from __future__ import annotations

from datetime import date
from typing import Self

from fastapi import APIRouter, Request

from app.api.dependencies import Caller, Parts
from app.api.paging import page_of
from app.api.shapes import Page, Shape
from app.domain.cak_periode import CakPeriode
from app.domain.inrichting import CatalogusProduct, Contract, Inrichting
from app.domain.principal import Principal, Rol
from app.domain.refusals import NotFound
from app.domain.retourcodes import RETOURCODES, Retourcode
from app.processing.inrichtingen import all_inrichtingen
from app.processing.periods import cak_perioden
from app.processing.runtime import Runtime

router = APIRouter(tags=["Inrichting"])


class CakPeriodeOut(Shape):
    """A CAK period; `afgeleid` when the calendar gave it and no gemeente."""

    jaar: int
    periode: int
    begindatum: date
    einddatum: date
    afgeleid: bool

    @classmethod
    def of(cls, cak: CakPeriode) -> Self:
        """The JSON of a period."""
        return cls(
            jaar=cak.jaar,
            periode=cak.periode,
            begindatum=cak.begindatum,
            einddatum=cak.einddatum,
            afgeleid=cak.afgeleid,
        )


class CatalogusProductOut(Shape):
    """A product of a gemeente with the tariff of the catalogue, in euro-cents."""

    gemeente: str
    categorie: str
    code: str
    naam: str
    eenheid: str
    frequentie: str
    tarief_centen: int
    cak_code: str | None
    geldig_van: date
    geldig_tot: date | None

    @classmethod
    def of(cls, gemeente: str, product: CatalogusProduct) -> Self:
        """The JSON of a product."""
        return cls(
            gemeente=gemeente,
            categorie=product.categorie,
            code=product.code,
            naam=product.naam,
            eenheid=product.eenheid.value,
            frequentie=product.frequentie.value,
            tarief_centen=product.tarief.cents,
            cak_code=product.cak_code,
            geldig_van=product.geldig_van,
            geldig_tot=product.geldig_tot,
        )


class ContractTariefOut(Shape):
    """A tariff that differs from the catalogue, in euro-cents."""

    code: str
    tarief_centen: int
    geldig_van: date
    geldig_tot: date | None


class ContractOut(Shape):
    """What a gemeente agreed on with an aanbieder."""

    gemeente: str
    aanbieder: str
    geldig_van: date
    geldig_tot: date | None
    producten: list[str]
    declaratievorm: str
    declaratieperiode: str
    release: str
    berekend_bedrag: bool
    retour: str
    tarieven: list[ContractTariefOut]
    servicebureaus: list[str]

    @classmethod
    def of(cls, gemeente: str, contract: Contract) -> Self:
        """The JSON of a contract."""
        tarieven = [
            ContractTariefOut(
                code=t.code, tarief_centen=t.tarief.cents, geldig_van=t.geldig_van, geldig_tot=t.geldig_tot
            )
            for t in contract.tarieven
        ]
        return cls(
            gemeente=gemeente,
            aanbieder=contract.aanbieder,
            geldig_van=contract.geldig_van,
            geldig_tot=contract.geldig_tot,
            producten=sorted(contract.producten),
            declaratievorm=contract.declaratievorm.value,
            declaratieperiode=contract.declaratieperiode.value,
            release=contract.release,
            berekend_bedrag=contract.berekend_bedrag,
            retour=contract.retour.value,
            tarieven=tarieven,
            servicebureaus=sorted(contract.servicebureaus),
        )


class RetourcodeOut(Shape):
    """A retourcode in words, and the rules that give it."""

    code: str
    betekenis: str
    regels: list[str]

    @classmethod
    def of(cls, retourcode: Retourcode) -> Self:
        """The JSON of a retourcode."""
        return cls(code=retourcode.code, betekenis=retourcode.betekenis, regels=list(retourcode.regels))


@router.get("/cak-perioden/{jaar}", summary="De CAK-perioden van een jaar")
def get_cak_perioden(jaar: int, request: Request, caller: Caller, runtime: Parts) -> Page[CakPeriodeOut]:
    """De dertien perioden zoals de gemeente ze laadde, anders volgens de kalender (`afgeleid`)."""
    found = cak_perioden(runtime, caller.gemeenten, jaar)
    return page_of(request, [CakPeriodeOut.of(cak) for cak in found], None)


@router.get("/producten", summary="De producten")
def get_producten(request: Request, caller: Caller, runtime: Parts) -> Page[CatalogusProductOut]:
    """De producten van de gemeenten waarmee deze partij te maken heeft, met hun tarief."""
    found = [
        CatalogusProductOut.of(inrichting.gemeente, product)
        for inrichting in _visible(runtime, caller)
        for product in inrichting.producten
    ]
    return page_of(request, found, None)


@router.get("/contracten", summary="De contracten")
def get_contracten(request: Request, caller: Caller, runtime: Parts) -> Page[ContractOut]:
    """De contracten waarin deze partij staat."""
    found = [
        ContractOut.of(inrichting.gemeente, contract)
        for inrichting in _visible(runtime, caller)
        for contract in inrichting.contracten
        if _sees(caller, contract)
    ]
    return page_of(request, found, None)


@router.get("/retourcodes/{code}", summary="De betekenis van een retourcode")
def get_retourcode(code: str, _caller: Caller) -> RetourcodeOut:
    """De code in woorden, en de regels die haar geven."""
    known = RETOURCODES.get(code)
    if known is None:
        raise NotFound("Deze retourcode bestaat niet in release 2.3.")
    return RetourcodeOut.of(known)


def _visible(runtime: Runtime, caller: Principal) -> list[Inrichting]:
    with runtime.storage.reading() as session:
        known = all_inrichtingen(session, runtime)
    if caller.rol is Rol.BEHEER:
        return list(known.values())
    if caller.for_gemeente:
        return [inrichting for gemeente, inrichting in known.items() if gemeente in caller.gemeenten]
    if caller.for_aanbieder:
        return [i for i in known.values() if any(_sees(caller, contract) for contract in i.contracten)]
    return []


def _sees(caller: Principal, contract: Contract) -> bool:
    parties = {contract.aanbieder, *contract.servicebureaus}
    return not caller.for_aanbieder or bool(parties & caller.aanbieders)
