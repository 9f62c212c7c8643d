"""Reading what was sent: its media type first, its size counted while it comes in."""

from __future__ import annotations

import json
from collections.abc import Collection
from decimal import Decimal
from email.message import Message
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.api.dependencies import Caller
from app.api.shapes import Shape
from app.domain.refusals import MediaTypeNotSupported, TooLarge

XML = ("application/xml", "text/xml")
JSON = ("application/json",)
MAX_JSON_BYTES = 65_536
ENOUGH_DIGITS = 20  # of a size that is too large whatever follows

S = TypeVar("S", bound=Shape)


async def _bericht_bytes(request: Request, _caller: Caller) -> bytes:
    """The body; raises MediaTypeNotSupported before and TooLarge during the reading."""
    _demand_media_type(request, XML)
    return await counted(request, request.app.state.settings.max_bericht_bytes)


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


async def counted(request: Request, limit: int) -> bytes:
    """The body, as far as it is not larger than the limit in bytes; raises TooLarge."""
    too_large = TooLarge(f"Wat u stuurt mag niet groter zijn dan {limit} bytes.")
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:ENOUGH_DIGITS]) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)
