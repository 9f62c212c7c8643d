"""Logging in and out."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from app.domain.persoon import Fase
from app.processing.oidc import leave_url
from app.processing.personen_inloggen import Binnen, give_code, is_braked, log_in
from app.processing.sessies import OIDC, end
from app.web.cookies import SESSIE, take
from app.web.pages import GEEN, Fouten, onward, onward_with, page
from app.web.paths import with_naar
from app.web.visit import CODE, LOGIN, SECOND_FACTOR, Bezoek, Visit

router = APIRouter()

PROVIDER = "/inloggen/oidc"
WRONG = Fouten(
    by_field={
        "naam": "Inloggen lukte niet. Controleer uw inlognaam en wachtwoord. Na een paar mislukte pogingen moet u "
        "even wachten."
    }
)
WRONG_CODE = Fouten(
    by_field={"code": "Deze code klopt niet, is al gebruikt, of er is te vaak geprobeerd. Wacht op een nieuwe code."}
)


@router.get("/inloggen")
def ask(bezoek: Visit) -> Response:
    """The form to log in with."""
    if bezoek.principal is not None:
        return onward(bezoek.naar)
    return _form(bezoek)


@router.post("/inloggen")
async def answer(bezoek: Visit) -> Response:
    """Log in; whatever was wrong, the answer is the same."""
    naam, wachtwoord = bezoek.form.get("naam", ""), bezoek.form.get("wachtwoord", "")
    binnen = await _logged_in(bezoek, naam, wachtwoord)
    if binnen is None:
        return _form(bezoek, typed=naam, fouten=WRONG)
    then = {
        Fase.INGELOGD: bezoek.naar,
        Fase.TWEEDE_FACTOR: with_naar(CODE, bezoek.naar),
        Fase.INSTELLEN: SECOND_FACTOR,
    }
    return onward_with(bezoek, binnen.cookie, then[binnen.fase])


async def _logged_in(bezoek: Bezoek, naam: str, wachtwoord: str) -> Binnen | None:
    if await run_in_threadpool(is_braked, bezoek.runtime, naam, bezoek.vanaf):
        return None
    turns, adres = bezoek.house.turns, bezoek.vanaf.adres
    return await turns.run(lambda: log_in(bezoek.runtime, naam, wachtwoord, bezoek.vanaf), adres)


@router.get("/inloggen/code")
def ask_code(bezoek: Visit) -> Response:
    """The form for the code of the second factor."""
    return page(bezoek, "code.html", naar=bezoek.naar)


@router.post("/inloggen/code")
def answer_code(bezoek: Visit) -> Response:
    """Complete logging in."""
    cookie = give_code(bezoek.runtime, bezoek.own_sessie, bezoek.form.get("code", ""), bezoek.vanaf)
    if cookie is None:
        return page(bezoek, "code.html", status=HTTPStatus.BAD_REQUEST, fouten=WRONG_CODE, naar=bezoek.naar)
    return onward_with(bezoek, cookie, bezoek.naar)


@router.post("/uitloggen")
def leave(bezoek: Visit) -> Response:
    """Log out, here and on the server; who came through the identity provider goes there to leave it too."""
    end(bezoek.runtime, bezoek.own_sessie, bezoek.herkomst)
    url = _url_to_leave(bezoek)
    response = _leaving(bezoek, url) if url else onward(LOGIN)
    take(response, SESSIE, secure=bezoek.secure)
    return response


def _form(bezoek: Bezoek, *, typed: str = "", fouten: Fouten = GEEN) -> HTMLResponse:
    status = HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK
    return page(
        bezoek,
        "inloggen.html",
        status=status,
        fouten=fouten,
        typed=typed,
        naar=bezoek.naar,
        local=bezoek.house.local_login,
        provider_path=with_naar(PROVIDER, bezoek.naar) if bezoek.house.oidc else None,
    )


def _url_to_leave(bezoek: Bezoek) -> str | None:
    house = bezoek.house
    if house.oidc is None or bezoek.own_sessie.bron != OIDC:
        return None
    return leave_url(house.oidc, f"{house.public_url}{LOGIN}")


def _leaving(bezoek: Bezoek, url: str) -> Response:
    # No redirect: `form-action 'self'` holds for where the answer to a form redirects to, too.
    response = page(replace(bezoek, sessie=None), "uitgelogd.html", url=url)
    response.headers["Refresh"] = f"0;url={url}"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
