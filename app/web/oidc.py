"""Logging in through the gemeente's identity provider: there and back, and word from it that somebody left."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from app.domain.refusals import IssuerUnavailable, TokenInvalid
from app.processing.oidc import Antwoord, LoginRefused, Weigering, begin_login, end_at_provider, finish_login
from app.processing.oidc_client import Provider
from app.processing.oidc_discovery import ProviderUnavailable
from app.web.cookies import AANBIEDER, AANBIEDER_SECONDS, cookie_name, give, take
from app.web.forms import read_form
from app.web.house import House
from app.web.pages import HEADERS, bare_page, onward, onward_with
from app.web.visit import PageRefused, Visit, herkomst_of

router = APIRouter()

BACK: Final = "/inloggen/oidc/terug"
TEXTS: Final = {
    Weigering.VERLOPEN: ("Het inloggen is verlopen", "Begin opnieuw bij de startpagina; het inloggen geldt één keer."),
    Weigering.AFGEBROKEN: ("U bent niet ingelogd", "Het inloggen is afgebroken, of u mag deze dienst niet gebruiken."),
    Weigering.MISLUKT: (
        "Inloggen lukte niet",
        "Uw organisatie gaf geen antwoord waarmee u hier in kunt. Probeer het opnieuw; blijft het misgaan, meld het "
        "dan bij de beheerder.",
    ),
    Weigering.ZONDER_ROL: (
        "U hebt hier geen rol",
        "U bent herkend, maar u hebt voor deze dienst geen rol, of meer dan één. Vraag de beheerder om één rol.",
    ),
}


@router.get("/inloggen/oidc")
async def leave(bezoek: Visit) -> Response:
    """To the identity provider."""
    provider = _provider(bezoek.house)
    begonnen = await bezoek.house.oidc_turns.run(lambda: begin_login(bezoek.runtime, provider, bezoek.naar))
    response = onward(begonnen.url)
    response.headers["Referrer-Policy"] = "no-referrer"
    give(response, AANBIEDER, begonnen.cookie, secure=bezoek.secure, seconds=AANBIEDER_SECONDS)
    return response


@router.get("/inloggen/oidc/terug")
async def come_back(request: Request, bezoek: Visit) -> Response:
    """From the identity provider, with an answer that works once."""
    provider = _provider(bezoek.house)
    cookie = request.cookies.get(cookie_name(AANBIEDER, secure=bezoek.secure), "")
    antwoord = Antwoord(*(_once(request, name) for name in Antwoord._fields))
    try:
        ingelogd = await bezoek.house.oidc_turns.run(
            lambda: finish_login(bezoek.runtime, provider, cookie, antwoord, bezoek.vanaf)
        )
        response = onward_with(bezoek, ingelogd.cookie, ingelogd.naar)
    except LoginRefused as refused:
        response = _told(refused.weigering)
    take(response, AANBIEDER, secure=bezoek.secure)
    return response


@router.post("/inloggen/oidc/uitgelogd")
async def word(request: Request) -> Response:
    """The identity provider says that somebody left there: its sessions here end (Back-Channel Logout 1.0)."""
    house: House = request.app.state.house
    provider = _provider(house)
    token = (await read_form(request)).get("logout_token", "")
    herkomst = herkomst_of(request)
    try:
        await house.oidc_turns.run(lambda: end_at_provider(house.runtime, provider, token, herkomst))
    except TokenInvalid:
        return Response(status_code=HTTPStatus.BAD_REQUEST, headers=HEADERS)
    except IssuerUnavailable:
        raise ProviderUnavailable from None
    return Response(status_code=HTTPStatus.OK, headers=HEADERS)


def _provider(house: House) -> Provider:
    if house.oidc is None:
        raise PageRefused(HTTPStatus.NOT_FOUND)
    return house.oidc


def _once(request: Request, name: str) -> str:
    """What the address says once; twice is as good as never, for each reader could take another."""
    found = request.query_params.getlist(name)
    return found[0] if len(found) == 1 else ""


def _told(weigering: Weigering) -> Response:
    title, text = TEXTS[weigering]
    status = HTTPStatus.BAD_REQUEST if weigering is Weigering.VERLOPEN else HTTPStatus.FORBIDDEN
    return bare_page(status, title=title, text=text)
