"""The GGk server: StUF-GGk 2.1 envelopes over SOAP 1.1, and the description of that service."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

import app
from app.api.body import counted, demand_no_encoding, room_of
from app.api.dependencies import Caller, Parts
from app.api.problems import KIND_BY_REFUSAL, RETRY_AFTER_SECONDS, headers_of, note_denied
from app.domain.refusals import NotFound, Refusal
from app.ggk.names import MOST_BYTES_IN
from app.ggk.soap import Faultcode
from app.ggk.writing import CONTENT_TYPE, plain_fault
from app.ggk.wsdl import MAIN, describe
from app.processing.ggk_ontvangen import take_in
from app.processing.pace import TooSlow
from app.processing.room import NoRoom
from app.storage.outages import DatabaseUnavailable

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)  # a WSDL describes it

PATH: Final = "/soap/ggk0210"
NOT_NOW: Final = "Het lukt nu niet; stuur het later ongewijzigd opnieuw."
_DOCUMENTS: Final = Path(app.__path__[0]).resolve().parent / "schemas" / "ggk"


@router.get(PATH)
def get_description(
    request: Request,
    _caller: Caller,
    wsdl: Annotated[str | None, Query()] = None,
    xsd: Annotated[str | None, Query()] = None,
) -> Response:
    """The WSDL and its schemas, for everybody who has a key (details.md 9)."""
    name = wsdl or (MAIN if wsdl is not None else xsd or "")
    found = describe(_DOCUMENTS, name, str(request.url.replace(query="", fragment="")))
    if found is None:
        raise NotFound("Hier staat de WSDL (?wsdl), en wordt met POST een envelop aangenomen.")
    return _xml(found, HTTPStatus.OK)


async def _post_envelop(request: Request, caller: Caller, runtime: Parts) -> Response:
    """Take an envelope."""
    demand_no_encoding(request)
    content_type = request.headers.get("content-type", "")
    with room_of(request).share(caller.key_id) as share:
        body = await counted(request, MOST_BYTES_IN, share)
        async with share.turn():
            reply = await run_in_threadpool(take_in, runtime, caller, body, content_type)
    return _xml(reply.body, reply.status)


class _FaultRoute(APIRoute):
    """Whatever goes wrong, also before the endpoint, is told as a SOAP fault: who calls reads nothing else."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with its failures answered."""
        handle = super().get_route_handler()

        async def handle_or_fault(request: Request) -> Response:
            try:
                return await handle(request)
            except ClientDisconnect:
                raise
            except Exception as error:
                if isinstance(error, Refusal):
                    await run_in_threadpool(note_denied, request, error)
                return _fault_of(error)

        return handle_or_fault


def _fault_of(error: Exception) -> Response:
    if isinstance(error, Refusal):
        status = KIND_BY_REFUSAL[type(error)].status
        code = Faultcode.SERVER if status is HTTPStatus.SERVICE_UNAVAILABLE else Faultcode.CLIENT
        return _xml(plain_fault(code, error.detail), status, headers_of(error))
    if isinstance(error, TooSlow):
        return _xml(plain_fault(Faultcode.CLIENT, str(error)), HTTPStatus.REQUEST_TIMEOUT, {"Connection": "close"})
    if isinstance(error, NoRoom):
        return _later("Er wordt nu te veel tegelijk gestuurd; stuur dit later ongewijzigd opnieuw.")
    if isinstance(error, DatabaseUnavailable):
        log.warning("database_unavailable", route=PATH, error=type(error.__cause__).__name__)
        return _later(NOT_NOW)
    log.error("ggk_request_failed", exc_info=error)
    return _xml(plain_fault(Faultcode.SERVER, NOT_NOW), HTTPStatus.INTERNAL_SERVER_ERROR)


def _later(text: str) -> Response:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return _xml(plain_fault(Faultcode.SERVER, text), HTTPStatus.SERVICE_UNAVAILABLE, headers)


def _xml(body: bytes, status: HTTPStatus, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, {"Content-Type": CONTENT_TYPE, **(headers or {})})


router.add_api_route(PATH, _post_envelop, methods=["POST"], route_class_override=_FaultRoute)
