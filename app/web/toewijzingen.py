"""The list of toewijzingen, newest first, with what is left today."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from app.processing.toewijzing_view import Lijst, inrichtingen_of, list_of
from app.storage.toewijzing_records import ToewijzingFilters
from app.web import toewijzing_woorden as w
from app.web.pages import Fouten, page
from app.web.velden import datum_of
from app.web.visit import Bezoek, Visit

router = APIRouter()

ON_A_PAGE: Final = 50
AGB: Final = re.compile(r"[0-9]{8}")
NUMMER: Final = re.compile(r"[0-9]{1,9}")
CODE: Final = re.compile(r"[0-9A-Z]{5}")
CURSOR: Final = re.compile(r"[0-9]{1,18}")

Asked = Annotated[str, Query(max_length=40)]


@router.get("/toewijzingen")
def show(
    bezoek: Visit,
    nummer: Asked = "",
    aanbieder: Asked = "",
    product: Asked = "",
    actief_op: Annotated[str, Query(alias="actiefOp", max_length=40)] = "",
    voor: Asked = "",
) -> HTMLResponse:
    """A page of the list, or what is wrong with its filters."""
    given = {"nummer": nummer, "aanbieder": aanbieder, "product": product, "actiefOp": actief_op}
    given = {name: value.strip() for name, value in given.items()}
    fouten: dict[str, str] = {}
    filters = _filters(given, voor, fouten)
    lijst = _found(bezoek, filters) if not fouten else Lijst([], None)
    asked = {name: value for name, value in given.items() if value}
    onward = urlencode({**asked, "voor": str(lijst.cursor)}) if lijst.cursor is not None else None
    return page(
        bezoek,
        "toewijzingen/lijst.html",
        status=HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK,
        fouten=Fouten(by_field=fouten),
        given=given,
        asked=asked,
        lijst=lijst,
        next=onward,
        first=urlencode(asked) if voor else None,
        producten=_producten(bezoek),
        today=bezoek.runtime.today(),
        w=w,
    )


def _found(bezoek: Bezoek, filters: ToewijzingFilters) -> Lijst:
    return list_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, filters, limit=ON_A_PAGE)


def _filters(given: dict[str, str], voor: str, fouten: dict[str, str]) -> ToewijzingFilters:
    """The filters; what cannot be one is said by the name of its field."""
    wrong = (
        ("nummer", NUMMER, "Een nummer is ten hoogste 9 cijfers."),
        ("aanbieder", AGB, "Een AGB-code is 8 cijfers."),
        ("product", CODE, "Een productcode is 5 cijfers of hoofdletters."),
    )
    for name, pattern, text in wrong:
        if given[name] and not pattern.fullmatch(given[name]):
            fouten[name] = text
    day: date | None = datum_of(given["actiefOp"])
    if given["actiefOp"] and day is None:
        fouten["actiefOp"] = "Dit is geen datum. Schrijf bijvoorbeeld 1-3-2018."
    if fouten:
        return ToewijzingFilters()
    return ToewijzingFilters(
        aanbieder=given["aanbieder"] or None,
        product=given["product"] or None,
        actief_op=day,
        nummer=int(given["nummer"]) if given["nummer"] else None,
        before=int(voor) if CURSOR.fullmatch(voor) else None,
    )


def _producten(bezoek: Bezoek) -> list[tuple[str, str]]:
    found = {
        product.code: f"{product.code} {product.naam}"
        for inrichting in inrichtingen_of(bezoek.runtime, bezoek.zicht)
        for product in inrichting.producten
    }
    return sorted(found.items())
