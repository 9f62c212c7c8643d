"""From a template to an answer: the text of a page, its headers and the visitor's cookie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from app.domain.principal import Recht
from app.web.cookies import SESSIE, give
from app.web.dutch import FILTERS
from app.web.forms import TOKEN
from app.web.visit import Bezoek

STATIC: Final = Path(__file__).parent / "static"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Not no-referrer: with that a browser sends `Origin: null` along with our own forms.
    "Referrer-Policy": "same-origin",
}
MENU: Final[tuple[tuple[str, str, Recht | None], ...]] = (
    ("/", "Start", None),
    ("/berichten", "Berichten", Recht.BERICHTEN_LEZEN),
    ("/toewijzingen", "Toewijzingen", Recht.TOEWIJZINGEN_LEZEN),
    ("/declaraties", "Declaraties", Recht.DECLARATIES_LEZEN),
    ("/termijnen", "Termijnen", Recht.RAPPORTAGES_LEZEN),
    ("/proef", "Proefbericht", Recht.BERICHTEN_LEZEN),
    ("/stuurinformatie", "Stuurinformatie", Recht.RAPPORTAGES_LEZEN),
    ("/inrichting", "Inrichting", Recht.INRICHTING_LEZEN),
    ("/logboek", "Logboek", Recht.INZAGE_LEZEN),
    ("/account", "Uw account", None),
)
"""The pages in the menu: address, name, and the right that one asks for; those of the work stand before the account."""


def _versioned(name: str) -> str:
    """The address of a file that a browser may keep: another content is another address."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


_environment = Environment(
    loader=PackageLoader("app.web", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(FILTERS)  # pyright: ignore[reportUnknownMemberType]
SHARED: Final = {
    "stylesheets": [_versioned("tokens.css"), _versioned("iwmo.css")],
    "script": _versioned("iwmo.js"),
    "icon": _versioned("iwmo.svg"),
    "token_field": TOKEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fouten:
    """What is wrong with a form: the text by the name of its field, in the order of the form."""

    by_field: dict[str, str] = field(default_factory=dict[str, str])

    def __bool__(self) -> bool:
        return bool(self.by_field)


GEEN: Final = Fouten()


def page(
    bezoek: Bezoek, template: str, *, status: HTTPStatus = HTTPStatus.OK, fouten: Fouten = GEEN, **context: object
) -> HTMLResponse:
    """The answer with a page; a visitor without cookie gets one, so that its forms can be told from those of others."""
    principal = bezoek.principal
    text = _environment.get_template(template).render(
        principal=principal,
        sessie=bezoek.sessie,
        menu=[(path, name) for path, name, recht in MENU if principal and (recht is None or principal.may(recht))],
        here=bezoek.here,
        token=bezoek.token,
        fouten=fouten.by_field,
        **SHARED,
        **context,
    )
    response = HTMLResponse(text, status, HEADERS)
    if bezoek.cookie_is_new:
        give(response, SESSIE, bezoek.cookie, secure=bezoek.secure)
    return response


def bare_page(status: HTTPStatus, *, title: str, text: str) -> HTMLResponse:
    """A page that says what is wrong, for whoever asks; it needs no database."""
    content = _environment.get_template("fout.html").render(
        principal=None, sessie=None, menu=[], here="", token="", fouten={}, title=title, text=text, **SHARED
    )
    return HTMLResponse(content, status, HEADERS)


def onward(path: str) -> RedirectResponse:
    """To another page, by GET."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, HEADERS)


def onward_with(bezoek: Bezoek, cookie: str, path: str) -> Response:
    """To another page with the cookie of a session that just began or was renewed."""
    response = onward(path)
    give(response, SESSIE, cookie, secure=bezoek.secure)
    return response
