"""The postbus: a party fetches the messages that are for it."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from app.api.berichten import BerichtOut
from app.api.dependencies import Caller, Parts, Sight
from app.api.paging import Limiet, Na
from app.api.shapes import Link, PageLinks, Shape
from app.processing import postbus

router = APIRouter(prefix="/postbus", tags=["Postbus"])


class PostbusOut(Shape):
    """What came after the cursor, oldest first; ask again with `na` = `cursor`."""

    resultaten: list[BerichtOut]
    cursor: str
    links: PageLinks = Field(serialization_alias="_links")


@router.get("")
def get_postbus(caller: Caller, sight: Sight, runtime: Parts, na: Na = None, limiet: Limiet = 100) -> PostbusOut:
    """De berichten voor deze partij na de cursor, oudste eerst."""
    records, cursor = postbus.fetch(runtime, caller, sight, after=na, limit=limiet)
    here = f"/v1/postbus?limiet={limiet}"
    return PostbusOut(
        resultaten=[BerichtOut.of(record) for record in records],
        cursor=cursor,
        links=PageLinks(
            self_=Link(href=f"{here}&na={na}" if na else here),
            next=Link(href=f"{here}&na={cursor}") if len(records) == limiet else None,
        ),
    )


@router.post("/{id}/_ontvangen")
def bevestig_ontvangst(id: str, caller: Caller, sight: Sight, runtime: Parts) -> BerichtOut:
    """De partij heeft het bericht. Herhalen kan geen kwaad."""
    return BerichtOut.of(postbus.confirm(runtime, caller, sight, id))
