"""Which of the media types that an endpoint has, the caller likes best, and whether it takes any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.datastructures import DefaultPlaceholder
from fastapi.routing import APIRoute

from app.api.dependencies import Caller

NOT_WANTED = 0.0


class NotAcceptable(Exception):
    """Every form that an endpoint has is one that the caller does not take"""

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__()
        self.offered = offered


async def demand_acceptable(request: Request, _caller: Caller) -> None:
    """Raise NotAcceptable, to who has a key, before anything is done of which the caller would not take the answer."""
    route = request.scope["route"]
    offered = forms_of(route)
    wishes = _wishes(",".join(request.headers.getlist("accept")))
    if not any(_quality(media_type, wishes) > NOT_WANTED for media_type in offered):
        raise NotAcceptable(offered)


def forms_of(route: APIRoute) -> Sequence[str]:
    """The media types of the answer of an endpoint that went well, as its description has them."""
    described: Mapping[str, Any] = route.responses.get(HTTPStatus.OK, {}).get("content", {})
    kind = route.response_class
    own: str | None = (kind.value if isinstance(kind, DefaultPlaceholder) else kind).media_type
    return list(dict.fromkeys([*([own] if own else []), *described]))


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """The offered type with the highest quality in an Accept header; the first one when none is named.

    >>> preferred("text/html;q=0.5, application/pdf", ["text/html", "application/pdf"])
    'application/pdf'
    """
    wishes = _wishes(accept)
    return max(offered, key=lambda media_type: _quality(media_type, wishes))


def _wishes(accept: str | None) -> Sequence[tuple[str, float]]:
    return [_wish(part) for part in (accept or "*/*").split(",")]


def _wish(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            return media_range, _number(value)
    return media_range, 1.0


def _number(value: str) -> float:
    try:
        return min(max(float(value), NOT_WANTED), 1.0)
    except ValueError:
        return NOT_WANTED


def _quality(media_type: str, wishes: Sequence[tuple[str, float]]) -> float:
    """That of the most precise range that holds the type."""
    family = f"{media_type.partition('/')[0]}/*"
    for media_range in (media_type, family, "*/*"):
        found = [quality for wished, quality in wishes if wished == media_range]
        if found:
            return max(found)
    return NOT_WANTED
