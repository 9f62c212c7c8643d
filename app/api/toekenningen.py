"""A decision of a consulent in; the sheet, the toewijzingen and the 301s out."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field, StrictInt

from app.api.berichten import BerichtOut
from app.api.body import json_object
from app.api.budgetberekeningen import SheetOut
from app.api.client import BeschikkingIn, ClientIn, Tekst
from app.api.dependencies import Caller, Parts, Sight
from app.api.fields import Agb, Datum
from app.api.grondslag import Aantal, GrondslagIn
from app.api.openapi import json_body, problems
from app.api.shapes import BevindingOut, Link, Shape
from app.api.toewijzingen import ToewijzingOut
from app.domain.berekening import ArrangementKeuze, Berekening
from app.domain.refusals import RoleNotAllowed
from app.domain.toekenning import Resultaat, Toekenning, TweedeAanbieder
from app.processing.toekenning_view import ToekenningView, view_toekenning
from app.processing.toekenningen import create

router = APIRouter(prefix="/toekenningen", tags=["Toekenningen"])

MANY_RESULTATEN = 50

NOT_IN_OMSCHRIJVING = r"\x00-\x08\x0b\x0c\x0e-\x1f\uFFFE\uFFFF"
IN_OMSCHRIJVING = f"[^{NOT_IN_OMSCHRIJVING}]"
Omschrijving = Annotated[
    str,
    Field(min_length=1, max_length=2000, pattern=rf"^{IN_OMSCHRIJVING}*[^\s{NOT_IN_OMSCHRIJVING}]{IN_OMSCHRIJVING}*$"),
]
IdempotencyKey = Annotated[
    str | None, Header(min_length=1, max_length=255, description="Dezelfde vraag met dezelfde sleutel gebeurt één keer")
]
Proef = Annotated[bool, Query(description="Laat zien wat er zou gebeuren en bewaar niets")]


class ResultaatIn(Shape):
    """A SMART result: a ZRM domain, its score now and the score to reach by a day."""

    domein: Tekst
    omschrijving: Omschrijving
    baseline: StrictInt
    doel: StrictInt
    streefdatum: Datum

    @property
    def resultaat(self) -> Resultaat:
        """The same as the domain knows it."""
        return Resultaat(
            domein=self.domein,
            omschrijving=self.omschrijving,
            baseline=self.baseline,
            doel=self.doel,
            streefdatum=self.streefdatum,
        )


class ResultaatOut(Shape):
    """A SMART result as it was agreed."""

    domein: str
    omschrijving: str
    baseline: int
    doel: int
    streefdatum: date

    @classmethod
    def of(cls, resultaat: Resultaat) -> Self:
        """The JSON of a result."""
        return cls(
            domein=resultaat.domein,
            omschrijving=resultaat.omschrijving,
            baseline=resultaat.baseline,
            doel=resultaat.doel,
            streefdatum=resultaat.streefdatum,
        )


class TweedeAanbiederIn(Shape):
    """Whom part of the budget goes to; `budgetPerPeriode` in whole euros, or `percentage` of the whole."""

    agb: Agb
    budget_per_periode: StrictInt | None = None
    percentage: Aantal | None = None


class ToekenningIn(GrondslagIn):
    """For whom, on which beschikking, how much, from when to when, by whom."""

    gemeente: str = Field(pattern=r"^[0-9]{4}$", description="Gemeentecode")
    client: ClientIn = Field(repr=False)
    beschikking: BeschikkingIn
    ingangsdatum: Datum
    einddatum: Datum | None = None
    evaluatiedatum: Datum | None = None
    resultaten: Annotated[list[ResultaatIn], Field(max_length=MANY_RESULTATEN, repr=False)] = Field(
        default_factory=list[ResultaatIn]
    )
    aanbieder: Agb
    tweede_aanbieder: TweedeAanbiederIn | None = None

    @property
    def toekenning(self) -> Toekenning:
        """The same as the domain knows it."""
        tweede = self.tweede_aanbieder
        return Toekenning(
            gemeente=self.gemeente,
            client=self.client.gegevens,
            beschikking_nummer=self.beschikking.beschikking_nummer,
            afgiftedatum=self.beschikking.afgiftedatum,
            ingangsdatum=self.ingangsdatum,
            einddatum=self.einddatum,
            evaluatiedatum=self.evaluatiedatum,
            resultaten=tuple(shape.resultaat for shape in self.resultaten),
            grondslag=self.grondslag,
            aanbieder=self.aanbieder,
            tweede=tweede
            and TweedeAanbieder(
                agb=tweede.agb, budget_per_periode=tweede.budget_per_periode, percentage=tweede.percentage
            ),
        )


class TariefOut(Shape):
    """A tariff that was used, in euro-cents, and since when it held; `code` says what of."""

    code: str
    tarief_centen: int
    geldig_van: date


def _tarieven(berekening: Berekening) -> list[TariefOut]:
    used = {regel.productspecificatie: (regel.tarief, regel.tarief_geldig_van) for regel in berekening.regels}
    if berekening.tarief is not None and berekening.tarief_geldig_van is not None:
        grondslag = berekening.grondslag
        code = grondslag.code if isinstance(grondslag, ArrangementKeuze) else berekening.product.code or ""
        used[code] = berekening.tarief, berekening.tarief_geldig_van
    return [TariefOut(code=code, tarief_centen=t.cents, geldig_van=day) for code, (t, day) in used.items()]


class ToekenningLinks(Shape):
    """What belongs to a toekenning."""

    self_: Link = Field(serialization_alias="self")
    beschikking: Link


class ToekenningOut(Shape):
    """A toekenning with the sheet as it was computed, and the toewijzingen and 301s that came of it."""

    id: str
    gemeente: str
    ingangsdatum: date
    einddatum: date | None
    evaluatiedatum: date | None
    resultaten: list[ResultaatOut]
    berekening: SheetOut
    tarieven: list[TariefOut]
    onderaannemer: str | None
    toewijzingen: list[ToewijzingOut]
    berichten: list[BerichtOut]
    waarschuwingen: list[BevindingOut]
    gemaakt_op: datetime
    links: ToekenningLinks = Field(serialization_alias="_links")

    @classmethod
    def of(cls, view: ToekenningView, today: date) -> Self:
        """The JSON of a toekenning."""
        record, toekenning = view.record, view.record.toekenning
        self_ = f"/v1/toekenningen/{record.id}"
        return cls(
            id=record.id,
            gemeente=toekenning.gemeente,
            ingangsdatum=toekenning.ingangsdatum,
            einddatum=toekenning.einddatum,
            evaluatiedatum=toekenning.evaluatiedatum,
            resultaten=[ResultaatOut.of(resultaat) for resultaat in toekenning.resultaten],
            berekening=SheetOut.of(record.berekening),
            tarieven=_tarieven(record.berekening),
            onderaannemer=record.onderaannemer,
            toewijzingen=[ToewijzingOut.of(toewijzing, today) for toewijzing in view.toewijzingen],
            berichten=[BerichtOut.of(bericht) for bericht in view.berichten],
            waarschuwingen=[BevindingOut.of(finding) for finding in record.waarschuwingen],
            gemaakt_op=record.gemaakt_op,
            links=ToekenningLinks(self_=Link(href=self_), beschikking=Link(href=f"{self_}/beschikking")),
        )


def _decider(caller: Caller) -> None:
    """Who may not decide hears nothing about the body."""
    if not caller.for_gemeente:
        raise RoleNotAllowed("Alleen een gemeente kent toe.")


async def _asked(request: Request, _caller: Annotated[None, Depends(_decider)]) -> ToekenningIn:
    return await json_object(request, ToekenningIn)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Ondersteuning toekennen",
    openapi_extra=json_body(ToekenningIn),
    responses={
        HTTPStatus.CREATED: {"model": ToekenningOut, "description": "Toegekend"},
        HTTPStatus.OK: {"model": ToekenningOut, "description": "Met `proef`: zo zou het worden"},
    }
    | problems(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT),
)
def post_toekenning(
    asked: Annotated[ToekenningIn, Depends(_asked)],
    caller: Caller,
    runtime: Parts,
    idempotency_key: IdempotencyKey = None,
    proef: Proef = False,  # noqa: FBT002 - a query parameter
) -> Response:
    """Reken het budget uit, verdeel het, maak de toewijzingen en voor elke aanbieder een 301: alles of niets."""
    write = partial(_answer, runtime.today())
    answer = create(runtime, caller, asked.toekenning, sleutel=idempotency_key, answer=write, proef=proef)
    if proef:
        return Response(answer, HTTPStatus.OK, media_type="application/json")
    location = {"Location": f"/v1/toekenningen/{json.loads(answer)['id']}"}
    return Response(answer, HTTPStatus.CREATED, location, media_type="application/json")


@router.get("/{id:uuid}", summary="Eén toekenning")
def get_one_toekenning(id: UUID, caller: Caller, sight: Sight, runtime: Parts) -> ToekenningOut:
    """De toekenning zoals ze werd gedaan, met de berekening en de tarieven van toen; alleen voor de gemeente."""
    return ToekenningOut.of(view_toekenning(runtime, caller, sight, str(id)), runtime.today())


def _answer(today: date, view: ToekenningView) -> str:
    return ToekenningOut.of(view, today).model_dump_json(by_alias=True)
