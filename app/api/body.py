"""Reading a posted message: its media type first, its size counted while it comes in."""

from __future__ import annotations

from email.message import Message
from typing import Annotated

from fastapi import Depends, Request

from app.api.dependencies import Caller
from app.domain.refusals import MediaTypeNotSupported, TooLarge

MEDIA_TYPES = ("application/xml", "text/xml")


async def _bericht_bytes(request: Request, _caller: Caller) -> bytes:
    """The body; raises MediaTypeNotSupported before and TooLarge during the reading."""
    _demand_xml(request)
    limit: int = request.app.state.settings.max_bericht_bytes
    too_large = TooLarge(f"Een bericht mag niet groter zijn dan {limit} bytes.")
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _demand_xml(request: Request) -> None:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    charset = header.get_content_charset("utf-8")
    if header.get_content_type() not in MEDIA_TYPES or charset not in {"utf-8", "utf8"}:
        raise MediaTypeNotSupported("Stuur het bericht als application/xml of text/xml, in UTF-8.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise MediaTypeNotSupported("Stuur het bericht zonder Content-Encoding.")


BerichtBytes = Annotated[bytes, Depends(_bericht_bytes)]
