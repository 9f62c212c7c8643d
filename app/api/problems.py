"""Refusal → HTTP status → application/problem+json (RFC 9457); the only such table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from stdnum.nl import bsn

from app.api.accept import NotAcceptable
from app.api.invalid_input import InvalidPart, invalid_parts
from app.api.shapes import BevindingOut
from app.domain.refusals import (
    BerichtWasDeleted,
    DifferentBericht,
    DifferentRequest,
    InrichtingInvalid,
    InvalidInput,
    IssuerUnavailable,
    MediaTypeNotSupported,
    NotAuthenticated,
    NotFound,
    NothingToDo,
    Refusal,
    RejectedBericht,
    RightNotGranted,
    RoleNotAllowed,
    SenderNotAllowed,
    TokenInvalid,
    TooLarge,
    TooManyRequests,
    UnreadableBericht,
)
from app.processing.logboek_weigeringen import note_refusal
from app.processing.pace import TooSlow
from app.processing.room import NoRoom
from app.storage.outages import DatabaseUnavailable

log = structlog.get_logger(__name__)
_NINE_DIGITS = re.compile(r"(?<![0-9])[0-9]{9}(?![0-9])")

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """A kind of problem: its status, the end of its type, and its title."""

    status: HTTPStatus
    name: str
    title: str


NOT_FOUND = Kind(HTTPStatus.NOT_FOUND, "niet-gevonden", "Dit bestaat niet")
INVALID_INPUT = Kind(HTTPStatus.BAD_REQUEST, "ongeldige-invoer", "De invoer klopt niet")
METHOD_NOT_ALLOWED = Kind(HTTPStatus.METHOD_NOT_ALLOWED, "methode-niet-toegestaan", "Deze methode kan hier niet")
DATABASE_UNAVAILABLE = Kind(
    HTTPStatus.SERVICE_UNAVAILABLE, "database-onbereikbaar", "De dienst kan nu niet bij zijn gegevens"
)
BUSY = Kind(HTTPStatus.SERVICE_UNAVAILABLE, "te-druk", "De dienst heeft het nu te druk")
RETRY_AFTER_SECONDS = 5
AGAIN = "Probeer het later opnieuw; blijft het misgaan, meld het dan."
FAILURE = Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "interne-fout", "Er ging iets mis")
TOO_SLOW = Kind(HTTPStatus.REQUEST_TIMEOUT, "te-traag", "Het sturen duurt te lang")
NOT_ACCEPTABLE = Kind(HTTPStatus.NOT_ACCEPTABLE, "vorm-niet-beschikbaar", "In deze vorm is dit er niet")

KIND_BY_REFUSAL: Mapping[type[Refusal], Kind] = {
    UnreadableBericht: Kind(HTTPStatus.BAD_REQUEST, "onleesbaar-bericht", "Dit is geen leesbaar bericht"),
    RejectedBericht: Kind(HTTPStatus.BAD_REQUEST, "afgekeurd-bericht", "Het bericht is afgekeurd en niet verwerkt"),
    DifferentBericht: Kind(
        HTTPStatus.CONFLICT, "identificatie-niet-uniek", "Deze identificatie hoort bij een ander bericht"
    ),
    BerichtWasDeleted: Kind(
        HTTPStatus.CONFLICT, "bericht-was-verwijderd", "Dit bericht is eerder verwerkt en inmiddels verwijderd"
    ),
    DifferentRequest: Kind(
        HTTPStatus.CONFLICT, "idempotency-key-niet-uniek", "Deze Idempotency-Key hoort bij een andere vraag"
    ),
    SenderNotAllowed: Kind(
        HTTPStatus.FORBIDDEN, "afzender-niet-toegestaan", "Deze sleutel mag niet namens deze partij verzenden"
    ),
    RoleNotAllowed: Kind(HTTPStatus.FORBIDDEN, "rol-niet-toegestaan", "Deze sleutel mag dit niet"),
    RightNotGranted: Kind(HTTPStatus.FORBIDDEN, "recht-ontbreekt", "Hiervoor ontbreekt een recht"),
    TooManyRequests: Kind(HTTPStatus.TOO_MANY_REQUESTS, "te-veel-vragen", "Er werd te veel gevraagd"),
    TooLarge: Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "te-groot", "De inhoud is te groot"),
    MediaTypeNotSupported: Kind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "mediatype-niet-ondersteund", "Dit mediatype kan hier niet"
    ),
    NotAuthenticated: Kind(HTTPStatus.UNAUTHORIZED, "geen-geldige-sleutel", "Er is een geldige sleutel nodig"),
    TokenInvalid: Kind(HTTPStatus.UNAUTHORIZED, "geen-geldig-token", "Er is een geldig token nodig"),
    IssuerUnavailable: Kind(
        HTTPStatus.SERVICE_UNAVAILABLE, "uitgever-onbereikbaar", "De uitgever van het token is onbereikbaar"
    ),
    NothingToDo: Kind(HTTPStatus.CONFLICT, "niets-opnieuw-te-doen", "Er valt niets opnieuw te doen"),
    NotFound: NOT_FOUND,
    InvalidInput: INVALID_INPUT,
    InrichtingInvalid: Kind(HTTPStatus.BAD_REQUEST, "ongeldige-inrichting", "De inrichting bevat fouten"),
}
NOT_READY = Kind(HTTPStatus.SERVICE_UNAVAILABLE, "niet-gereed", "De dienst kan nog niet werken")
KINDS = tuple(
    dict.fromkeys(
        [
            *KIND_BY_REFUSAL.values(),
            METHOD_NOT_ALLOWED,
            NOT_ACCEPTABLE,
            TOO_SLOW,
            FAILURE,
            DATABASE_UNAVAILABLE,
            BUSY,
            NOT_READY,
        ]
    )
)
"""Every kind of problem that the service answers with."""

DENIED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS})
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _hidden(found: re.Match[str]) -> str:
    """What stands for a bsn that somebody put in a path; a number that is none stays."""
    return "*********" if bsn.is_valid(found[0]) else found[0]


def problem(request: Request, kind: Kind, detail: str, **more: object) -> JSONResponse:
    """A problem document; it never repeats the input."""
    body = {
        "type": f"/problems/{kind.name}",
        "title": kind.title,
        "status": kind.status.value,
        "detail": detail,
        "instance": _NINE_DIGITS.sub(_hidden, request.url.path),
        **more,
    }
    return JSONResponse(body, kind.status, media_type=MEDIA_TYPE)


def refusal_to_problem(request: Request, refusal: Refusal) -> JSONResponse:
    """The problem document of a refusal, with all its findings."""
    more: dict[str, object] = {}
    if refusal.findings:
        more["bevindingen"] = [BevindingOut.of(f).model_dump(by_alias=True) for f in refusal.findings]
    answer = problem(request, KIND_BY_REFUSAL[type(refusal)], refusal.detail, **more)
    note_denied(request, refusal)
    answer.headers.update(headers_of(refusal))
    return answer


def note_denied(request: Request, refusal: Refusal) -> None:
    """Write down that somebody was kept out: who is not known, may not, asks too much, or for what is not there."""
    if KIND_BY_REFUSAL[type(refusal)].status not in DENIED:
        return
    state = request.state
    note_refusal(
        request.app.state.runtime,
        getattr(state, "principal", None),
        getattr(state, "herkomst", None),
        getattr(state, "operation", request.method),
        type(refusal).__name__,
    )


def headers_of(refusal: Refusal) -> dict[str, str]:
    """What else a caller is told by the headers: how to show who it is (RFC 6750), or when to come back."""
    if isinstance(refusal, TokenInvalid):
        return {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    if isinstance(refusal, NotAuthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(refusal, TooManyRequests):
        return {"Retry-After": str(refusal.retry_after)}
    return {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(refusal, IssuerUnavailable) else {}


def invalid_request_to_problem(request: Request, error: RequestValidationError) -> JSONResponse:
    """Which parts of the request are wrong and how; never their values."""
    parts: Sequence[InvalidPart] = invalid_parts(error.errors())
    wrong = [{"pad": part.pad, "melding": part.melding} for part in parts]
    return problem(request, INVALID_INPUT, "Een of meer onderdelen van de vraag kloppen niet.", bevindingen=wrong)


def http_exception_to_problem(request: Request, error: HTTPException) -> JSONResponse:
    """What the router itself refuses: an unknown path, a method that is not there."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem(request, NOT_FOUND, "Op dit adres is niets.")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer = problem(request, METHOD_NOT_ALLOWED, "Het veld Allow noemt de methoden die hier kunnen.")
        answer.headers["Allow"] = ", ".join(_allowed(request))
        return answer
    kind = INVALID_INPUT if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else FAILURE
    return problem(request, kind, "Deze vraag is niet te lezen." if kind is INVALID_INPUT else AGAIN)


