"""Who saw or did what, of whom, when and why; a bsn is asked for by POST alone, and looking is written down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from app.domain.logboek import Handeling, Uitkomst
from app.domain.refusals import InvalidInput, NotFound
from app.processing.berichten_log import digits_of, is_bsn
from app.processing.logboek_inzage import OBJECTEN, LogFilters, LogVraag, sees_all, viewed
from app.web.dutch import AMSTERDAM
from app.web.logboek_woorden import UITKOMSTEN, WOORDEN, regels_of
from app.web.pages import GEEN, Fouten, onward, page
from app.web.visit import Bezoek, Visit

router = APIRouter()

Kind = TypeVar("Kind", Handeling, Uitkomst)

PATH: Final = "/logboek"
BSN: Final = re.compile(r"[0-9]{9}")
NAME: Final = re.compile(r"[^\x00-\x1f]{1,100}")
CURSOR: Final = re.compile(r"[0-9a-f-]{1,36}")
BY_NUMBER: Final = re.compile(r"[0-9]{4}/[0-9A-Za-z|:._-]{1,80}")
BY_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_BSN: Final = "Dit is een bsn. Vul het in bij 'Bsn van de client'; ergens anders zoekt de dienst niet op bsn."
ELSEWHERE: Final = ("wie", "handeling", "uitkomst", "van", "tot")
FIELDS: Final = ("bsn", *OBJECTEN, *ELSEWHERE)
EARLIEST, LATEST = date(2000, 1, 1), date(2999, 12, 31)
HANDELINGEN: Final = sorted(((one.value, words) for one, words in WOORDEN.items()), key=lambda pair: pair[1])
ALL_UITKOMSTEN: Final = [(one.value, UITKOMSTEN[one][0]) for one in Uitkomst]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a form or an address asks, as it was typed and as it was understood."""

    typed: Mapping[str, str]
    vraag: LogVraag = field(default_factory=LogVraag)
    fouten: Fouten = GEEN
    before: str | None = None


@router.get("/logboek")
def show(request: Request, bezoek: Visit) -> HTMLResponse:
    """The logboek of the service, of one object, or the question of whom."""
    given = {name: value for name, value in request.query_params.items() if name != "bsn"}
    return _logboek(bezoek, _asked(_for(bezoek, given)))


@router.post("/logboek")
async def search(bezoek: Visit) -> Response:
    """The rows about a client; what asks for no client has an address of its own."""
    asked = _asked(_for(bezoek, bezoek.form))
    if not asked.fouten and asked.vraag.bsn is None and (asked.vraag.object or sees_all(bezoek.visitor)):
        return onward(_address({name: text for name, text in asked.typed.items() if name != "bsn"}))
    return await run_in_threadpool(_found, bezoek, asked)


def _for(bezoek: Bezoek, given: Mapping[str, str]) -> Mapping[str, str]:
    """What this visitor has a field for: only who sees all may ask for one person."""
    return given if sees_all(bezoek.visitor) else {name: text for name, text in given.items() if name != "wie"}


def _found(bezoek: Bezoek, asked: _Asked) -> HTMLResponse:
    if not asked.fouten and not asked.vraag.has_subject:
        asked = _Asked(asked.typed, fouten=Fouten(by_field={"bsn": "Vul het bsn van de client in."}))
    if asked.vraag.bsn is not None and not asked.fouten:
        bezoek.runtime.tempo.bsn_search(bezoek.visitor)
    return _logboek(bezoek, asked)


def _logboek(bezoek: Bezoek, asked: _Asked) -> HTMLResponse:
    whole = sees_all(bezoek.visitor)
    found = None
    if not asked.fouten and (whole or asked.vraag.has_subject):
        found = viewed(bezoek.runtime, bezoek.visitor, asked.vraag, before=asked.before)
    onward_path = None
    if found and found.cursor and asked.vraag.bsn is None:
        onward_path = _address({**asked.typed, "voor": found.cursor})
    return page(
        bezoek,
        "logboek/logboek.html",
        status=HTTPStatus.BAD_REQUEST if asked.fouten else HTTPStatus.OK,
        fouten=asked.fouten,
        whole=whole,
        vraag=asked.vraag,
        typed={name: asked.typed.get(name, "") for name in FIELDS},
        regels=regels_of(found, bezoek.visitor) if found else None,
        cursor=found.cursor if found else None,
        onward_path=onward_path,
        is_further=asked.before is not None,
        handelingen=HANDELINGEN,
        uitkomsten=ALL_UITKOMSTEN,
    )


def _asked(given: Mapping[str, str]) -> _Asked:
    typed = {name: given[name].strip() for name in FIELDS if given.get(name, "").strip()}
    fouten = {name: NO_BSN for name in ELSEWHERE if is_bsn(digits_of(typed.get(name, "")))}
    typed = {name: text for name, text in typed.items() if name not in fouten}
    bsn = typed.get("bsn", "").replace(" ", "").replace(".", "") or None
    if bsn is not None and not BSN.fullmatch(bsn):
        fouten["bsn"] = "Een bsn heeft negen cijfers."
    if not NAME.fullmatch(typed.get("wie", "-")):
        fouten["wie"] = "Dit is geen inlognaam of sleutel."
    object = _object(typed)
    van, tot = (_day(typed, name, fouten) for name in ("van", "tot"))
    if van and tot and tot < van:
        fouten["tot"] = "De laatste dag ligt voor de eerste."
    vraag = LogVraag(
        bsn=bsn,
        object=object if bsn is None else None,
        wie=typed.get("wie"),
        filters=LogFilters(
            handeling=_one_of(Handeling, typed, "handeling"),
            uitkomst=_one_of(Uitkomst, typed, "uitkomst"),
            van=van and _midnight(van),
            tot=tot and _midnight(tot + timedelta(days=1)),
        ),
    )
    return _Asked(typed, vraag, Fouten(by_field=fouten), _cursor(given.get("voor")))


def _object(typed: Mapping[str, str]) -> tuple[str, str] | None:
    """What is asked about; raises NotFound for what cannot name one, so that no such text is written down."""
    found = [(soort, typed[soort]) for soort in OBJECTEN if soort in typed]
    for soort, id in found:
        if not (BY_NUMBER if soort == "toewijzing" else BY_ID).fullmatch(id):
            raise NotFound("Dit bestaat niet.")
    return found[0] if found else None


def _one_of(kind: type[Kind], typed: Mapping[str, str], name: str) -> Kind | None:
    return next((one for one in kind if one.value == typed.get(name)), None)


def _day(typed: Mapping[str, str], name: str, fouten: dict[str, str]) -> date | None:
    if name not in typed:
        return None
    try:
        day = date.fromisoformat(typed[name])
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        fouten[name] = "Dit is geen datum. Schrijf hem als jaar-maand-dag, zoals 2026-01-31."
        return None
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=AMSTERDAM)


def _cursor(given: str | None) -> str | None:
    if given is None:
        return None
    if not CURSOR.fullmatch(given):
        raise InvalidInput("Deze bladzijde bestaat niet.")
    return given


def _address(typed: Mapping[str, str]) -> str:
    asked = urlencode({name: text for name, text in typed.items() if name != "bsn" and text})
    return f"{PATH}?{asked}" if asked else PATH
