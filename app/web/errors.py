"""What went wrong, as a page."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.domain.principal import Principal
from app.domain.refusals import (
    NotFound,
    NothingToDo,
    Refusal,
    RightNotGranted,
    RoleNotAllowed,
    SenderNotAllowed,
    TooLarge,
    TooManyRequests,
)
from app.processing.logboek_weigeringen import note_refusal
from app.processing.oidc_discovery import ProviderUnavailable
from app.processing.pace import TooSlow
from app.processing.room import NoRoom
from app.storage.outages import DatabaseUnavailable
from app.web.cookies import NotSecure
from app.web.forms import ForeignForm, FormNotAccepted
from app.web.house import House, TooBusy
from app.web.pages import bare_page, onward
from app.web.visit import AddressNotAccepted, Bezoek, ElsewhereFirst, PageRefused, herkomst_of

log = structlog.get_logger(__name__)

RETRY_AFTER_SECONDS: Final = "5"
TEXTS: Final = {
    HTTPStatus.FORBIDDEN: ("U mag dit niet", "Uw rol laat dit niet toe."),
    HTTPStatus.NOT_FOUND: ("Deze pagina is er niet", "Controleer het adres, of begin bij de startpagina."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Dit bestand is te groot", "Kies een kleiner bestand."),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Dit kan hier niet", "Gebruik de knop op de pagina waar u vandaan komt."),
}
DECLINED: Final[Mapping[type[Refusal], HTTPStatus]] = {
    NotFound: HTTPStatus.NOT_FOUND,
    RoleNotAllowed: HTTPStatus.FORBIDDEN,
    RightNotGranted: HTTPStatus.FORBIDDEN,
    SenderNotAllowed: HTTPStatus.FORBIDDEN,
    NothingToDo: HTTPStatus.CONFLICT,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
WRONG_ADDRESS: Final = "Er staat iets in dat hier niet kan, of het is te lang. Ga terug en kies of typ het opnieuw."
UNKNOWN: Final = ("Dit lukte niet", "Begin opnieuw bij de startpagina.")


def _elsewhere(_request: Request, error: ElsewhereFirst) -> Response:
    return onward(error.path)


def _refused(request: Request, error: PageRefused) -> Response:
    if _principal(request) is not None:
        _note(request, type(error).__name__)
    return _known(error.status)


def _http_exception(_request: Request, error: HTTPException) -> Response:
    response = _known(HTTPStatus(error.status_code))
    response.headers.update(error.headers or {})
    return response


def _declined(_request: Request, refusal: Refusal) -> Response:
    """What the service says no to, in the words of the refusal; a page that can say it beside a form does so itself."""
    status = DECLINED.get(type(refusal), HTTPStatus.BAD_REQUEST)
    title, _ = TEXTS.get(status, UNKNOWN)
    return bare_page(status, title=title, text=refusal.detail)


def _foreign(request: Request, error: ForeignForm) -> Response:
    _note(request, type(error).__name__)
    log.warning("form_refused", route=request.scope["route"].path)
    return bare_page(
        HTTPStatus.FORBIDDEN,
        title="Dit formulier is verlopen",
        text="Er is niets veranderd. Ga terug, laad de pagina opnieuw en probeer het nog eens.",
    )


def _unreadable(_request: Request, _error: FormNotAccepted) -> Response:
    return bare_page(HTTPStatus.BAD_REQUEST, title="Dit formulier is niet te lezen", text="Er is niets veranderd.")


def _wrong_address(_request: Request, error: Exception) -> Response:
    """Says nothing of what was asked: that may be anything."""
    if isinstance(error, RequestValidationError) and any(one["loc"][0] == "path" for one in error.errors()):
        return _known(HTTPStatus.NOT_FOUND)
    return bare_page(HTTPStatus.BAD_REQUEST, title="Dit adres klopt niet", text=WRONG_ADDRESS)


def _too_slow(_request: Request, _error: TooSlow) -> Response:
    return bare_page(
        HTTPStatus.REQUEST_TIMEOUT, title="Het formulier kwam niet op tijd binnen", text="Er is niets veranderd."
    )


def _not_secure(_request: Request, _error: NotSecure) -> Response:
    return bare_page(
        HTTPStatus.FORBIDDEN,
        title="Alleen over een beveiligde verbinding",
        text="Deze pagina's werken alleen over https, of op de machine van de dienst zelf.",
    )


def _busy(_request: Request, _error: TooBusy) -> Response:
    return _later("Er loggen nu te veel mensen tegelijk in. Probeer het over enkele seconden opnieuw.")


def _no_room(_request: Request, _error: NoRoom) -> Response:
    return _later("Er worden nu te veel berichten tegelijk beoordeeld. Probeer het over enkele seconden opnieuw.")


def _provider_away(_request: Request, _error: ProviderUnavailable) -> Response:
    return _later("De inlogdienst van uw organisatie antwoordt nu niet. Probeer het over enkele seconden opnieuw.")


def _outage(request: Request, error: DatabaseUnavailable) -> Response:
    log.warning("database_unavailable", route=_route(request), error=type(error.__cause__).__name__)
    return _later("De dienst kan nu niet bij zijn gegevens. Probeer het over enkele seconden opnieuw.")


def _failure(request: Request, error: Exception) -> Response:
    log.error("request_failed", route=_route(request), error=type(error).__name__, exc_info=error)
    return bare_page(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        title="Er ging iets mis",
        text="Probeer het later opnieuw; blijft het misgaan, meld het dan bij de beheerder.",
    )


def _known(status: HTTPStatus) -> Response:
    title, text = TEXTS.get(status, UNKNOWN)
    return bare_page(status, title=title, text=text)


def _later(text: str) -> Response:
    response = bare_page(HTTPStatus.SERVICE_UNAVAILABLE, title="Nu even niet", text=text)
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _principal(request: Request) -> Principal | None:
    bezoek: Bezoek | None = getattr(request.state, "bezoek", None)
    return bezoek.principal if bezoek is not None else None


def _note(request: Request, why: str) -> None:
    """Write down that somebody was kept out."""
    house: House = request.app.state.house
    route = f"{request.method} {_route(request)}"
    note_refusal(house.runtime, _principal(request), herkomst_of(request), route, why)


def _route(request: Request) -> str | None:
    return getattr(request.scope.get("route"), "path", None)


def add_error_pages(app: FastAPI) -> None:
    """Answer every refusal and error with a page."""
    app.add_exception_handler(Refusal, _declined)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(ElsewhereFirst, _elsewhere)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(PageRefused, _refused)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(HTTPException, _http_exception)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(ForeignForm, _foreign)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(FormNotAccepted, _unreadable)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(AddressNotAccepted, _wrong_address)
    app.add_exception_handler(RequestValidationError, _wrong_address)
    app.add_exception_handler(TooSlow, _too_slow)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(NotSecure, _not_secure)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(TooBusy, _busy)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(NoRoom, _no_room)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(ProviderUnavailable, _provider_away)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(DatabaseUnavailable, _outage)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(Exception, _failure)
