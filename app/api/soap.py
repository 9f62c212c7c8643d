"""The GGk server: StUF-GGk 2.1 envelopes over SOAP 1.1, and the description of that service."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

import app
from app.api.body import counted, demand_no_encoding, room_of
from app.api.dependencies import Credentials, Parts, key_holder
from app.api.problems import KIND_BY_REFUSAL, RETRY_AFTER_SECONDS
from app.api.room import NoRoom
from app.domain.refusals import NotFound, Refusal
from app.ggk.names import MOST_BYTES_IN
from app.ggk.soap import Faultcode
from app.ggk.writing import CONTENT_TYPE, plain_fault
from app.ggk.wsdl import MAIN, describe
from app.processing.ggk_ontvangen import demand_sender, take_in
from app.processing.runtime import Runtime

log = structlog.get_logger(__name__)

router = APIRouter(include_in_schema=False)  # a WSDL describes it

PATH: Final = "/soap/ggk0210"
_DOCUMENTS: Final = Path(app.__path__[0]).resolve().parent / "schemas" / "ggk"


@router.post(PATH)
async def post_envelop(request: Request, runtime: Parts, bearer: Credentials) -> Response:
    """Take an envelope; whatever goes wrong is told as a SOAP fault, for who calls reads nothing else."""
    try:
        return await _answer(request, runtime, bearer)
    except Refusal as refusal:
        status = KIND_BY_REFUSAL[type(refusal)].status
        headers = {"WWW-Authenticate": "Bearer"} if status is HTTPStatus.UNAUTHORIZED else None
        return _xml(plain_fault(Faultcode.CLIENT, refusal.detail), status, headers)
    except NoRoom:
        fault = plain_fault(
            Faultcode.SERVER, "Er wordt nu te veel tegelijk gestuurd; stuur dit later ongewijzigd opnieuw."
        )
        return _xml(fault, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    except ClientDisconnect:
        raise
    except Exception:
        log.exception("ggk_request_failed")
        fault = plain_fault(Faultcode.SERVER, "Het lukt nu niet; stuur het later ongewijzigd opnieuw.")
        return _xml(fault, HTTPStatus.INTERNAL_SERVER_ERROR)


@router.get(PATH)
def get_description(
    request: Request,
    wsdl: Annotated[str | None, Query()] = None,
    xsd: Annotated[str | None, Query()] = None,
) -> Response:
    """The WSDL and its schemas; open, for they are those of the standard."""
    name = wsdl or (MAIN if wsdl is not None else xsd or "")
    found = describe(_DOCUMENTS, name, str(request.url.replace(query="", fragment="")))
    if found is None:
        raise NotFound("Hier staat de WSDL (?wsdl), en wordt met POST een envelop aangenomen.")
    return _xml(found, HTTPStatus.OK)


async def _answer(request: Request, runtime: Runtime, bearer: Credentials) -> Response:
    principal = await run_in_threadpool(key_holder, runtime, bearer)
    demand_sender(principal)
    demand_no_encoding(request)
    content_type = request.headers.get("content-type", "")
    with room_of(request).share() as share:
        body = await counted(request, MOST_BYTES_IN, share)
        async with share.turn():
            reply = await run_in_threadpool(take_in, runtime, principal, body, content_type)
    return _xml(reply.body, reply.status)


def _xml(body: bytes, status: HTTPStatus, headers: dict[str, str] | None = None) -> Response:
    return Response(body, status, {"Content-Type": CONTENT_TYPE, **(headers or {})})
