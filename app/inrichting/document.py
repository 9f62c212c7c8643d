"""An inrichting as the one JSON document that is stored; its keys are those of the YAML format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from app.domain.bedrag import Bedrag
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import Declaratievorm, Eenheid, Frequentie
from app.domain.inrichting import (
    Aanbieder,
    Afronding,
    Arrangement,
    Btw,
    CatalogusProduct,
    Contract,
    ContractTarief,
    Declaratieperiode,
    GebrokenPeriode,
    Geldig,
    Inrichting,
    Instellingen,
    Productspecificatie,
    RetourModus,
)
from app.domain.inrichting_merge import perioden_in_use

T = TypeVar("T")

Row = Mapping[str, Any]


def to_document(inrichting: Inrichting) -> dict[str, object]:
    """The document: dates and shares are text, amounts cents, derived CAK periods left out."""
    instellingen = inrichting.instellingen
    return {
        "gemeente": {"code": inrichting.gemeente, "naam": inrichting.naam},
        "instellingen": {
            "gebruik": str(instellingen.gebruik),
            "afronding": instellingen.afronding.value,
            "gebrokenPeriode": instellingen.gebroken_periode.value,
            "deelsToekennen": instellingen.deels_toekennen,
            "btw": instellingen.btw.value,
        },
        "producten": [_product_row(product) for product in inrichting.producten],
        "productspecificaties": [_productspecificatie_row(s) for s in inrichting.productspecificaties],
        "arrangementen": [_arrangement_row(arrangement) for arrangement in inrichting.arrangementen],
        "aanbieders": _aanbieder_rows(inrichting),
        "cakPerioden": [_cak_periode_row(p) for p in inrichting.cak_perioden if not p.afgeleid],
    }


def from_document(document: Row) -> Inrichting:
    """The inrichting that `to_document` wrote, with the derived CAK periods where the gemeente gave none.

    A document was judged when it was loaded and is not judged again. Raises KeyError or ValueError on any other one.
    """
    gemeente, instellingen = document["gemeente"], document["instellingen"]
    rows: list[Row] = document["aanbieders"]
    return Inrichting(
        gemeente=gemeente["code"],
        naam=gemeente["naam"],
        instellingen=Instellingen(
            gebruik=Fraction(instellingen["gebruik"]),
            afronding=Afronding(instellingen["afronding"]),
            gebroken_periode=GebrokenPeriode(instellingen["gebrokenPeriode"]),
            deels_toekennen=instellingen["deelsToekennen"],
            btw=Btw(instellingen["btw"]),
        ),
        producten=_read(document["producten"], _product),
        productspecificaties=_read(document["productspecificaties"], _productspecificatie),
        arrangementen=_read(document["arrangementen"], _arrangement),
        aanbieders=tuple(Aanbieder(agb=row["agb"], naam=row["naam"]) for row in rows if "naam" in row),
        contracten=tuple(_contract(row["agb"], contract) for row in rows for contract in row["contracten"]),
        cak_perioden=perioden_in_use(_read(document["cakPerioden"], _cak_periode)),
    )


def _geldig_row(geldig: Geldig) -> dict[str, object]:
    row: dict[str, object] = {"geldigVanaf": geldig.geldig_van.isoformat()}
    return row | ({"geldigTot": geldig.geldig_tot.isoformat()} if geldig.geldig_tot else {})


def _product_row(product: CatalogusProduct) -> dict[str, object]:
    return {
        "categorie": product.categorie,
        "code": product.code,
        "naam": product.naam,
        "eenheid": product.eenheid.value,
        "frequentie": product.frequentie.value,
        "tariefCenten": product.tarief.cents,
        **({"cakCode": product.cak_code} if product.cak_code else {}),
        **_geldig_row(product),
    }


def _productspecificatie_row(specificatie: Productspecificatie) -> dict[str, object]:
    return {
        "code": specificatie.code,
        "naam": specificatie.naam,
        "eenheid": specificatie.eenheid,
        "tariefCenten": specificatie.tarief.cents,
        "product": specificatie.product,
        **_geldig_row(specificatie),
    }


def _arrangement_row(arrangement: Arrangement) -> dict[str, object]:
    return {
        "code": arrangement.code,
        "naam": arrangement.naam,
        "tariefCenten": arrangement.tarief.cents,
        "opslagCenten": arrangement.opslag.cents,
        "product": arrangement.product,
        **_geldig_row(arrangement),
    }


def _aanbieder_rows(inrichting: Inrichting) -> list[dict[str, object]]:
    namen = {aanbieder.agb: aanbieder.naam for aanbieder in inrichting.aanbieders}
    contracten: dict[str, list[dict[str, object]]] = {agb: [] for agb in namen}
    for contract in inrichting.contracten:
        contracten.setdefault(contract.aanbieder, []).append(_contract_row(contract))
    return [
        {"agb": agb, **({"naam": namen[agb]} if agb in namen else {}), "contracten": contracten[agb]}
        for agb in sorted(contracten)
    ]


def _contract_row(contract: Contract) -> dict[str, object]:
    return {
        **_geldig_row(contract),
        "producten": sorted(contract.producten),
        "declaratievorm": contract.declaratievorm.value,
        "declaratieperiode": contract.declaratieperiode.value,
        "release": contract.release,
        "berekendBedrag": contract.berekend_bedrag,
        "retour": contract.retour.value,
        "tarieven": [
            {"code": tarief.code, "tariefCenten": tarief.tarief.cents, **_geldig_row(tarief)}
            for tarief in contract.tarieven
        ],
        "servicebureaus": sorted(contract.servicebureaus),
    }


def _cak_periode_row(periode: CakPeriode) -> dict[str, object]:
    return {
        "jaar": periode.jaar,
        "periode": periode.periode,
        "begindatum": periode.begindatum.isoformat(),
        "einddatum": periode.einddatum.isoformat(),
    }


def _read(rows: Iterable[Row], read: Callable[[Row], T]) -> tuple[T, ...]:
    return tuple(read(row) for row in rows)


def _geldig_van(row: Row) -> date:
    return date.fromisoformat(row["geldigVanaf"])


def _geldig_tot(row: Row) -> date | None:
    return date.fromisoformat(row["geldigTot"]) if "geldigTot" in row else None


def _product(row: Row) -> CatalogusProduct:
    return CatalogusProduct(
        categorie=row["categorie"],
        code=row["code"],
        naam=row["naam"],
        eenheid=Eenheid(row["eenheid"]),
        frequentie=Frequentie(row["frequentie"]),
        tarief=Bedrag(row["tariefCenten"]),
        cak_code=row.get("cakCode"),
        geldig_van=_geldig_van(row),
        geldig_tot=_geldig_tot(row),
    )


def _productspecificatie(row: Row) -> Productspecificatie:
    return Productspecificatie(
        code=row["code"],
        naam=row["naam"],
        eenheid=row["eenheid"],
        tarief=Bedrag(row["tariefCenten"]),
        product=row["product"],
        geldig_van=_geldig_van(row),
        geldig_tot=_geldig_tot(row),
    )


def _arrangement(row: Row) -> Arrangement:
    return Arrangement(
        code=row["code"],
        naam=row["naam"],
        tarief=Bedrag(row["tariefCenten"]),
        opslag=Bedrag(row["opslagCenten"]),
        product=row["product"],
        geldig_van=_geldig_van(row),
        geldig_tot=_geldig_tot(row),
    )


def _contract(agb: str, row: Row) -> Contract:
    return Contract(
        aanbieder=agb,
        producten=frozenset(row["producten"]),
        declaratievorm=Declaratievorm(row["declaratievorm"]),
        declaratieperiode=Declaratieperiode(row["declaratieperiode"]),
        release=row["release"],
        berekend_bedrag=row["berekendBedrag"],
        retour=RetourModus(row["retour"]),
        tarieven=_read(row["tarieven"], _tarief),
        servicebureaus=frozenset(row["servicebureaus"]),
        geldig_van=_geldig_van(row),
        geldig_tot=_geldig_tot(row),
    )


def _tarief(row: Row) -> ContractTarief:
    return ContractTarief(
        code=row["code"],
        tarief=Bedrag(row["tariefCenten"]),
        geldig_van=_geldig_van(row),
        geldig_tot=_geldig_tot(row),
    )


def _cak_periode(row: Row) -> CakPeriode:
    return CakPeriode(
        jaar=row["jaar"],
        periode=row["periode"],
        begindatum=date.fromisoformat(row["begindatum"]),
        einddatum=date.fromisoformat(row["einddatum"]),
        afgeleid=False,
    )
