"""Who visits a page, and whether that one may: asked once for every request, before the page does anything."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from app.domain.persoon import Fase
from app.domain.principal import Herkomst, Principal, Recht
from app.processing.room import Share
from app.processing.runtime import Runtime
from app.processing.sessies import (
    LONGEST_COOKIE,
    Vanaf,
    form_token,
    is_form_token,
    new_cookie,
    principal_of_sessie,
    sessie_of,
)
from app.storage.sessies import SessieRecord
from app.storage.zicht import Zicht
from app.web.cookies import SESSIE, cookie_name, is_secure
from app.web.forms import NUL, TOKEN, ForeignForm, demand_own_site, read_form
from app.web.house import House
from app.web.paths import NAAR, START, own_path, with_naar
from app.web.policy import POLICY, UPLOADS, WITH_PASSWORD, Deur, Wanted
from app.web.uploads import is_upload, read_upload

TRACEPARENT: Final = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")
BY_ITSELF: Final = "iwmo-vanzelf"
"""The header with which the script of a page asks whether the page changed."""
LOGIN, CODE, SECOND_FACTOR = "/inloggen", "/inloggen/code", "/account/tweede-factor"


class ElsewhereFirst(Exception):
    """The visitor has to be at another page first"""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class AddressNotAccepted(Exception):
    """An address that asks what cannot be asked"""


class PageRefused(Exception):
    """The visitor may not do or see this"""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Bezoek:
    """One request for a page: of whom, in which browser, with which form.

    `files`: what a form with a file sent, and `share`: what that takes of the room in memory. `naar`: where one is
    after logging in; `here`: the page, as the menu has it.
    """

    house: House
    cookie: str = field(repr=False)
    cookie_is_new: bool
    secure: bool
    sessie: SessieRecord | None
    form: Mapping[str, str] = field(repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    share: Share | None = None
    herkomst: Herkomst
    vanaf: Vanaf
    naar: str = START
    here: str = START

    @property
    def runtime(self) -> Runtime:
        """The parts of the service."""
        return self.house.runtime

    @property
    def token(self) -> str:
        """What a form on the page carries."""
        return form_token(self.runtime, self.cookie)

    @property
    def principal(self) -> Principal | None:
        """Who is logged in; None for who is not, or not yet."""
        if self.sessie is None or self.sessie.fase != Fase.INGELOGD:
            return None
        return principal_of_sessie(self.sessie, self.herkomst)

    @property
    def visitor(self) -> Principal:
        """Who is logged in, on a page that asks for it."""
        principal = self.principal
        if principal is None:
            raise ElsewhereFirst(LOGIN)
        return principal

    @property
    def zicht(self) -> Zicht:
        """What the visitor may see of messages and clients: those of its own parties."""
        return Zicht(gemeenten=self.visitor.gemeenten, aanbieders=self.visitor.aanbieders)

    @property
    def own_sessie(self) -> SessieRecord:
        """The session, on a page that asks for one."""
        if self.sessie is None:
            raise ElsewhereFirst(LOGIN)
        return self.sessie


async def admit(request: Request) -> AsyncGenerator[None]:
    """Let the request through to its page.

    Raises ElsewhereFirst, PageRefused, AddressNotAccepted, ForeignForm, FormNotAccepted, TooSlow or NotSecure; for a
    form with a file also TooLarge or NoRoom.
    """
    if NUL in request.scope["path"] or any(NUL in text for _, text in request.query_params.multi_items()):
        raise AddressNotAccepted
    operation = f"{request.method} {request.scope['route'].path}"
    if operation in WITH_PASSWORD and not request.app.state.house.local_login:
        raise PageRefused(HTTPStatus.NOT_FOUND)
    wanted = POLICY[operation]
    with ExitStack() as held:
        if wanted not in {Deur.BESTAND, Deur.AANBIEDER}:
            await _admitted(request, wanted, held if operation in UPLOADS else None)
        yield


def visit(request: Request) -> Bezoek:
    """The visit that was let in."""
    return request.state.bezoek


Visit = Annotated[Bezoek, Depends(visit)]


async def _admitted(request: Request, wanted: Wanted, held: ExitStack | None) -> None:
    """`held`: what lasts until the page is made, of a form that may have a file."""
    house: House = request.app.state.house
    with_file = held is not None and is_upload(request)
    bezoek = await _bezoek(request, house, reads_form=request.method != "GET" and not with_file)
    request.state.bezoek = bezoek  # for the page, and for who tells of a refusal
    if held is not None and with_file:
        demand_own_site(request, house)
        _demand(bezoek, wanted, request)  # a stranger's file is not even read
        bezoek = request.state.bezoek = await _with_files(request, bezoek, held)
    if request.method != "GET":
        demand_own_site(request, house)
        if bezoek.sessie is None and wanted is not Deur.OPEN:
            raise ElsewhereFirst(LOGIN)
        if not is_form_token(house.runtime, bezoek.cookie, bezoek.form.get(TOKEN, "")):
            raise ForeignForm
    _demand(bezoek, wanted, request)


async def _with_files(request: Request, bezoek: Bezoek, held: ExitStack) -> Bezoek:
    share = held.enter_context(bezoek.house.room.share(bezoek.visitor.key_id))
    sent = await read_upload(request, share)
    return replace(bezoek, form=sent.fields, files=sent.files, share=share)


async def _bezoek(request: Request, house: House, *, reads_form: bool) -> Bezoek:
    secure = is_secure(request, house)
    sent = request.cookies.get(cookie_name(SESSIE, secure=secure), "")
    cookie = sent if 0 < len(sent) <= LONGEST_COOKIE else new_cookie()
    herkomst = herkomst_of(request)
    sessie = await run_in_threadpool(sessie_of, house.runtime, sent, by_itself=BY_ITSELF in request.headers)
    form: Mapping[str, str] = await read_form(request) if reads_form else {}
    return Bezoek(
        house=house,
        cookie=cookie,
        cookie_is_new=cookie != sent,
        secure=secure,
        sessie=sessie if sessie is not None and house.holds(sessie) else None,
        form=form,
        herkomst=herkomst,
        vanaf=Vanaf(herkomst.adres, request.headers.get("user-agent"), herkomst),
        naar=own_path(form.get(NAAR) or request.query_params.get(NAAR, "")),
        here="/" + request.url.path.split("/")[1],
    )


def _demand(bezoek: Bezoek, wanted: Wanted, request: Request) -> None:
    if wanted is Deur.OPEN:
        return
    reads = request.method == "GET"
    if bezoek.sessie is None:
        raise ElsewhereFirst(with_naar(LOGIN, _asked(request)) if reads else LOGIN)
    fase = bezoek.sessie.fase
    if fase == Fase.TWEEDE_FACTOR and wanted not in {Deur.CODE, Deur.BEGONNEN}:
        raise ElsewhereFirst(with_naar(CODE, _asked(request)) if reads else CODE)
    if fase == Fase.INSTELLEN and wanted not in {Deur.TWEEDE_FACTOR, Deur.BEGONNEN}:
        raise ElsewhereFirst(SECOND_FACTOR)
    if fase == Fase.INGELOGD and wanted is Deur.CODE:
        raise ElsewhereFirst(START)
    if isinstance(wanted, Recht) and (bezoek.principal is None or not bezoek.principal.may(wanted)):
        raise PageRefused(HTTPStatus.NOT_FOUND if reads else HTTPStatus.FORBIDDEN)


def _asked(request: Request) -> str:
    """The page that was asked for, to be there after logging in."""
    query = f"?{request.url.query}" if request.url.query else ""
    return own_path(quote(request.url.path) + query)


def herkomst_of(request: Request) -> Herkomst:
    """From where a request comes, and the trace that it is part of."""
    match = TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    trace, parent = match.groups() if match else (None, None)
    return Herkomst(
        adres=request.client.host if request.client else None,
        trace_id=trace or secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        parent_span_id=parent,
    )
