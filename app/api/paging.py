"""Pages of a list: how many, after what, and the link to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query, Request

from app.api.shapes import Link, Page, PageLinks

T = TypeVar("T")

Limiet = Annotated[int, Query(ge=1, le=500, description="Het aantal per pagina")]
Na = Annotated[str | None, Query(max_length=2000, description="Waar de vorige pagina ophield")]


def page_of(request: Request, results: Sequence[T], after: str | None) -> Page[T]:
    """A page; `after` is where the next one begins, None on the last."""
    here = request.url
    following = Link(href=_path(str(here.include_query_params(na=after)))) if after is not None else None
    links = PageLinks(self_=Link(href=_path(str(here))), next=following)
    return Page[T](resultaten=list(results), links=links)


def _path(url: str) -> str:
    """The URL without scheme and host, which a proxy may have changed."""
    return "/" + url.split("://", 1)[-1].partition("/")[2]
