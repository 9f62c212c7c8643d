"""Logging in and out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.domain.persoon import Fase
from app.processing.personen_inloggen import give_code, log_in
from app.processing.sessies import end
from app.web.cookies import SESSIE, take
from app.web.pages import GEEN, Fouten, onward, onward_with, page
from app.web.visit import CODE, LOGIN, SECOND_FACTOR, START, Bezoek, Visit

router = APIRouter()

NEXT = {Fase.INGELOGD: START, Fase.TWEEDE_FACTOR: CODE, Fase.INSTELLEN: SECOND_FACTOR}
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
        return onward(START)
    return _form(bezoek)


@router.post("/inloggen")
async def answer(bezoek: Visit) -> Response:
    """Log in; whatever was wrong, the answer is the same."""
    naam, wachtwoord = bezoek.form.get("naam", ""), bezoek.form.get("wachtwoord", "")
    binnen = await bezoek.house.turns.run(lambda: log_in(bezoek.runtime, naam, wachtwoord, bezoek.vanaf))
    if binnen is None:
        return _form(bezoek, typed=naam, fouten=WRONG)
    return onward_with(bezoek, binnen.cookie, NEXT[binnen.fase])


@router.get("/inloggen/code")
def ask_code(bezoek: Visit) -> Response:
    """The form for the code of the second factor."""
    return page(bezoek, "code.html")


@router.post("/inloggen/code")
def answer_code(bezoek: Visit) -> Response:
    """Complete logging in."""
    cookie = give_code(bezoek.runtime, bezoek.own_sessie, bezoek.form.get("code", ""), bezoek.vanaf)
    if cookie is None:
        return page(bezoek, "code.html", status=HTTPStatus.BAD_REQUEST, fouten=WRONG_CODE)
    return onward_with(bezoek, cookie, START)


@router.post("/uitloggen")
def leave(bezoek: Visit) -> Response:
    """Log out, here and on the server."""
    end(bezoek.runtime, bezoek.own_sessie, bezoek.herkomst)
    response = onward(LOGIN)
    take(response, SESSIE, secure=bezoek.secure)
    return response


def _form(bezoek: Bezoek, *, typed: str = "", fouten: Fouten = GEEN) -> HTMLResponse:
    status = HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK
    return page(bezoek, "inloggen.html", status=status, fouten=fouten, typed=typed)
