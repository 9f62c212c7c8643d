"""The list of berichten: filter, search, page through it, and keep an eye on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse

from app.domain.bericht import BerichtStatus, Richting
from app.domain.refusals import TooManyRequests
from app.processing.berichten_log import (
    MOST_EXPORTED,
    Overzicht,
    Vraag,
    Zoeksoort,
    export,
    look,
    more_than_counted,
    stand_of,
)
from app.processing.csv_rows import csv_text
from app.storage.berichten_lijst import COUNTED, BerichtRegel
from app.web.berichten_vraag import FILTERS, LIJST, NUMBERS, Gevraagd, address_of, asked_by_address, asked_by_form
from app.web.dutch import AMSTERDAM, aantal, statusnaam
from app.web.pages import HEADERS, Fouten, onward, page
from app.web.soorten import soort_choices
from app.web.visit import Bezoek, Visit

router = APIRouter()

STAND: Final = "/berichten/stand"
CSV: Final = "/berichten/lijst.csv"
TEGELS: Final = {
    BerichtStatus.IN_VERWERKING: "",
    BerichtStatus.VERWERKT: "success",
    BerichtStatus.AFGEKEURD: "error",
    BerichtStatus.TE_VERZENDEN: "",
    BerichtStatus.VERZONDEN: "",
    BerichtStatus.AFGELEVERD: "success",
    BerichtStatus.BEANTWOORD: "success",
    BerichtStatus.MISLUKT: "error",
}
GEZOCHT: Final = {
    Zoeksoort.BSN: "bsn",
    Zoeksoort.NUMMER: "nummer",
    Zoeksoort.IDENTIFICATIE: "identificatie",
    Zoeksoort.FACTUURNUMMER: "factuurnummer",
    Zoeksoort.TOEWIJZING: "toewijzingnummer",
}
KEUZES: Final = [
    (Zoeksoort.BSN.value, "Bsn van een client"),
    (Zoeksoort.IDENTIFICATIE.value, "Identificatie van een bericht"),
    (Zoeksoort.FACTUURNUMMER.value, "Factuurnummer"),
    (Zoeksoort.TOEWIJZING.value, "Toewijzingnummer"),
]
CHOICES: Final[Mapping[str, Any]] = {
    "soorten": soort_choices(),
    "richtingen": [(richting.value, richting.value.capitalize()) for richting in Richting],
    "statussen": [(status.value, statusnaam(status)) for status in TEGELS],
    "keuzes": KEUZES,
    "numbers": tuple(NUMBERS),
}
COLUMNS: Final = (
    "ontvangen_op", "soort", "release", "richting", "afzender", "naam_afzender", "ontvanger", "naam_ontvanger",
    "identificatie", "status", "bevindingen", "eerste_retourcode",
)  # fmt: skip


@router.get("/berichten")
def show(bezoek: Visit, request: Request) -> Response:
    """The list, as the address narrows it."""
    gevraagd = asked_by_address(request.query_params)
    if gevraagd.fouten:
        return _list(bezoek, gevraagd, None)
    overzicht = look(bezoek.runtime, bezoek.visitor, bezoek.zicht, gevraagd.vraag)
    return onward(gevraagd.address()) if overzicht.blad.over_de_rand else _list(bezoek, gevraagd, overzicht)


@router.get(STAND)
def stand(bezoek: Visit, request: Request) -> Response:
    """A text that changes when the list does; it says nothing of what is in it."""
    gevraagd = asked_by_address(request.query_params)
    if gevraagd.fouten:
        return PlainTextResponse("", HTTPStatus.BAD_REQUEST, HEADERS)
    return PlainTextResponse(stand_of(bezoek.runtime, bezoek.zicht, gevraagd.vraag), headers=HEADERS)


@router.get(CSV)
def download(bezoek: Visit, request: Request) -> Response:
    """The list as CSV, as far as a spreadsheet can hold it."""
    gevraagd = asked_by_address(request.query_params)
    if gevraagd.fouten:
        return _list(bezoek, gevraagd, None)
    text = csv_text(COLUMNS, _rows(*export(bezoek.runtime, bezoek.visitor, bezoek.zicht, gevraagd.vraag)))
    disposition = {"Content-Disposition": 'attachment; filename="berichten.csv"'}
    return StreamingResponse(text, media_type="text/csv; charset=utf-8", headers={**HEADERS, **disposition})


@router.get("/berichten/zoek")
def begin() -> Response:
    """Nothing is found by address: who comes back here begins again."""
    return onward(LIJST)


@router.post("/berichten/zoek")
def search(bezoek: Visit) -> Response:
    """Find berichten; with what may be a bsn the answer is the page itself, else it has an address."""
    gevraagd = asked_by_form(bezoek.form)
    if gevraagd.fouten:
        return _list(bezoek, gevraagd, None)
    if (address := address_of(gevraagd)) is not None:
        return onward(address)
    try:
        overzicht = _look_again(bezoek, gevraagd.vraag)
    except TooManyRequests as refusal:
        return _too_often(bezoek, gevraagd, refusal)
    return _found(bezoek, gevraagd, overzicht)


def _look_again(bezoek: Bezoek, vraag: Vraag) -> Overzicht:
    """A page of what was found; the first one where nothing is newer."""
    overzicht = look(bezoek.runtime, bezoek.visitor, bezoek.zicht, vraag)
    if overzicht.blad.over_de_rand:
        return look(bezoek.runtime, bezoek.visitor, bezoek.zicht, replace(vraag, voor=None, na=None))
    return overzicht


def _list(bezoek: Bezoek, gevraagd: Gevraagd, overzicht: Overzicht | None) -> HTMLResponse:
    fouten = Fouten(by_field=dict(gevraagd.fouten))
    return page(
        bezoek,
        "berichten/lijst.html",
        status=HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK,
        fouten=fouten,
        gevraagd=gevraagd,
        overzicht=overzicht,
        tegels=_tiles(gevraagd, overzicht) if overzicht else [],
        gezocht=_searched(gevraagd.vraag),
        may_propose=bool(bezoek.zicht.gemeenten),
        csv=gevraagd.address(CSV),
        most_exported=MOST_EXPORTED,
        **CHOICES,
    )


def _found(bezoek: Bezoek, gevraagd: Gevraagd, overzicht: Overzicht) -> HTMLResponse:
    return page(
        bezoek,
        "berichten/lijst_gevonden.html",
        gevraagd=gevraagd,
        overzicht=overzicht,
        gezocht=_searched(gevraagd.vraag),
        of_client=gevraagd.vraag.zoeksoort is Zoeksoort.BSN,
        **CHOICES,
    )


def _too_often(bezoek: Bezoek, gevraagd: Gevraagd, refusal: TooManyRequests) -> HTMLResponse:
    answer = _list(bezoek, replace(gevraagd, fouten={"zoek": f"{refusal.detail} Probeer het later opnieuw."}), None)
    answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
    answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


class Tegel(NamedTuple):
    """A count that leads to what was counted."""

    naam: str
    soort: str
    aantal: str
    meer: bool
    adres: str
    gekozen: bool


def _tiles(gevraagd: Gevraagd, overzicht: Overzicht) -> list[Tegel]:
    """One for every status; it counts the whole log, so it leads to that status alone."""
    only = {name: value for name, value in gevraagd.given.items() if name in FILTERS}
    return [
        Tegel(
            naam=statusnaam(status),
            soort=kind if overzicht.aantallen[status] else "",
            aantal=aantal(min(overzicht.aantallen[status], COUNTED)),
            meer=more_than_counted(overzicht.aantallen[status]),
            adres=f"{LIJST}?status={status}",
            gekozen=only == {"status": status} and gevraagd.vraag.zoeksoort is None,
        )
        for status, kind in TEGELS.items()
    ]


def _searched(vraag: Vraag) -> tuple[str, str] | None:
    return (GEZOCHT[vraag.zoeksoort], vraag.zoek) if vraag.zoeksoort is not None else None


def _rows(regels: Sequence[BerichtRegel], namen: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    for regel in regels:
        van, naar = regel.afzender or "", regel.ontvanger or ""
        moment = regel.ontvangen_op.astimezone(AMSTERDAM).isoformat(timespec="seconds")
        what = (moment, regel.soort, regel.release, regel.richting, van, namen.get(van), naar, namen.get(naar))
        yield (*what, regel.identificatie, regel.status, regel.bevindingen, regel.retourcode)