def _allowed(request: Request) -> list[str]:
    """Every method of a path: the router names those of the first route only."""
    routes: Sequence[BaseRoute] = request.app.routes
    found = [m for m in METHODS if any(r.matches({**request.scope, "method": m})[0] is Match.FULL for r in routes)]
    return ["GET", "HEAD", *found[1:]] if found[:1] == ["GET"] else found


def failure_to_problem(request: Request, error: Exception) -> JSONResponse:
    """A bug or a broken part: logged by kind and place, answered without detail."""
    route = request.scope.get("route")
    log.error("request_failed", route=getattr(route, "path", None), error=type(error).__name__, exc_info=error)
    return problem(request, FAILURE, AGAIN)


def outage_to_problem(request: Request, error: DatabaseUnavailable) -> JSONResponse:
    """The database is gone or busy for too long: nothing is wrong with the request."""
    route = request.scope.get("route")
    cause = type(error.__cause__).__name__
    log.warning("database_unavailable", route=getattr(route, "path", None), error=cause)
    answer = problem(request, DATABASE_UNAVAILABLE, "Probeer het over enkele seconden opnieuw.")
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def no_room_to_problem(request: Request, _error: NoRoom) -> JSONResponse:
    """Too many large bodies are in memory: nothing is wrong with the request."""
    answer = problem(request, BUSY, "Er wordt nu te veel tegelijk gestuurd. Probeer het over enkele seconden opnieuw.")
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def too_slow_to_problem(request: Request, error: TooSlow) -> JSONResponse:
    """The body did not come in time; what still comes of it is not waited for."""
    answer = problem(request, TOO_SLOW, str(error))
    answer.headers["Connection"] = "close"
    return answer


def not_acceptable_to_problem(request: Request, error: NotAcceptable) -> JSONResponse:
    """None of the forms of the answer is one that the caller accepts; a problem is always told as one."""
    return problem(request, NOT_ACCEPTABLE, f"Dit is er als {' of '.join(error.offered)}; zie het veld Accept.")


def disconnect_to_nothing(_request: Request, _error: ClientDisconnect) -> Response:
    """The caller left halfway its request: nobody reads the answer, and nothing is broken."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


class FailuresEndHere:
    """Keeps a failure from the server, which would log its text as well; what nobody answered yet is answered here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_and_see(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        except Exception as error:
            if not begun:
                await failure_to_problem(Request(scope), error)(scope, receive, send)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every refusal and error as problem+json."""
    app.add_exception_handler(Refusal, refusal_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(RequestValidationError, invalid_request_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(HTTPException, http_exception_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(DatabaseUnavailable, outage_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(NoRoom, no_room_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(TooSlow, too_slow_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(NotAcceptable, not_acceptable_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(ClientDisconnect, disconnect_to_nothing)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(Exception, failure_to_problem)
