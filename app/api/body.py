"""Reading what was sent: its media type first, its size counted while it comes in."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from decimal import Decimal
from email.message import Message
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.dependencies import Caller
from app.api.shapes import Shape
from app.domain.refusals import MediaTypeNotSupported, TooLarge
from app.processing.pace import Pace
from app.processing.room import NoRoom, Room, Share

XML = ("application/xml", "text/xml")
JSON = ("application/json",)
MAX_JSON_BYTES = 65_536
ENOUGH_DIGITS = 20  # of a size that is too large whatever follows

S = TypeVar("S", bound=Shape)


async def _bericht_bytes(request: Request, caller: Caller) -> AsyncGenerator[bytes]:
    """The body; raises MediaTypeNotSupported before, TooLarge and NoRoom during the reading."""
    _demand_media_type(request, XML)
    with room_of(request).share(caller.key_id) as share:
        body = await counted(request, request.app.state.settings.max_bericht_bytes, share)
        async with share.turn():
            yield body


def room_of(request: Request) -> Room:
    """The room for bodies in this process."""
    return request.app.state.room


BerichtBytes = Annotated[bytes, Depends(_bericht_bytes)]


async def json_object(request: Request, shape: type[S]) -> S:
    """The JSON body as a shape; RequestValidationError names every part that is wrong."""
    _demand_media_type(request, JSON)
    body = await counted(request, MAX_JSON_BYTES)
    try:
        return shape.model_validate(_parsed(body))
    except ValidationError as error:
        wrong = [
            {**part, "loc": ("body", *part["loc"])} for part in error.errors(include_url=False, include_input=False)
        ]
        raise RequestValidationError(wrong) from None  # the cause holds the input


def _parsed(body: bytes) -> object:
    """The JSON with its fractions exact, which pydantic's own parser makes floats of."""
    try:
        return json.loads(body.decode(), parse_float=_exact, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",)}]) from None


def _exact(number: str) -> Decimal | float:
    """A number with an exponent stays a float: its exact form may have a billion digits."""
    return float(number) if "e" in number.lower() else Decimal(number)


def _no_constant(name: str) -> object:
    raise ValueError(name)  # NaN and the infinities are no JSON


def _demand_media_type(request: Request, known: Collection[str]) -> None:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = str(header.get_param("charset", "utf-8")).lower()
    if header.get_content_type() not in known or charset not in {"utf-8", "utf8"}:
        raise MediaTypeNotSupported(f"Stuur dit als {' of '.join(known)}, in UTF-8.")
    demand_no_encoding(request)


def demand_no_encoding(request: Request) -> None:
    """Raise MediaTypeNotSupported for a body that is compressed: its size says nothing."""
    if any(encoding.lower() != "identity" for encoding in request.headers.getlist("content-encoding")):
        raise MediaTypeNotSupported("Stuur dit zonder Content-Encoding.")


async def counted(request: Request, limit: int, share: Share | None = None) -> bytes:
    """The body, as far as it is not larger than the limit in bytes; raises TooLarge and TooSlow.

    With a share it also raises NoRoom, where it can before anything is read.
    """
    too_large = TooLarge(f"Wat u stuurt mag niet groter zijn dan {limit} bytes.")
    declared = request.headers.get("content-length", "0")
    size = int(declared[:ENOUGH_DIGITS]) if declared.isdecimal() else 0
    if size > limit:
        raise too_large
    pace: Pace = request.app.state.pace
    body, stream = bytearray(), pace.chunks(request.stream())
    try:
        if share is not None:
            share.demand(size)  # what is announced and never sent takes no room from others
        async for chunk in stream:
            body += chunk
            if len(body) > limit:
                raise too_large
            if share is not None:
                share.grow_to(len(body))
    except NoRoom:
        await _read_over(stream, limit - len(body))
        raise
    return bytes(body)


async def _read_over(stream: AsyncIterator[bytes], most: int) -> None:
    """Let the rest go by: who still sends would not see the answer."""
    async for chunk in stream:
        most -= len(chunk)
        if most < 0:
            return
