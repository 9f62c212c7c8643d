"""A sheet as the JSON that is kept with a toekenning, and back: exactly the same sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from app.domain.bedrag import Bedrag
from app.domain.berekening import ArrangementKeuze, Berekening, Etmalen, Grondslag, Indicatie, SheetRegel
from app.domain.bericht import Product
from app.domain.codelijsten import Eenheid
from app.domain.inrichting import Afronding

Document: TypeAlias = Mapping[str, Any]


def berekening_to_document(berekening: Berekening) -> dict[str, object]:
    """The sheet as JSON; fractions are strings such as "338/5", amounts cents."""
    return {
        "peildatum": berekening.peildatum.isoformat(),
        "soort": berekening.soort,
        "grondslag": grondslag_to_document(berekening.grondslag),
        "regels": [_regel_document(regel) for regel in berekening.regels],
        "bedragPerJaarCenten": _cents(berekening.bedrag_per_jaar),
        "tariefCenten": _cents(berekening.tarief),
        "opslagCenten": _cents(berekening.opslag),
        "tariefGeldigVan": berekening.tarief_geldig_van and berekening.tarief_geldig_van.isoformat(),
        "bedragPerPeriodeCenten": berekening.bedrag_per_periode.cents,
        "afronding": berekening.afronding.value,
        "budgetEuro": berekening.budget_euro,
        "product": {"categorie": berekening.product.categorie, "code": berekening.product.code},
        "eenheid": berekening.eenheid.value,
        "volume": berekening.volume,
    }


def berekening_from_document(document: Document) -> Berekening:
    """The sheet that `berekening_to_document` wrote; raises KeyError or ValueError on anything else."""
    since = document["tariefGeldigVan"]
    return Berekening(
        peildatum=date.fromisoformat(document["peildatum"]),
        soort=document["soort"],
        grondslag=grondslag_from_document(document["grondslag"]),
        regels=tuple(_regel(row) for row in document["regels"]),
        bedrag_per_jaar=_bedrag(document["bedragPerJaarCenten"]),
        tarief=_bedrag(document["tariefCenten"]),
        opslag=_bedrag(document["opslagCenten"]),
        tarief_geldig_van=date.fromisoformat(since) if since else None,
        bedrag_per_periode=Bedrag(document["bedragPerPeriodeCenten"]),
        afronding=Afronding(document["afronding"]),
        budget_euro=document["budgetEuro"],
        product=Product(**document["product"]),
        eenheid=Eenheid(document["eenheid"]),
        volume=document["volume"],
    )


def grondslag_to_document(grondslag: Grondslag) -> dict[str, object]:
    """What a budget is computed from, under the name that the API gives it."""
    match grondslag:
        case ArrangementKeuze(code, opslag):
            return {"arrangement": {"code": code, "opslag": opslag}}
        case Etmalen(product, aantal):
            return {"etmalen": {"product": product, "aantalPerPeriode": aantal}}
        case _:
            lines = [
                {"productspecificatie": line.productspecificatie, "aantalPerWeek": str(line.aantal_per_week)}
                for line in grondslag
            ]
            return {"indicatie": lines}


def grondslag_from_document(document: Document) -> Grondslag:
    """What `grondslag_to_document` wrote; raises KeyError or ValueError on anything else."""
    match document:
        case {"arrangement": {"code": code, "opslag": opslag}}:
            return ArrangementKeuze(code, opslag)
        case {"etmalen": {"product": product, "aantalPerPeriode": aantal}}:
            return Etmalen(product, aantal)
        case _:
            lines: list[Document] = document["indicatie"]
            return tuple(Indicatie(line["productspecificatie"], Fraction(line["aantalPerWeek"])) for line in lines)


def _regel_document(regel: SheetRegel) -> dict[str, object]:
    return {
        "productspecificatie": regel.productspecificatie,
        "naam": regel.naam,
        "eenheid": regel.eenheid,
        "aantalPerWeek": str(regel.aantal_per_week),
        "gebruik": str(regel.gebruik),
        "aantalPerJaar": str(regel.aantal_per_jaar),
        "tariefCenten": regel.tarief.cents,
        "tariefGeldigVan": regel.tarief_geldig_van.isoformat(),
        "bedragPerJaarCenten": regel.bedrag_per_jaar.cents,
    }


def _regel(row: Document) -> SheetRegel:
    return SheetRegel(
        productspecificatie=row["productspecificatie"],
        naam=row["naam"],
        eenheid=row["eenheid"],
        aantal_per_week=Fraction(row["aantalPerWeek"]),
        gebruik=Fraction(row["gebruik"]),
        aantal_per_jaar=Fraction(row["aantalPerJaar"]),
        tarief=Bedrag(row["tariefCenten"]),
        tarief_geldig_van=date.fromisoformat(row["tariefGeldigVan"]),
        bedrag_per_jaar=Bedrag(row["bedragPerJaarCenten"]),
    )


def _cents(bedrag: Bedrag | None) -> int | None:
    return None if bedrag is None else bedrag.cents


def _bedrag(cents: int | None) -> Bedrag | None:
    return None if cents is None else Bedrag(cents)
