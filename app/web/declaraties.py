"""The declaraties, newest first, with what was claimed, granted and refused of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.processing.berichten_log import digits_of, is_bsn
from app.processing.declaratie_lijst import Status, Vraag, bladzijde_of
from app.web import declaratie_woorden
from app.web.pages import Fouten, page
from app.web.visit import Visit

router = APIRouter()

PATH: Final = "/declaraties"
FIELDS: Final = ("aanbieder", "jaar", "periode", "status", "factuurnummer")
ON_A_PAGE: Final = 50
PERIODEN: Final = 13
FIRST_YEAR, LAST_YEAR = 2015, 2099
AGB: Final = re.compile(r"[0-9]{8}")
FACTUURNUMMER: Final = re.compile(r"[^\x00-\x1f]{1,36}")
NO_BSN: Final = (
    "Dit lijkt een bsn. Dat hoort niet in een adres. Zoek het bij Berichten: daar kiest u of het een bsn of een"
    " factuurnummer is."
)
STATUSES: Final = [(Status.VERWERKT.value, "Beoordeeld"), (Status.AFGEKEURD.value, "Geweigerd")]


@router.get("/declaraties")
def show(request: Request, bezoek: Visit) -> HTMLResponse:
    """The list, narrowed as the address says."""
    typed = {name: request.query_params.get(name, "").strip() for name in FIELDS}
    bsns = _bsns(typed)
    typed = {name: "" if name in bsns else text for name, text in typed.items()}
    fouten = Fouten(by_field=_fouten(typed) | bsns)
    before = _id(request.query_params.get("voor", ""))
    vraag = Vraag(limit=ON_A_PAGE) if fouten else _vraag(typed, before)
    lijst = bladzijde_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, vraag)
    given = {name: text for name, text in typed.items() if text}
    return page(
        bezoek,
        "declaraties/lijst.html",
        status=HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK,
        fouten=fouten,
        typed=typed,
        narrowed=bool(given),
        lijst=lijst,
        onward_path=f"{PATH}?{urlencode({**given, 'voor': lijst.cursor})}" if lijst.cursor and not fouten else None,
        first_path=f"{PATH}?{urlencode(given)}" if given else PATH,
        is_further=before is not None,
        aanbieders=[(code, declaratie_woorden.naam(lijst.namen, code)) for code in lijst.aanbieders],
        perioden=[(str(number), f"Periode {number}") for number in range(1, PERIODEN + 1)],
        statuses=STATUSES,
        w=declaratie_woorden,
    )


def _bsns(typed: Mapping[str, str]) -> dict[str, str]:
    """The fields with what may be a bsn: that goes in no address."""
    return {name: NO_BSN for name, text in typed.items() if is_bsn(digits_of(text))}


def _fouten(typed: Mapping[str, str]) -> dict[str, str]:
    fouten: dict[str, str] = {}
    if typed["aanbieder"] and not AGB.fullmatch(typed["aanbieder"]):
        fouten["aanbieder"] = "Een AGB-code heeft acht cijfers."
    if typed["jaar"] and not _is_number(typed["jaar"], FIRST_YEAR, LAST_YEAR):
        fouten["jaar"] = f"Vul een jaar in, bijvoorbeeld {FIRST_YEAR + 3}."
    elif typed["periode"] and not typed["jaar"]:
        fouten["jaar"] = "Noem bij een periode ook het jaar."
    if typed["periode"] and not _is_number(typed["periode"], 1, PERIODEN):
        fouten["periode"] = f"Een periode is een getal van 1 tot en met {PERIODEN}."
    if typed["status"] and typed["status"] not in set(Status):
        fouten["status"] = "Kies een status uit de lijst."
    if typed["factuurnummer"] and not FACTUURNUMMER.fullmatch(typed["factuurnummer"]):
        fouten["factuurnummer"] = "Een factuurnummer heeft hoogstens 36 tekens."
    return fouten


def _vraag(typed: Mapping[str, str], before: str | None) -> Vraag:
    return Vraag(
        aanbieder=typed["aanbieder"] or None,
        jaar=int(typed["jaar"]) if typed["jaar"] else None,
        periode=int(typed["periode"]) if typed["periode"] else None,
        status=Status(typed["status"]) if typed["status"] else None,
        factuurnummer=typed["factuurnummer"] or None,
        limit=ON_A_PAGE,
        before=before,
    )


def _is_number(text: str, low: int, high: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high


def _id(text: str) -> str | None:
    """The id in an address, None for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return None
