"""Which of the media types that an endpoint has, the caller likes best."""

from __future__ import annotations

from collections.abc import Sequence

NOT_WANTED = 0.0


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """The offered type with the highest quality in an Accept header; the first one when none is named.

    >>> preferred("text/html;q=0.5, application/pdf", ["text/html", "application/pdf"])
    'application/pdf'
    """
    wishes = [_wish(part) for part in (accept or "*/*").split(",")]
    return max(offered, key=lambda media_type: _quality(media_type, wishes))


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
