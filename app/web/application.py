"""The pages as one application, beside the API: which of the two answers a request is told by its address."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from fastapi import APIRouter, Depends, FastAPI
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web import (
    account,
    bericht,
    berichten_lijst,
    declaratie,
    declaraties,
    files,
    inloggen,
    inrichting,
    instellen,
    logboek,
    oidc,
    proef,
    stapeling,
    start,
    stuurinformatie,
    termijnen,
    toegankelijkheid,
    toewijzing,
    toewijzing_acties,
    toewijzingen,
)
from app.web.errors import add_error_pages
from app.web.house import House
from app.web.policy import demand_complete
from app.web.visit import admit

ROUTERS: Final = tuple(
    module.router
    for module in (
        files,
        start,
        inloggen,
        oidc,
        instellen,
        account,
        toegankelijkheid,
        logboek,
        berichten_lijst,
        bericht,
        proef,
        toewijzingen,
        toewijzing,
        toewijzing_acties,
        declaraties,
        declaratie,
        stuurinformatie,
        stapeling,
        termijnen,
        inrichting,
    )
)
PAGES: Final = frozenset(
    {
        "",
        "static",
        "inloggen",
        "uitloggen",
        "instellen",
        "account",
        "stuurinformatie",
        "toegankelijkheid",
        "berichten",
        "logboek",
        "proef",
        "toewijzingen",
        "declaraties",
        "termijnen",
        "inrichting",
    }
)
"""What the address of a page begins with."""

INTERFACES: Final = frozenset({"v1", "soap", "docs", "healthz", "readyz", "metrics", ".well-known"})
"""What software asks for: it never gets a page."""


@cache
def _routes() -> Sequence[BaseRoute]:
    """Every page: they know nothing of a house, and take longer to make than all else of an application."""
    router = APIRouter(dependencies=[Depends(admit)])
    for one in ROUTERS:
        router.include_router(one)
    return router.routes


def create_pages(house: House) -> FastAPI:
    """The application of the pages; raises NoPolicy when a page has no row in the policy."""
    demand_complete(route for router in ROUTERS for route in router.routes)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, routes=list(_routes()))
    app.state.house = house
    add_error_pages(app)
    return app


class Doors:
    """Pages to people, the rest to the API (pure ASGI): also what does not exist is told in the form one reads."""

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self._api = api
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        behind = self._pages if scope["type"] == "http" and is_page(scope) else self._api
        await behind(scope, receive, send)


def is_page(scope: Scope) -> bool:
    """Whether a request is for a page: by its address, or a browser that asks for what is not there."""
    first = scope["path"].split("/")[1] if "/" in scope["path"] else ""
    if first in PAGES or first in INTERFACES:
        return first in PAGES
    return "text/html" in Headers(scope=scope).get("accept", "")
