"""Refusal → HTTP status → application/problem+json (RFC 9457); the only such table."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.api.shapes import BevindingOut
from app.domain.refusals import (
    DifferentBericht,
    InrichtingInvalid,
    InvalidInput,
    MediaTypeNotSupported,
    NotAuthenticated,
    NotFound,
    Refusal,
    RejectedBericht,
    RoleNotAllowed,
    SenderNotAllowed,
    TooLarge,
    UnreadableBericht,
)

log = structlog.get_logger(__name__)

PROBLEM_BY_REFUSAL: Mapping[type[Refusal], tuple[HTTPStatus, str]] = {
    UnreadableBericht: (HTTPStatus.BAD_REQUEST, "onleesbaar-bericht"),
    RejectedBericht: (HTTPStatus.BAD_REQUEST, "afgekeurd-bericht"),
    DifferentBericht: (HTTPStatus.CONFLICT, "identificatie-niet-uniek"),
    SenderNotAllowed: (HTTPStatus.FORBIDDEN, "afzender-niet-toegestaan"),
    RoleNotAllowed: (HTTPStatus.FORBIDDEN, "rol-niet-toegestaan"),
    TooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "te-groot"),
    MediaTypeNotSupported: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "mediatype-niet-ondersteund"),
    NotAuthenticated: (HTTPStatus.UNAUTHORIZED, "geen-geldige-sleutel"),
    NotFound: (HTTPStatus.NOT_FOUND, "niet-gevonden"),
    InvalidInput: (HTTPStatus.BAD_REQUEST, "ongeldige-invoer"),
    InrichtingInvalid: (HTTPStatus.BAD_REQUEST, "ongeldige-inrichting"),
}


def problem(request: Request, status: HTTPStatus, kind: str, title: str, detail: str, **more: object) -> JSONResponse:
    """A problem document; it never repeats the input."""
    headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
    body = {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status.value,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def refusal_to_problem(request: Request, refusal: Refusal) -> JSONResponse:
    """The problem document of a refusal, with all its findings."""
    status, kind = PROBLEM_BY_REFUSAL[type(refusal)]
    more: dict[str, object] = {}
    if refusal.findings:
        more["bevindingen"] = [BevindingOut.of(f).model_dump(by_alias=True) for f in refusal.findings]
    title = " ".join((type(refusal).__doc__ or "").split())
    return problem(request, status, kind, title, refusal.detail, **more)


def invalid_request_to_problem(request: Request, error: RequestValidationError) -> JSONResponse:
    """Which parts of the request are wrong and how; never their values."""
    wrong = [{"pad": ".".join(str(part) for part in one["loc"]), "melding": str(one["msg"])} for one in error.errors()]
    return problem(
        request,
        HTTPStatus.BAD_REQUEST,
        "ongeldige-invoer",
        "The input is not valid",
        "De invoer klopt niet.",
        bevindingen=wrong,
    )


def http_exception_to_problem(request: Request, error: HTTPException) -> JSONResponse:
    """What the router itself refuses: an unknown path, a method that is not there."""
    status = HTTPStatus(error.status_code)
    answer = problem(request, status, status.phrase.lower().replace(" ", "-"), status.phrase, status.description)
    answer.headers.update(error.headers or {})
    return answer


def failure_to_problem(request: Request, error: Exception) -> JSONResponse:
    """A bug or a broken part: logged by kind and place, answered without detail."""
    log.error("request_failed", path=request.scope.get("route_path", "?"), error=type(error).__name__, exc_info=error)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(request, status, "interne-fout", status.phrase, "Er ging iets mis; probeer het later opnieuw.")


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every refusal and error as problem+json."""
    app.add_exception_handler(Refusal, refusal_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(RequestValidationError, invalid_request_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(HTTPException, http_exception_to_problem)  # pyright: ignore[reportArgumentType]
    app.add_exception_handler(Exception, failure_to_problem)
