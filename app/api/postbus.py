"""The postbus: a party fetches the messages that are for it."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.api.berichten import BerichtOut
from app.api.dependencies import Caller, Parts, Receiver, Sight, sight_of
from app.api.openapi import problems
from app.api.paging import Cursor, Limiet
from app.api.shapes import Link, PageLinks, Shape
from app.processing import postbus

router = APIRouter(prefix="/postbus", tags=["Postbus"])


class PostbusOut(Shape):
    """What came after the cursor, oldest first; ask again with `na` = `cursor`."""

    resultaten: list[BerichtOut]
    cursor: str
    links: PageLinks = Field(serialization_alias="_links")


@router.get("", summary="De berichten voor deze partij, oudste eerst")
def get_postbus(caller: Caller, sight: Sight, runtime: Parts, na: Cursor = None, limiet: Limiet = 100) -> PostbusOut:
    """Wat er na de cursor kwam. Vraag met `na` = `cursor` naar wat daarna komt; niets valt weg of komt dubbel."""
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


@router.post(
    "/{id:uuid}/_ontvangen", summary="Ontvangst van een bericht bevestigen", responses=problems(HTTPStatus.FORBIDDEN)
)
def bevestig_ontvangst(id: UUID, caller: Receiver, runtime: Parts) -> BerichtOut:
    """De partij heeft het bericht. Herhalen kan geen kwaad."""
    return BerichtOut.of(postbus.confirm(runtime, caller, sight_of(caller), str(id)))
