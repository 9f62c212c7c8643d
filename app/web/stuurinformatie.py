"""What a gemeente steers on: uitnutting and stapeling, as picture, table and file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from app.domain.uitnutting import Sleutel, Stand, Uitnutting
from app.processing.stuurinformatie import Inrichtingen, UitnuttingView, UitnuttingVraag, uitnutting_of
from app.web.dutch import NO_BREAK, aantal, datum, moment
from app.web.pages import page
from app.web.pictures import bars
from app.web.sheets import Bestand, Blad, Cell, download, euros
from app.web.visit import Bezoek, PageRefused, Visit

router = APIRouter()

PERIODEN: Final = range(1, 14)
YEARS_BACK: Final = 4
ON_PAGE: Final = 100
"""Rows of product and aanbieder; all of them are in the file."""

AGB: Final = re.compile(r"[0-9]{8}")
CODE: Final = re.compile(r"[0-9A-Z]{1,5}")
KOPPEN: Final = (
    "gemeente", "categorie", "product", "aanbieder", "jaar", "periode", "toegewezenCenten", "gedeclareerdCenten",
    "toegekendCenten", "restCenten", "prognoseCenten", "toegewezen", "gedeclareerd", "toegekend", "rest", "prognose",
)  # fmt: skip

Given = Annotated[str, Query()]


def asked(
    bezoek: Visit,
    gemeente: Given = "",
    jaar: Given = "",
    van: Given = "",
    tot: Given = "",
    aanbieder: Given = "",
    product: Given = "",
) -> UitnuttingVraag:
    """What was asked; what cannot be is as if it was not asked. Raises PageRefused for a gemeente of others."""
    chosen = own_gemeente(bezoek, gemeente)
    first = _number(van, PERIODEN, 1)
    return UitnuttingVraag(
        gemeenten=[chosen] if chosen else sorted(bezoek.visitor.gemeenten),
        jaar=_number(jaar, _years(bezoek), bezoek.runtime.today().year),
        van=first,
        tot=max(first, _number(tot, PERIODEN, PERIODEN[-1])),
        aanbieder=aanbieder if AGB.fullmatch(aanbieder) else None,
        product=product if CODE.fullmatch(product) else None,
    )


Asked = Annotated[UitnuttingVraag, Depends(asked)]


@router.get("/stuurinformatie")
def show(bezoek: Visit, vraag: Asked) -> HTMLResponse:
    """What of the money is used, per period, and per product and aanbieder."""
    view = uitnutting_of(bezoek.runtime, bezoek.visitor, vraag)
    cijfers = view.cijfers
    return page(
        bezoek,
        "stuurinformatie/uitnutting.html",
        vraag=vraag,
        query=_query(bezoek, vraag),
        choices=_choices(bezoek, view),
        cijfers=cijfers,
        totaal=cijfers.totaal,
        picture=_picture(cijfers),
        perioden=[(vak, cijfers.in_periode(vak)) for vak in cijfers.perioden],
        rows=_largest(cijfers),
        declared_by=view.declared_by,
        named=namer(view.inrichtingen),
    )


@router.get("/stuurinformatie/uitnutting.csv")
def as_csv(bezoek: Visit, vraag: Asked) -> Response:
    """The figures per period, product and aanbieder, for a program."""
    return _file(bezoek, vraag, Bestand.CSV)


@router.get("/stuurinformatie/uitnutting.xlsx")
def as_xlsx(bezoek: Visit, vraag: Asked) -> Response:
    """The same as a workbook, with a sheet that says how it was made."""
    return _file(bezoek, vraag, Bestand.XLSX)


def own_gemeente(bezoek: Bezoek, given: str) -> str | None:
    """The gemeente that was chosen, None for none; raises PageRefused for one of others."""
    if given and given not in bezoek.visitor.gemeenten:
        raise PageRefused(HTTPStatus.NOT_FOUND)
    return given or None


def gemeente_choices(inrichtingen: Inrichtingen) -> list[tuple[str, str]]:
    """The gemeenten of the visitor, by name."""
    return [(code, f"{one.naam} ({code})" if one.naam else code) for code, one in sorted(inrichtingen.items())]


def namer(inrichtingen: Inrichtingen) -> Callable[[str], str]:
    """What gives the name of an aanbieder or product beside its code."""
    names = {one.agb: one.naam for inrichting in inrichtingen.values() for one in inrichting.aanbieders}
    names |= {one.code: one.naam for inrichting in inrichtingen.values() for one in inrichting.producten}
    return lambda code: f"{names[code]} ({code})" if names.get(code) else code


def _number(given: str, among: Sequence[int], otherwise: int) -> int:
    number = int(given) if given.isascii() and given.isdigit() and len(given) <= len("2018") else otherwise
    return number if number in among else otherwise


def _years(bezoek: Bezoek) -> range:
    today = bezoek.runtime.today()
    return range(today.year - YEARS_BACK, today.year + 2)


def _query(bezoek: Bezoek, vraag: UitnuttingVraag) -> str:
    """The same question, for the address of a file."""
    only = vraag.gemeenten[0] if len(vraag.gemeenten) < len(bezoek.visitor.gemeenten) else None
    given = {
        "gemeente": only, "jaar": vraag.jaar, "van": vraag.van, "tot": vraag.tot, "aanbieder": vraag.aanbieder,
        "product": vraag.product,
    }  # fmt: skip
    return urlencode({name: value for name, value in given.items() if value is not None})


def _choices(bezoek: Bezoek, view: UitnuttingView) -> Mapping[str, Sequence[tuple[str, str]]]:
    """What can be chosen in each list."""
    found, inrichtingen, named = view.cijfers.standen, view.inrichtingen.values(), namer(view.inrichtingen)
    aanbieders = {contract.aanbieder for one in inrichtingen for contract in one.contracten}
    producten = {product.code for one in inrichtingen for product in one.producten}
    return {
        "gemeenten": gemeente_choices(view.inrichtingen),
        "jaren": [(str(jaar), str(jaar)) for jaar in reversed(_years(bezoek))],
        "perioden": [(str(periode), str(periode)) for periode in PERIODEN],
        "aanbieders": [(agb, named(agb)) for agb in sorted(aanbieders.union(one.aanbieder for one in found))],
        "producten": [(code, named(code)) for code in sorted(producten.union(one.code for one in found if one.code))],
    }


def _largest(cijfers: Uitnutting) -> list[tuple[Sleutel, Stand]]:
    """The rows with the most money, in their order."""
    every = [(sleutel, cijfers.of(sleutel)) for sleutel in cijfers.standen]
    most = sorted(every, key=lambda row: max(row[1].toegewezen, row[1].gedeclareerd), reverse=True)[:ON_PAGE]
    shown = {sleutel for sleutel, _ in most}
    return [row for row in every if row[0] in shown]


def _picture(cijfers: Uitnutting) -> Markup:
    standen = [cijfers.in_periode(vak) for vak in cijfers.perioden]
    return bars(
        "uitnutting",
        "Uitnutting per periode",
        "Per periode het toegewezen bedrag, wat daarvan is toegekend en wat er wordt verwacht. De tabel hieronder "
        "heeft dezelfde bedragen.",
        labels=[str(vak.periode) for vak in cijfers.perioden],
        series={
            "Toegewezen": [one.toegewezen for one in standen],
            "Toegekend": [one.toegekend for one in standen],
            "Verwacht": [one.prognose for one in standen],
        },
        shown=whole_euros,
    )


def whole_euros(cents: int) -> str:
    """An amount for on an axis.

    >>> whole_euros(123456).replace(NO_BREAK, " ")
    '€ 1.234'
    """
    return f"€{NO_BREAK}{aantal(cents // 100)}"


def _file(bezoek: Bezoek, vraag: UitnuttingVraag, vorm: Bestand) -> Response:
    view = uitnutting_of(bezoek.runtime, bezoek.visitor, vraag, as_file=vorm)
    bladen = [
        Blad(naam="Uitnutting", koppen=KOPPEN, rijen=[*_rows(view.cijfers)]),
        Blad(naam="Toelichting", koppen=["Toelichting"], rijen=[[line] for line in _explained(bezoek, view)]),
    ]
    return download(f"uitnutting-{vraag.jaar}", vorm, bladen)


def _rows(cijfers: Uitnutting) -> Iterator[Sequence[Cell]]:
    for sleutel, cells in cijfers.standen.items():
        for vak, stand in cells.items():
            cents = (stand.toegewezen, stand.gedeclareerd, stand.toegekend, stand.rest, stand.prognose)
            name = (sleutel.gemeente, sleutel.categorie, sleutel.code, sleutel.aanbieder, vak.jaar, vak.periode)
            yield (*name, *cents, *map(euros, cents))


def _explained(bezoek: Bezoek, view: UitnuttingView) -> list[str]:
    return [
        f"Gemaakt op {moment(bezoek.runtime.now())}. Bedragen staan er twee keer: in hele centen en in euro's.",
        "Toegewezen: het volume van de toewijzingen in de CAK-periode, maal het afgesproken tarief.",
        "Gedeclareerd: wat aanbieders vroegen, met wat is afgewezen; credits zijn eraf getrokken.",
        "Toegekend: wat daarvan is goedgekeurd. Rest: toegewezen min toegekend.",
        "Een regel telt in de periode waarin de eerste dag ervan valt.",
        f"Prognose: perioden die eindigden voor {datum(view.declared_by)} gelden als helemaal gedeclareerd. Voor de "
        "andere rekenen we met het deel dat daarvan is toegekend: van dit product bij deze aanbieder, anders van dit "
        "product, anders met alles wat is toegewezen.",
        f"Toewijzingen zonder bekend bedrag, die niet meetellen: {view.cijfers.onbekend}.",
    ]
