"""What a form sends: small, of one kind, and from a page of ours in the same browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from app.web.house import House

MAX_BYTES: Final = 64_000
MAX_FIELDS: Final = 40
KIND: Final = "application/x-www-form-urlencoded"
TOKEN: Final = "formulier"  # noqa: S105 - the name of a field
NUL: Final = "\0"
"""The one character that no database column holds, and that nobody types."""


class FormNotAccepted(Exception):
    """A form that cannot be read"""


class ForeignForm(Exception):
    """A form that another site sent, or one of a session that is over"""


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form, the last of each name; raises FormNotAccepted and TooSlow."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise FormNotAccepted
    house: House = request.app.state.house
    body = bytearray()
    async for chunk in house.pace.chunks(request.stream()):
        body += chunk
        if len(body) > MAX_BYTES:
            raise FormNotAccepted
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"))
    except ValueError:
        raise FormNotAccepted from None
    demand_text(form)
    return form


def demand_text(form: Mapping[str, str]) -> None:
    """Raise FormNotAccepted when a field holds what is no text."""
    if any(NUL in text for text in form.values()):
        raise FormNotAccepted


def demand_own_site(request: Request, house: House) -> None:
    """Raise ForeignForm when the browser says that another site, even on a neighbouring host, sent the form."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForeignForm
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc not in {request.headers.get("host"), house.public_host}:
        raise ForeignForm
