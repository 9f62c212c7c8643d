"""One declaratie: what was granted, what was refused and why, a proposal to set it right, and what to print of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from app.domain.declaratie import Prestatie
from app.domain.principal import Recht
from app.domain.refusals import NotFound
from app.domain.settlement import Uitkomst
from app.processing.csv_rows import csv_text
from app.processing.declaratie_beeld import (
    Beeld,
    Blik,
    beeld_of,
    declaratie_id_of,
    specificatie_of,
    stand_of,
    wacht_of,
)
from app.processing.declaratie_voorstel import MOST_LINES, Herstel, herstel_of
from app.web import declaratie_woorden
from app.web.pages import GEEN, HEADERS, Fouten, onward, page
from app.web.visit import Bezoek, Visit

router = APIRouter()

ON_PAPER: Final = 500
MOST_PLACES: Final = 1_000_000
HIGHEST_VOLUME: Final = 99_999_999
COLUMNS: Final = (
    "hoortBijRegel", "referentieNummer", "vorigReferentieNummer", "beschikkingNummer", "toewijzingNummer",
    "productCategorie", "productCode", "begindatum", "einddatum", "geleverdVolume", "eenheid", "verrekenpercentage",
    "productTariefCenten", "bedragCenten", "debetCredit",
)  # fmt: skip


@router.get("/declaraties/{id}")
def show(id: str, request: Request, bezoek: Visit) -> Response:
    """A declaratie, or how far its 303 is."""
    name = _id(id)
    known = declaratie_id_of(bezoek.runtime, bezoek.zicht, name)
    if known is not None:
        return onward(f"/declaraties/{known}")
    asked = request.query_params
    toon = asked.get("toon", "")
    blik = Blik(
        toegekend=None if toon == "afgewezen" else _place(asked.get("toegekend-vanaf", "")),
        afgewezen=None if toon == "toegekend" else _place(asked.get("afgewezen-vanaf", "")),
    )
    try:
        beeld = beeld_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, name, blik)
    except NotFound:
        return _waiting(bezoek, name)
    return page(
        bezoek,
        "declaraties/declaratie.html",
        beeld=beeld,
        declaratie=beeld.declaratie,
        toon=toon if toon in {"toegekend", "afgewezen"} else "",
        blik=blik,
        pad=f"/declaraties/{name}",
        of_gemeente=beeld.declaratie.gemeente in bezoek.visitor.gemeenten,
        product=_products(beeld),
        redenen=declaratie_woorden.redenen(beeld.bevindingen, _header_codes(beeld)),
        uitkomst=_uitkomst(beeld),
        w=declaratie_woorden,
    )


@router.get("/declaraties/{id}/stand")
def stand(id: str, bezoek: Visit) -> PlainTextResponse:
    """How far a 303 is, for a page that waits; it says nothing of what is in it."""
    return PlainTextResponse(stand_of(bezoek.runtime, bezoek.zicht, _id(id)), headers=HEADERS)


@router.get("/declaraties/{id}/voorstel")
def proposal(id: str, request: Request, bezoek: Visit) -> Response:
    """What the aanbieder could declare to set lines right."""
    keuze = _keuze(request)
    herstel = herstel_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, _id(id), keuze.volumes)
    query = urlencode([(name, value) for name, value in request.query_params.multi_items() if value])
    return page(
        bezoek,
        "declaraties/voorstel.html",
        status=HTTPStatus.BAD_REQUEST if keuze.fouten else HTTPStatus.OK,
        fouten=keuze.fouten,
        herstel=herstel,
        declaratie=herstel.declaratie,
        volumes=keuze.volumes,
        typed=keuze.typed,
        csv_path=f"/declaraties/{herstel.declaratie.id}/voorstel.csv" + (f"?{query}" if query else ""),
        w=declaratie_woorden,
    )


@router.get("/declaraties/{id}/voorstel.csv")
def proposal_csv(id: str, request: Request, bezoek: Visit) -> Response:
    """The same lines for a spreadsheet; without bsn, for the aanbieder knows them by their number."""
    herstel = herstel_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, _id(id), _keuze(request).volumes)
    named = f'attachment; filename="voorstel-{herstel.declaratie.id}.csv"'
    text = "".join(csv_text(COLUMNS, _rows(herstel)))
    return Response(text, media_type="text/csv", headers={**HEADERS, "Content-Disposition": named})


@router.get("/declaraties/{id}/specificatie")
def specification(id: str, request: Request, bezoek: Visit) -> Response:
    """The declaratie on paper, for the aanbieder: in parts when it has very many lines."""
    deel = max(_place(request.query_params.get("deel", "")), 1)
    beeld, regels = specificatie_of(
        bezoek.runtime, bezoek.visitor, bezoek.zicht, _id(id), vanaf=(deel - 1) * ON_PAPER, limit=ON_PAPER
    )
    return page(
        bezoek,
        "declaraties/specificatie.html",
        beeld=beeld,
        declaratie=beeld.declaratie,
        regels=regels,
        deel=deel,
        delen=max(-(-beeld.aantal() // ON_PAPER), 1),
        product=_products(beeld),
        redenen=declaratie_woorden.redenen(beeld.bevindingen, _header_codes(beeld)),
        vandaag=bezoek.runtime.today(),
        w=declaratie_woorden,
    )


def _waiting(bezoek: Bezoek, bericht_id: str) -> Response:
    wacht = wacht_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, bericht_id)
    return page(
        bezoek,
        "declaraties/wacht.html",
        wacht=wacht,
        bericht=wacht.bericht,
        of_gemeente=wacht.bericht.gemeente in bezoek.visitor.gemeenten,
        may_act=bezoek.visitor.for_gemeente and bezoek.visitor.may(Recht.BERICHTEN_INDIENEN),
        stand=wacht.bericht.status if wacht.voortgang is None else str(wacht.voortgang),
        redenen=declaratie_woorden.redenen(wacht.bericht.findings, ()),
        w=declaratie_woorden,
    )


@dataclass(frozen=True, slots=True)
class _Keuze:
    """The lines that were chosen, with the right volume of each where that was given, and as it was typed."""

    volumes: Mapping[int, int | None]
    typed: Mapping[int, str]
    fouten: Fouten = GEEN


def _keuze(request: Request) -> _Keuze:
    asked = request.query_params
    places = dict.fromkeys(_place(text) - 1 for text in asked.getlist("regel") if _place(text))
    chosen = sorted(places)[:MOST_LINES]
    typed = {place: asked.get(f"volume-{place + 1}", "").strip() for place in chosen}
    wrong = {place: text for place, text in typed.items() if text and not _is_volume(text)}
    volumes = {place: int(text) if text and place not in wrong else None for place, text in typed.items()}
    fouten = {f"volume-{place + 1}": "Vul een heel getal in, of laat dit leeg." for place in wrong}
    return _Keuze(volumes, typed, Fouten(by_field=fouten))


def _is_volume(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_VOLUME))


def _rows(herstel: Herstel) -> Iterator[list[object]]:
    for one in herstel.regels:
        basis = one.correctie.regel.prestatie.product_referentie.referentie_nummer
        yield from ([basis, *_cells(line)] for line in (one.correctie.credit, one.correctie.debet) if line)


def _cells(line: Prestatie) -> list[object]:
    ingediend, referentie = line.ingediende_bedrag_prestatie, line.product_referentie
    return [
        referentie.referentie_nummer,
        referentie.vorig_referentie_nummer,
        line.beschikking_nummer,
        line.toewijzing_nummer,
        line.product_categorie,
        line.product_code,
        line.product_periode.begindatum,
        line.product_periode.einddatum,
        ingediend.geleverd_volume,
        ingediend.eenheid.value,
        ingediend.verrekenpercentage,
        ingediend.product_tarief.cents if ingediend.product_tarief else None,
        ingediend.declaratie_factuur_bedrag.bedrag.cents,
        ingediend.declaratie_factuur_bedrag.debet_credit.value,
    ]


def _uitkomst(beeld: Beeld) -> tuple[str, str]:
    return declaratie_woorden.uitkomst(beeld.declaratie, some=beeld.aantal(Uitkomst.DEELS, Uitkomst.TOEGEKEND) > 0)


def _products(beeld: Beeld) -> Mapping[str, str]:
    """What products are called, by code; the name that was given last."""
    return {one.code: one.naam for one in beeld.inrichting.producten} if beeld.inrichting else {}


def _header_codes(beeld: Beeld) -> tuple[str, ...]:
    return beeld.declaratie.retour_codes if beeld.bevindingen or not beeld.totalen else ()


def _place(text: str) -> int:
    """A number in an address; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(MOST_PLACES)) else 0


def _id(text: str) -> str:
    """The id in an address; raises NotFound for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFound("Er is geen declaratie met dit id.") from None
