"""Split, change or end a running toewijzing; on trial first, when asked."""

from __future__ import annotations

from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from app.api.berichten import BerichtOut
from app.api.body import json_object
from app.api.dependencies import Caller, Parts
from app.api.fields import Agb, Datum
from app.api.grondslag import Aantal
from app.api.openapi import json_body, problems
from app.api.shapes import BevindingOut, Shape
from app.api.toekenningen import IdempotencyKey, Proef
from app.api.toewijzingen import ToewijzingOut
from app.domain.effect import EffectRow
from app.domain.refusals import NotFound, RoleNotAllowed
from app.domain.toekenning import TweedeAanbieder
from app.processing.toewijzing_view import GEMEENTE, NUMMER_OR_SLEUTEL
from app.processing.wijzigingen import Beeindig, Splits, Vraag, Wijzig, WijzigingView, change_toewijzing

router = APIRouter(prefix="/toewijzingen/{gemeente}/{nummer}", tags=["Toewijzingen"])

MAX_NUMMER = 999_999_999  # LDT_Nummer

RedenWijziging = Annotated[str, Field(pattern=r"^[0-9]{2}$", description="RedenWijziging van iWmo, 01 tot en met 11")]


class VanafIn(Shape):
    """The CAK period in which something begins."""

    jaar: StrictInt
    periode: StrictInt


class SplitsIn(Shape):
    """Who gets part of the budget from when on: whole euros per period, or a percentage of the whole."""

    aanbieder: Agb
    budget_per_periode: StrictInt | None = None
    percentage: Aantal | None = None
    vanaf: VanafIn

    @property
    def vraag(self) -> Splits:
        """The same as the processing knows it."""
        tweede = TweedeAanbieder(
            agb=self.aanbieder, budget_per_periode=self.budget_per_periode, percentage=self.percentage
        )
        return Splits(tweede=tweede, jaar=self.vanaf.jaar, periode=self.vanaf.periode)


class WijzigIn(Shape):
    """Another volume from a CAK period on."""

    volume: StrictInt
    vanaf: VanafIn

    @property
    def vraag(self) -> Wijzig:
        """The same as the processing knows it."""
        return Wijzig(volume=self.volume, jaar=self.vanaf.jaar, periode=self.vanaf.periode)


class BeeindigIn(Shape):
    """Another Einddatum; `samenvoegen` gives the volume back to the first aanbieder of a split.

    `samenvoegenMet` is the number of the first one's toewijzing; only needed when it is not known from a split or
    toekenning, or several could be meant. Without it, an onderaannemer who works on the day ends with it, and of one
    that has yet to begin nothing remains.
    """

    einddatum: Datum
    reden_wijziging: RedenWijziging
    samenvoegen: StrictBool = False
    samenvoegen_met: Annotated[StrictInt, Field(ge=1, le=MAX_NUMMER)] | None = None

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        denied = "samenvoegen" in self.model_fields_set and not self.samenvoegen
        if denied and self.samenvoegen_met is not None:
            raise PydanticCustomError("samenvoegen_niet", "samenvoegenMet without samenvoegen")
        return self

    @property
    def vraag(self) -> Beeindig:
        """The same as the processing knows it."""
        return Beeindig(
            einddatum=self.einddatum,
            reden=self.reden_wijziging,
            samenvoegen=self.samenvoegen or self.samenvoegen_met is not None,
            samenvoegen_met=self.samenvoegen_met,
        )


class EffectOut(Shape):
    """One toewijzing in one period: its room before and after, and what was granted; in units of its omvang."""

    toewijzing: int | None
    aanbieder: str
    jaar: int | None
    periode: int | None
    begindatum: date
    einddatum: date | None
    voor: int
    na: int
    gedeclareerd: int

    @classmethod
    def of(cls, row: EffectRow) -> Self:
        """The JSON of a row."""
        return cls(
            toewijzing=row.toewijzing.nummer,
            aanbieder=row.toewijzing.aanbieder,
            jaar=row.periode.jaar,
            periode=row.periode.periode,
            begindatum=row.begindatum,
            einddatum=row.einddatum,
            voor=row.voor,
            na=row.na,
            gedeclareerd=row.gedeclareerd,
        )


class NieuwBerichtOut(BerichtOut):
    """A bericht with its XML, which on trial is to be seen nowhere else."""

    xml: str


class WijzigingOut(Shape):
    """The toewijzingen that an act touched as they are after it, the 301s, and the effect per period."""

    toewijzingen: list[ToewijzingOut]
    berichten: list[NieuwBerichtOut]
    effect: list[EffectOut]
    waarschuwingen: list[BevindingOut]

    @classmethod
    def of(cls, view: WijzigingView, today: date) -> Self:
        """The JSON of an act."""
        berichten = [(BerichtOut.of(record), view.xml[record.id].decode()) for record in view.berichten]
        return cls(
            toewijzingen=[ToewijzingOut.of(record, today) for record in view.toewijzingen],
            berichten=[NieuwBerichtOut(**dict(bericht), xml=xml) for bericht, xml in berichten],
            effect=[EffectOut.of(row) for row in view.effect],
            waarschuwingen=[BevindingOut.of(finding) for finding in view.waarschuwingen],
        )


