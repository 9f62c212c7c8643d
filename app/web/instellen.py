"""The link to set a password with: exchanged for a cookie at once, so that no page has it in its address."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.domain.refusals import InvalidInput
from app.processing.personen import naam_of_link, set_up
from app.web.cookies import INSTELLEN, INSTELLEN_SECONDS, cookie_name, give, take
from app.web.pages import GEEN, Fouten, bare_page, onward, onward_with, page
from app.web.paths import START
from app.web.visit import Bezoek, PageRefused, Visit

router = APIRouter()

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""What a link ends in: 256 random bits."""


@router.get("/instellen/{token}")
def exchange(token: str, bezoek: Visit) -> Response:
    """The token goes into a cookie; nothing is used up, so who looks ahead (a mail scanner) breaks nothing."""
    if not TOKEN.fullmatch(token):
        raise PageRefused(HTTPStatus.NOT_FOUND)
    response = onward("/instellen")
    response.headers["Referrer-Policy"] = "no-referrer"
    give(response, INSTELLEN, token, secure=bezoek.secure, seconds=INSTELLEN_SECONDS)
    return response


@router.get("/instellen")
def ask(request: Request, bezoek: Visit) -> HTMLResponse:
    """The form for the password."""
    return _form(bezoek, naam_of_link(bezoek.runtime, _token(request, bezoek)))


@router.post("/instellen")
async def answer(request: Request, bezoek: Visit) -> Response:
    """Use the link up: the password is set and the person comes in."""
    token, wachtwoord = _token(request, bezoek), bezoek.form.get("wachtwoord", "")
    naam = naam_of_link(bezoek.runtime, token)
    if wachtwoord != bezoek.form.get("nogmaals", ""):
        return _form(bezoek, naam, Fouten(by_field={"nogmaals": "Dit is niet twee keer hetzelfde wachtwoord."}))
    try:
        cookie = await bezoek.house.turns.run(
            lambda: set_up(bezoek.runtime, token, wachtwoord, bezoek.vanaf), bezoek.vanaf.adres
        )
    except InvalidInput as refusal:
        return _form(bezoek, naam, Fouten(by_field={"wachtwoord": refusal.detail}))
    if cookie is None:
        return _form(bezoek, None)
    response = onward_with(bezoek, cookie, START)
    take(response, INSTELLEN, secure=bezoek.secure)
    return response


def _token(request: Request, bezoek: Bezoek) -> str:
    return request.cookies.get(cookie_name(INSTELLEN, secure=bezoek.secure), "")


def _form(bezoek: Bezoek, naam: str | None, fouten: Fouten = GEEN) -> HTMLResponse:
    if naam is None:
        return bare_page(
            HTTPStatus.NOT_FOUND,
            title="Deze link werkt niet (meer)",
            text="Een link geldt een half uur en één keer. Vraag de beheerder om een nieuwe.",
        )
    status = HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK
    return page(bezoek, "instellen.html", status=status, fouten=fouten, naam=naam)
