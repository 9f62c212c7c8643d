"""What is late or due, whose turn it is, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool

from app.domain.principal import Recht
from app.domain.refusals import InvalidInput
from app.domain.termijnen import Beurt, TermijnSoort, TermijnStatus
from app.processing.csv_rows import csv_text
from app.processing.termijnen import TermijnVraag, mark_gehaald
from app.processing.termijnen_bekijken import MOST_COUNTED, SOON, Te, nearby, termijnen_file, termijnen_page
from app.web.pages import HEADERS, Fouten, onward, page
from app.web.visit import Bezoek, Visit

router = APIRouter()

ON_A_PAGE: Final = 50
AGB: Final = re.compile(r"[0-9]{8}")
NO_AGB: Final = "Een AGB-code is 8 cijfers."
NABIJ: Final = "nabij"
ALLES: Final = "alles"
SOORTEN: Final[Mapping[TermijnSoort, str]] = {
    TermijnSoort.RETOUR_301: "Retour op een 301",
    TermijnSoort.RETOUR_303: "Retour op een 303",
    TermijnSoort.BEGELEIDINGSPLAN: "Begeleidingsplan",
    TermijnSoort.EVALUATIE: "Evaluatie",
    TermijnSoort.EINDE_INDICATIE: "Einde van de indicatie",
}
TO_DO: Final[Mapping[TermijnSoort, str]] = {
    TermijnSoort.RETOUR_301: "Vraag de aanbieder om een 302: die bevestigt de toewijzing.",
    TermijnSoort.RETOUR_303: "Open het bericht en kijk waarom er nog geen 304 is verstuurd.",
    TermijnSoort.BEGELEIDINGSPLAN: "Vraag de aanbieder om het begeleidingsplan. Is het er al? Meld dat dan hier.",
    TermijnSoort.EVALUATIE: "Plan de evaluatie met de client en de aanbieder. Is die geweest? Meld dat dan hier.",
    TermijnSoort.EINDE_INDICATIE: "Bepaal of de client hierna nog hulp nodig heeft. De indicatie stopt vanzelf.",
}
STANDEN: Final = (
    (TermijnStatus.TE_LAAT.value, "Alleen wat te laat is"),
    (NABIJ, "Nog te doen binnen 5 werkdagen"),
    (ALLES, "Alles wat nog moet"),
)
ALL_SOORTEN: Final = [(soort.value, text) for soort, text in SOORTEN.items()]
ALL_BEURTEN: Final = [(Beurt.GEMEENTE.value, "Wij (de gemeente)"), (Beurt.AANBIEDER.value, "De aanbieder")]
WORDS: Final[Mapping[str, object]] = {
    "soorten": ALL_SOORTEN,
    "beurten": ALL_BEURTEN,
    "standen": STANDEN,
    "words": SOORTEN,
    "to_do": TO_DO,
    "most": MOST_COUNTED,
}
HEADINGS: Final = (
    "soort", "status", "uiterlijk", "werkdagen te laat", "wie", "aanbieder", "naam aanbieder", "gemeente", "toewijzing",
    "bericht", "wat te doen",
)  # fmt: skip

Asked = Annotated[str, Query(max_length=80)]


@router.get("/termijnen")
def show(
    bezoek: Visit,
    status: Asked = "",
    soort: Asked = "",
    aan_zet: Annotated[str, Query(alias="aanZet", max_length=20)] = "",
    aanbieder: Asked = "",
    na: Asked = "",
) -> HTMLResponse:
    """What is late first, then what is due soon."""
    given = {"status": status, "soort": soort, "aanZet": aan_zet, "aanbieder": aanbieder.strip()}
    wrong = {"aanbieder": NO_AGB} if aanbieder and not AGB.fullmatch(given["aanbieder"]) else {}
    vraag = _vraag(bezoek, given if not wrong else {})
    found = termijnen_page(bezoek.runtime, bezoek.visitor, bezoek.zicht, vraag, cursor=na or None, limit=ON_A_PAGE)
    return page(
        bezoek,
        "termijnen/termijnen.html",
        status=HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK,
        fouten=Fouten(by_field=wrong),
        given=given,
        found=found,
        aanbieders=sorted({agb: naam for (_, agb), naam in found.namen.items()}.items(), key=lambda pair: pair[1]),
        may_mark=bezoek.visitor.may(Recht.TOEWIJZINGEN_BEHEREN),
        today=bezoek.runtime.today(),
        soon=bezoek.runtime.today() + SOON,
        **_addresses(given, na, found.cursor),
        **WORDS,
    )


def _addresses(given: Mapping[str, str], na: str, cursor: str | None) -> dict[str, object]:
    """Where the page is, where the next one is, and what both ask for."""
    asked = {name: value for name, value in given.items() if value}
    return {
        "asked": urlencode(asked),
        "here_now": f"/termijnen?{urlencode({**asked, 'na': na} if na else asked)}",
        "next": urlencode({**asked, "na": cursor}) if cursor else None,
        "is_further": bool(na),
    }


@router.get("/termijnen/csv")
def as_csv(
    bezoek: Visit,
    status: Asked = "",
    soort: Asked = "",
    aan_zet: Annotated[str, Query(alias="aanZet", max_length=20)] = "",
    aanbieder: Asked = "",
) -> Response:
    """The same, all of it, as a file for a spreadsheet."""
    given = {"status": status, "soort": soort, "aanZet": aan_zet, "aanbieder": aanbieder.strip()}
    if aanbieder and not AGB.fullmatch(given["aanbieder"]):
        raise InvalidInput(NO_AGB)
    rows = termijnen_file(bezoek.runtime, bezoek.visitor, bezoek.zicht, _vraag(bezoek, given))
    headers = {**HEADERS, "Content-Disposition": 'attachment; filename="termijnen.csv"'}
    lines = csv_text(HEADINGS, (_cells(te, naam) for te, naam in rows))
    return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")


@router.post("/termijnen/{id}/gehaald")
async def mark(bezoek: Visit, id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> Response:
    """The begeleidingsplan is there, or the evaluation has been."""
    await run_in_threadpool(mark_gehaald, bezoek.runtime, bezoek.visitor, bezoek.zicht, id)
    naar = bezoek.naar
    return onward(naar if naar.startswith("/termijnen") else "/termijnen")


def _vraag(bezoek: Bezoek, given: Mapping[str, str]) -> TermijnVraag:
    late = given.get("status") == TermijnStatus.TE_LAAT
    soorten = {soort.value: soort for soort in TermijnSoort}
    beurten = {beurt.value: beurt for beurt in Beurt}
    near = nearby(bezoek.runtime) if given.get("status") == NABIJ else TermijnVraag()
    return replace(
        near,
        status=TermijnStatus.TE_LAAT if late else near.status,
        openstaand=True,
        soort=soorten.get(given.get("soort", "")),
        aan_zet=beurten.get(given.get("aanZet", "")),
        aanbieder=given.get("aanbieder") or None,
        tot=near.tot or (None if late or given.get("status") == ALLES else bezoek.runtime.today() + SOON),
    )


def _cells(te: Te, naam: str | None) -> tuple[object, ...]:
    regel = te.regel
    return (
        SOORTEN[regel.soort], regel.status.value, regel.datum, te.te_laat, regel.aan_zet.value, regel.aanbieder, naam,
        regel.gemeente, regel.toewijzing, regel.bericht, TO_DO[regel.soort],
    )  # fmt: skip
