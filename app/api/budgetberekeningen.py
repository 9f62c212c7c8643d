"""What an indicatie, an arrangement or etmalen comes to per four weeks; nothing is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.api.body import json_object
from app.api.dependencies import Caller, Parts
from app.api.fields import Agb, Datum
from app.api.grondslag import GrondslagIn
from app.api.openapi import json_body, problems
from app.api.shapes import Shape
from app.api.toewijzingen import ProductOut
from app.domain.bedrag import Bedrag
from app.domain.berekening import Berekening, SheetRegel
from app.domain.notation import aantal_to_text
from app.processing.berekeningen import Budgetvraag, budget_for, sees_gebruik

router = APIRouter(prefix="/budgetberekeningen", tags=["Toekenningen"])


class Weergave(StrEnum):
    """Who a sheet is for: the gemeente itself, or client and aanbieder."""

    INTERN = "intern"
    EXTERN = "extern"


def _is_none(value: object) -> bool:
    return value is None


class SheetRegelOut(Shape):
    """A line of the sheet; quantities are decimal strings, `gebruik` stands in the view of the gemeente only."""

    productspecificatie: str
    eenheid: str
    aantal_per_week: str
    gebruik: str | None = Field(default=None, exclude_if=_is_none)
    aantal_per_jaar: str
    tarief_centen: int
    bedrag_per_jaar_centen: int

    @classmethod
    def of(cls, regel: SheetRegel, weergave: Weergave) -> Self:
        """The JSON of a line."""
        return cls(
            productspecificatie=regel.productspecificatie,
            eenheid=regel.eenheid,
            aantal_per_week=aantal_to_text(regel.aantal_per_week),
            gebruik=aantal_to_text(regel.gebruik) if weergave is Weergave.INTERN else None,
            aantal_per_jaar=aantal_to_text(regel.aantal_per_jaar),
            tarief_centen=regel.tarief.cents,
            bedrag_per_jaar_centen=regel.bedrag_per_jaar.cents,
        )


class SheetOut(Shape):
    """The sheet, in euro-cents; an arrangement or etmalen have a `tariefCenten` and no lines."""

    regels: list[SheetRegelOut]
    bedrag_per_jaar_centen: int | None = Field(default=None, exclude_if=_is_none)
    tarief_centen: int | None = Field(default=None, exclude_if=_is_none)
    opslag_centen: int | None = Field(default=None, exclude_if=_is_none)
    bedrag_per_periode_centen: int
    budget_euro: int
    product: ProductOut
    volume: int

    @classmethod
    def of(cls, berekening: Berekening, weergave: Weergave = Weergave.INTERN) -> Self:
        """The JSON of a sheet."""
        return cls(
            regels=[SheetRegelOut.of(regel, weergave) for regel in berekening.regels],
            bedrag_per_jaar_centen=_cents(berekening.bedrag_per_jaar),
            tarief_centen=_cents(berekening.tarief),
            opslag_centen=_cents(berekening.opslag),
            bedrag_per_periode_centen=berekening.bedrag_per_periode.cents,
            budget_euro=berekening.budget_euro,
            product=ProductOut(categorie=berekening.product.categorie, code=berekening.product.code),
            volume=berekening.volume,
        )


class BudgetvraagIn(GrondslagIn):
    """For which gemeente, at which tariffs; with an `aanbieder` at those of its contract."""

    gemeente: str = Field(pattern=r"^[0-9]{4}$", description="Gemeentecode")
    peildatum: Datum
    aanbieder: Agb | None = None


async def _budgetvraag(request: Request, _caller: Caller) -> BudgetvraagIn:
    return await json_object(request, BudgetvraagIn)


@router.post("", summary="Een budget berekenen", openapi_extra=json_body(BudgetvraagIn), responses=problems())
async def post_budgetberekening(
    asked: Annotated[BudgetvraagIn, Depends(_budgetvraag)],
    caller: Caller,
    runtime: Parts,
    weergave: Annotated[Weergave, Query()] = Weergave.INTERN,
) -> SheetOut:
    """Reken een indicatie, arrangement of etmalen om naar een budget per vier weken; er wordt niets bewaard.

    Een aanbieder krijgt altijd de weergave `extern`: zonder het deel dat gemiddeld wordt gebruikt.
    """
    vraag = Budgetvraag(
        gemeente=asked.gemeente, peildatum=asked.peildatum, grondslag=asked.grondslag, aanbieder=asked.aanbieder
    )
    berekening = await run_in_threadpool(budget_for, runtime, caller, vraag)
    return SheetOut.of(berekening, weergave if sees_gebruik(caller) else Weergave.EXTERN)


def _cents(bedrag: Bedrag | None) -> int | None:
    return None if bedrag is None else bedrag.cents
