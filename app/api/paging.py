"""Pages of a list: how many, after what, and the link to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Query, Request
from starlette.datastructures import URL

from app.api.shapes import Link, Page, PageLinks

T = TypeVar("T")

MAX_CURSOR = 50_000  # of a key for a thousand parties; the server itself takes no longer URL than 64 KiB

Limiet = Annotated[int, Query(ge=1, le=500, description="Het aantal per pagina")]
Na = Annotated[UUID | None, Query(description="Waar de vorige pagina ophield")]
Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR, description="De cursor van het vorige antwoord")]


def page_of(request: Request, results: Sequence[T], after: str | None) -> Page[T]:
    """A page; `after` is where the next one begins, None on the last."""
    here = request.url
    following = _link(here.include_query_params(na=after)) if after is not None else None
    return Page[T](resultaten=list(results), links=PageLinks(self_=_link(here), next=following))


def _link(url: URL) -> Link:
    """The URL without scheme and host, which a proxy may have changed."""
    return Link(href=f"{url.path}?{url.query}" if url.query else url.path)
