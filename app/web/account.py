"""One's own account: password, second factor, and where one is logged in."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

import segno
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.domain.persoon import MET_TWEEDE_FACTOR, Fase
from app.domain.refusals import InvalidInput
from app.processing.personen import find_record
from app.processing.personen_inloggen import add_totp, change_wachtwoord, is_own_wachtwoord, remove_totp
from app.processing.personen_totp import proposed_geheim, uri_of
from app.processing.sessies import LOKAAL, end_own, own_sessies
from app.web.pages import GEEN, HEADERS, Fouten, onward, onward_with, page
from app.web.paths import START
from app.web.visit import Bezoek, PageRefused, Visit

router = APIRouter()

T = TypeVar("T")

ACCOUNT = "/account"
WRONG_WACHTWOORD = "Dit is niet uw wachtwoord, of er is te vaak geprobeerd."


@router.get("/account")
def show(bezoek: Visit) -> HTMLResponse:
    """The account."""
    return _account(bezoek)


@router.post("/account/wachtwoord")
async def change(bezoek: Visit) -> Response:
    """Another password; every other session of the person ends."""
    form = bezoek.form
    if form.get("nieuw") != form.get("nogmaals"):
        return _account(bezoek, Fouten(by_field={"nogmaals": "Dit is niet twee keer hetzelfde wachtwoord."}))
    if not await _knows_wachtwoord(bezoek, "huidig"):
        return _account(bezoek, Fouten(by_field={"huidig": WRONG_WACHTWOORD}))
    try:
        cookie = await _in_turn(
            bezoek, lambda: change_wachtwoord(bezoek.runtime, bezoek.own_sessie, form["nieuw"], bezoek.vanaf)
        )
    except (InvalidInput, KeyError) as error:
        detail = error.detail if isinstance(error, InvalidInput) else "Vul een wachtwoord in."
        return _account(bezoek, Fouten(by_field={"nieuw": detail}))
    return onward_with(bezoek, cookie, ACCOUNT)


@router.get("/account/tweede-factor")
def show_totp(bezoek: Visit) -> Response:
    """The secret to scan or type, and the form to prove that it worked."""
    _demand_local(bezoek)
    if bezoek.own_sessie.fase == Fase.INGELOGD and _has_totp(bezoek):
        return onward(ACCOUNT)
    return _totp(bezoek)


@router.get("/account/tweede-factor.svg")
def square(bezoek: Visit) -> Response:
    """The secret as a square code for the camera of a telephone."""
    _demand_local(bezoek)
    if _has_totp(bezoek):
        raise PageRefused(HTTPStatus.NOT_FOUND)
    drawn = segno.make(uri_of(_geheim(bezoek), bezoek.own_sessie.naam), error="m").svg_inline(border=4, omitsize=True)
    svg = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(svg, media_type="image/svg+xml", headers=HEADERS)


@router.post("/account/tweede-factor")
async def add(bezoek: Visit) -> Response:
    """Take the secret into use; who is logged in already gives the password too."""
    _demand_local(bezoek)
    halfway = bezoek.own_sessie.fase == Fase.INSTELLEN
    if not halfway and not await _knows_wachtwoord(bezoek, "huidig"):
        return _totp(bezoek, Fouten(by_field={"huidig": WRONG_WACHTWOORD}))
    code = bezoek.form.get("code", "")
    try:
        cookie = await _in_turn(bezoek, lambda: add_totp(bezoek.runtime, bezoek.own_sessie, code, bezoek.vanaf))
    except InvalidInput:
        return onward(ACCOUNT)
    if cookie is None:
        wrong = "Deze code hoort niet bij de sleutel hierboven. Wacht op een nieuwe code, of controleer de klok."
        return _totp(bezoek, Fouten(by_field={"code": wrong}))
    return onward_with(bezoek, cookie, START if halfway else ACCOUNT)


@router.post("/account/tweede-factor/verwijderen")
async def remove(bezoek: Visit) -> Response:
    """Do without a second factor from now on."""
    if not await _knows_wachtwoord(bezoek, "wachtwoord"):
        return _account(bezoek, Fouten(by_field={"wachtwoord": WRONG_WACHTWOORD}))
    try:
        cookie = await _in_turn(bezoek, lambda: remove_totp(bezoek.runtime, bezoek.own_sessie, bezoek.vanaf))
    except InvalidInput as refusal:
        return _account(bezoek, Fouten(by_field={"wachtwoord": refusal.detail}))
    return onward_with(bezoek, cookie, ACCOUNT)


@router.post("/account/sessies/beeindigen")
def end_one(bezoek: Visit) -> Response:
    """End a session of one's own."""
    end_own(bezoek.runtime, bezoek.own_sessie, bezoek.form.get("sessie", ""), bezoek.herkomst)
    return onward(ACCOUNT)


def _account(bezoek: Bezoek, fouten: Fouten = GEEN) -> HTMLResponse:
    return page(
        bezoek,
        "account.html",
        status=HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK,
        fouten=fouten,
        local=bezoek.own_sessie.bron == LOKAAL,
        has_totp=_has_totp(bezoek),
        must_have_totp=bezoek.own_sessie.rol in MET_TWEEDE_FACTOR,
        sessies=own_sessies(bezoek.runtime, bezoek.own_sessie),
    )


def _totp(bezoek: Bezoek, fouten: Fouten = GEEN) -> HTMLResponse:
    geheim = _geheim(bezoek)
    return page(
        bezoek,
        "tweede_factor.html",
        status=HTTPStatus.BAD_REQUEST if fouten else HTTPStatus.OK,
        fouten=fouten,
        geheim=" ".join(geheim[start : start + 4] for start in range(0, len(geheim), 4)),
        halfway=bezoek.own_sessie.fase == Fase.INSTELLEN,
    )


def _geheim(bezoek: Bezoek) -> str:
    return proposed_geheim(bezoek.runtime.geheimen, bezoek.own_sessie.id_sha256)


def _has_totp(bezoek: Bezoek) -> bool:
    persoon = find_record(bezoek.runtime, bezoek.own_sessie.naam)
    return persoon is not None and persoon.totp_geheim is not None


def _demand_local(bezoek: Bezoek) -> None:
    """Whoever the identity provider knows has its password and second factor there."""
    if bezoek.own_sessie.bron != LOKAAL:
        raise PageRefused(HTTPStatus.NOT_FOUND)


async def _knows_wachtwoord(bezoek: Bezoek, name: str) -> bool:
    _demand_local(bezoek)
    given = bezoek.form.get(name, "")
    return await _in_turn(bezoek, lambda: is_own_wachtwoord(bezoek.runtime, bezoek.own_sessie, given, bezoek.vanaf))


async def _in_turn(bezoek: Bezoek, work: Callable[[], T]) -> T:
    return await bezoek.house.turns.run(work, bezoek.vanaf.adres)
