"""One bericht: what it is, what became of it, what is wrong with it and where, and what one can do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from app.domain.bericht import BerichtStatus
from app.domain.logboek import Handeling, LogRecord, Uitkomst
from app.domain.principal import Recht
from app.domain.refusals import InvalidInput
from app.processing.bericht_bekijken import FINDINGS_AT_ONCE, Blik, Inzien, Keuze, download, look_at, state_of
from app.processing.bericht_goedkeuren import Besluit, ask, decide, is_own, naam_of
from app.processing.opnieuw import Opnieuw, try_again
from app.storage.goedkeuringen import GoedkeuringStatus
from app.web.bericht_bevindingen import afgewezen, bevindingen, by_line
from app.web.bericht_tijdlijn import stappen, tijdlijn
from app.web.bericht_woorden import STATUSSEN, in_een_zin, kort, partij, postadres
from app.web.gedaan import did_just_now
from app.web.logboek_woorden import WOORDEN, who
from app.web.pages import GEEN, HEADERS, onward, page
from app.web.soorten import soort_naam
from app.web.visit import Bezoek, PageRefused, Visit

router = APIRouter()

ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER: Final = re.compile(r"[0-9]{1,9}")
SLEUTEL: Final = re.compile(r"[0-9A-Za-z|:._-]{1,80}")
UNDER_WAY: Final = frozenset({BerichtStatus.IN_VERWERKING, BerichtStatus.TE_VERZENDEN, BerichtStatus.VERZONDEN})
GEDAAN: Final = {
    "opnieuw": "Het bericht is opnieuw in behandeling genomen. Wat er gebeurt, ziet u hieronder onder 'De weg'.",
    "gevraagd": "Uw verzoek staat klaar voor een collega. Pas als die het goedkeurt, gebeurt er iets.",
    "goedgekeurd": "U keurde het goed. Het bericht is opnieuw in behandeling genomen.",
    "afgewezen": "U wees het verzoek af. Er is niets met het bericht gebeurd.",
    "ingetrokken": "U trok uw verzoek in. Er is niets met het bericht gebeurd.",
    "al-gedaan": "Er gebeurde intussen al iets met dit bericht. Daarom is er nu niets gedaan; kijk eerst hieronder.",
}
DEED: Final = {
    "opnieuw": Handeling.BERICHT_OPNIEUW,
    "gevraagd": Handeling.OPNIEUW_GEVRAAGD,
    "goedgekeurd": Handeling.OPNIEUW_GOEDGEKEURD,
    "afgewezen": Handeling.OPNIEUW_AFGEWEZEN,
    "ingetrokken": Handeling.OPNIEUW_INGETROKKEN,
}
"""What the logboek says when it is so; that nothing was done stands in none."""

BESLUITEN: Final = {
    GoedkeuringStatus.GOEDGEKEURD: "goedgekeurd",
    GoedkeuringStatus.AFGEWEZEN: "afgewezen",
    GoedkeuringStatus.INGETROKKEN: "ingetrokken",
}


@router.get("/berichten/{id}")
def show(bezoek: Visit, request: Request, id: str) -> HTMLResponse:
    """The page of a bericht, from the places on that its address names."""
    asked = request.query_params
    keuze = _keuze(asked)
    blik = _look(bezoek, id, keuze)
    found = bevindingen(blik, keuze.bevinding)
    total = len(blik.thread.record.findings)
    further = keuze.bevinding + FINDINGS_AT_ONCE
    shown = {
        **_common(bezoek, blik),
        "gedaan": _gedaan(bezoek, blik, asked.get("gedaan", "")),
        "punten": tijdlijn(blik),
        "stappen": stappen(blik),
        "bevindingen": found,
        "by_line": by_line(found),
        "first": keuze.bevinding,
        "total": total,
        "further": further if further < total else None,
        "regel_vraag": keuze.regel,
        "regels": afgewezen(blik.beoordeling),
        "inzien": _seen(blik.inzien),
        "voor": keuze.voor,
        "volgen": _state(bezoek, id) if blik.thread.record.status in UNDER_WAY else None,
    }
    return page(bezoek, "bericht/bericht.html", status=HTTPStatus.OK, fouten=GEEN, **shown)


@router.get("/berichten/{id}/stand")
def stand(bezoek: Visit, id: str) -> PlainTextResponse:
    """A word for the script of the page, which asks whether anything happened."""
    return PlainTextResponse(_state(bezoek, _id(id)), headers=HEADERS)


@router.get("/berichten/{id}/xml")
def xml(bezoek: Visit, id: str) -> Response:
    """The exact bytes, as a file that no browser shows."""
    record, body = download(bezoek.runtime, bezoek.visitor, bezoek.zicht, _id(id))
    headers = {
        **HEADERS,
        "Content-Disposition": f'attachment; filename="{record.id}.xml"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type="text/plain; charset=utf-8", headers=headers)


@router.get("/berichten/{id}/opnieuw")
def confirm(bezoek: Visit, id: str) -> HTMLResponse:
    """What trying again would do, before it is done."""
    blik = _look(bezoek, id, Keuze())
    return page(bezoek, "bericht/opnieuw.html", status=HTTPStatus.OK, fouten=GEEN, **_common(bezoek, blik))


@router.post("/berichten/{id}/opnieuw")
def again(bezoek: Visit, id: str) -> Response:
    """Try again, or ask a colleague when that takes two; a form that was sent before does nothing."""
    bericht_id, stand = _id(id), bezoek.form.get("stand", "")
    do = ask if bezoek.form.get("twee") == "ja" else try_again
    done = do(bezoek.runtime, bezoek.visitor, bezoek.zicht, bericht_id, stand=stand)
    said = ("gevraagd" if do is ask else "opnieuw") if done else "al-gedaan"
    return onward(f"/berichten/{bericht_id}?gedaan={said}")


@router.post("/berichten/{id}/goedkeuring")
def judge(bezoek: Visit, id: str) -> Response:
    """Approve or decline what a colleague asked."""
    bericht_id, besluit = _id(id), bezoek.form.get("besluit")
    if besluit not in {"akkoord", "nee"}:
        raise InvalidInput("Kies goedkeuren of afwijzen.")
    status = decide(
        bezoek.runtime,
        bezoek.visitor,
        bezoek.zicht,
        bericht_id,
        Besluit(
            goedkeuring_id=bezoek.form.get("goedkeuring", ""),
            akkoord=besluit == "akkoord",
            stand=bezoek.form.get("stand", ""),
        ),
    )
    return onward(f"/berichten/{bericht_id}?gedaan={BESLUITEN[status]}")


def _gedaan(bezoek: Bezoek, blik: Blik, said: str) -> str | None:
    """What the visitor is told to have done, when that is so."""
    rows = blik.inzien.regels if blik.inzien else ()
    is_so = said not in DEED or did_just_now(bezoek, rows, DEED[said], among=DEED.values())
    return GEDAAN.get(said) if is_so else None


def _keuze(asked: Mapping[str, str]) -> Keuze:
    """What an address asks for; what is not in a form that can be is as if it was not asked for."""
    prestatie = _number(asked.get("prestatie", ""))
    toewijzing, voor = asked.get("toewijzing", ""), asked.get("voor", "")
    return Keuze(
        bevinding=_number(asked.get("vanaf", "")) or 0,
        regel=_number(asked.get("regel", "")),
        prestatie=-1 if prestatie is None else prestatie,
        toewijzing=toewijzing if SLEUTEL.fullmatch(toewijzing) else None,
        voor=voor if ID.fullmatch(voor) else None,
    )


def _look(bezoek: Bezoek, id: str, keuze: Keuze) -> Blik:
    return look_at(bezoek.runtime, bezoek.visitor, bezoek.zicht, _id(id), keuze)


def _state(bezoek: Bezoek, id: str) -> str:
    return state_of(bezoek.runtime, bezoek.visitor, bezoek.zicht, id)


def _common(bezoek: Bezoek, blik: Blik) -> dict[str, object]:
    """What both pages show of a bericht."""
    record, asked = blik.thread.record, blik.acties.goedkeuring
    return {
        "blik": blik,
        "record": record,
        "kort": kort(record),
        "zin": in_een_zin(blik),
        "van": partij(record.afzender, blik.namen),
        "aan": partij(record.ontvanger, blik.namen),
        "of_gemeente": record.gemeente in bezoek.visitor.gemeenten,
        "may_act": bezoek.visitor.for_gemeente and bezoek.visitor.may(Recht.BERICHTEN_INDIENEN),
        "asked": asked if asked is not None and asked.is_open(bezoek.runtime.now()) else None,
        "decided": asked if asked is not None and not asked.is_open(bezoek.runtime.now()) else None,
        "own": asked is not None and is_own(bezoek.visitor, asked),
        "outlook": blik.acties.outlook,
        "Opnieuw": Opnieuw,
        "ontvangers": [postadres(one, blik.namen) for one in blik.acties.outlook.partijen],
        "naam_of": naam_of,
        "partij": partial(partij, namen=blik.namen),
        "soort_naam": soort_naam,
        "statussen": STATUSSEN,
    }


def _seen(inzien: Inzien | None) -> list[dict[str, object]] | None:
    """Who saw or did what; None when the visitor may not see that."""
    return None if inzien is None else [_row(record, inzien) for record in inzien.regels]


def _row(record: LogRecord, inzien: Inzien) -> dict[str, object]:
    return {
        "moment": datetime.fromisoformat(record.moment),
        "wie": who(record, inzien.namen),
        "rol": record.rol,
        "deed": WOORDEN[Handeling(record.gebeurtenis)],
        "geweigerd": record.uitkomst != Uitkomst.GELUKT,
    }


def _id(id: str) -> str:
    if not ID.fullmatch(id):
        raise PageRefused(HTTPStatus.NOT_FOUND)
    return id


def _number(text: str) -> int | None:
    return int(text) if NUMBER.fullmatch(text) else None