def _decider(caller: Caller) -> None:
    if not caller.for_gemeente:
        raise RoleNotAllowed("Alleen een gemeente verandert een toewijzing.")


async def _splits(request: Request, _caller: Annotated[None, Depends(_decider)]) -> Splits:
    return (await json_object(request, SplitsIn)).vraag


async def _wijzig(request: Request, _caller: Annotated[None, Depends(_decider)]) -> Wijzig:
    return (await json_object(request, WijzigIn)).vraag


async def _beeindig(request: Request, _caller: Annotated[None, Depends(_decider)]) -> Beeindig:
    return (await json_object(request, BeeindigIn)).vraag


class _Request:
    """What the three acts have in common."""

    def __init__(
        self,
        gemeente: str,
        nummer: str,
        caller: Caller,
        runtime: Parts,
        idempotency_key: IdempotencyKey = None,
        proef: Proef = False,  # noqa: FBT002 - a query parameter
    ) -> None:
        self._gemeente, self._nummer = gemeente, nummer
        self._caller, self._runtime = caller, runtime
        self._sleutel, self._proef = idempotency_key, proef

    def answer(self, vraag: Vraag) -> Response:
        """201 with what was done; on trial 200 with what would be."""
        if not (GEMEENTE.fullmatch(self._gemeente) and NUMMER_OR_SLEUTEL.fullmatch(self._nummer)):
            raise NotFound("Er is geen toewijzing met dit nummer.")
        answer = change_toewijzing(
            self._runtime,
            self._caller,
            vraag,
            gemeente=self._gemeente,
            nummer=self._nummer,
            sleutel=self._sleutel,
            answer=partial(_answer, self._runtime.today()),
            proef=self._proef,
        )
        status = HTTPStatus.OK if self._proef else HTTPStatus.CREATED
        return Response(answer, status, media_type="application/json")


Act = Annotated[_Request, Depends()]
RESPONSES = {
    HTTPStatus.CREATED: {"model": WijzigingOut, "description": "Gedaan"},
    HTTPStatus.OK: {"model": WijzigingOut, "description": "Met `proef`: zo zou het worden"},
} | problems(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT)


@router.post(
    "/_splits",
    status_code=HTTPStatus.CREATED,
    summary="Een toewijzing splitsen",
    openapi_extra=json_body(SplitsIn),
    responses=RESPONSES,
)
def post_splits(vraag: Annotated[Splits, Depends(_splits)], act: Act) -> Response:
    """Geef een tweede aanbieder vanaf een CAK-periode een deel; de eerste gaat verder onder een nieuw nummer.

    Zonder contract voor het product wordt de tweede alleen als onderaannemer genoteerd, vanaf die periode. Een
    toewijzing per maand of per jaar is alleen te splitsen vanaf haar begin, en waar een CAK-periode op de eerste dag
    van een maand of jaar begint.
    """
    return act.answer(vraag)


@router.post(
    "/_wijzig",
    status_code=HTTPStatus.CREATED,
    summary="Het volume van een toewijzing wijzigen",
    openapi_extra=json_body(WijzigIn),
    responses=RESPONSES,
)
def post_wijzig(vraag: Annotated[Wijzig, Depends(_wijzig)], act: Act) -> Response:
    """Vanaf een CAK-periode een ander volume: onder een nieuw nummer, of bij frequentie 6 als nieuwe versie."""
    return act.answer(vraag)


@router.post(
    "/_beeindig",
    status_code=HTTPStatus.CREATED,
    summary="Een toewijzing eerder of later laten eindigen",
    openapi_extra=json_body(BeeindigIn),
    responses=RESPONSES,
)
def post_beeindig(vraag: Annotated[Beeindig, Depends(_beeindig)], act: Act) -> Response:
    """Een andere einddatum; de ingangsdatum met reden 01 verwijdert de toewijzing.

    Met `samenvoegen` krijgt de eerste aanbieder het volume terug vanaf de volgende CAK-periode; werkt er een
    onderaannemer, dan is de einddatum zijn laatste dag en blijft de toewijzing zoals ze is. Ligt de einddatum op de dag
    voor zijn begin, dan vervalt hij. Verlengen kan zolang de delen samen niet meer worden dan het geheel.
    """
    return act.answer(vraag)


def _answer(today: date, view: WijzigingView) -> str:
    return WijzigingOut.of(view, today).model_dump_json(by_alias=True)
