"""Builders of what the service knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from app.domain.bedrag import Bedrag
from app.domain.cak_periode import derived_cak_perioden
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import CatalogusProduct, Contract, Inrichting
from app.domain.versies import Toewijzing, ToewijzingVersie
from tests.builders.toewijzing import a_toegewezen_product
from tests.builders.world import AANBIEDER, BSN_X, GEBOREN_X, GEMEENTE, OTHER_AANBIEDER, made


def a_versie(**changes: Any) -> ToewijzingVersie:
    """The only version of toewijzing 1001."""
    return replace(ToewijzingVersie.of(a_toegewezen_product(), bsn=BSN_X, geboortedatum=GEBOREN_X), **changes)


def a_toewijzing(*versies: ToewijzingVersie, **changes: Any) -> Toewijzing:
    """Toewijzing 1001 with these versions."""
    defaults: dict[str, Any] = {"nummer": 1001, "gemeente": GEMEENTE, "aanbieder": AANBIEDER}
    values = defaults | changes
    return Toewijzing(**({"sleutel": str(values["nummer"]), "versies": versies or (a_versie(),)} | values))


def a_catalogus_product(**changes: Any) -> CatalogusProduct:
    """02A01 at one euro apiece."""
    return made(
        CatalogusProduct,
        changes,
        geldig_van=date(2018, 1, 1),
        categorie="02",
        code="02A01",
        naam="Begeleiding",
        eenheid=Eenheid.STUKS,
        frequentie=Frequentie.PER_VIER_WEKEN,
        tarief=Bedrag(100),
    )


def a_contract(**changes: Any) -> Contract:
    """Every product, declaraties by CAK period, no BerekendBedrag."""
    producten = frozenset({"02A01", "02A03", "01A01", "04A01", "04A06"})
    return made(Contract, changes, geldig_van=date(2018, 1, 1), aanbieder=AANBIEDER, producten=producten)


def an_inrichting(**changes: Any) -> Inrichting:
    """Gemeente 0384 with five products, a contract for both aanbieders and the derived CAK periods."""
    etmaal = {"categorie": "04", "eenheid": Eenheid.ETMAAL}
    return made(
        Inrichting,
        changes,
        gemeente=GEMEENTE,
        naam="Voorbeeldgemeente",
        producten=(
            a_catalogus_product(),
            a_catalogus_product(code="02A03", naam="Begeleiding extra"),
            a_catalogus_product(categorie="01", code="01A01", naam="Hulp bij het huishouden"),
            a_catalogus_product(**etmaal, code="04A01", naam="Kortdurend verblijf", tarief=Bedrag(12500)),
            a_catalogus_product(**etmaal, code="04A06", naam="Kortdurend verblijf extra", tarief=Bedrag(20000)),
        ),
        contracten=(a_contract(), a_contract(aanbieder=OTHER_AANBIEDER)),
        cak_perioden=tuple(periode for jaar in range(2018, 2022) for periode in derived_cak_perioden(jaar)),
    )
