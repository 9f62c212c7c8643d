"""The accessibility statement: for everybody, also who cannot log in."""

from __future__ import annotations

from datetime import date
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.web.pages import page
from app.web.visit import Visit

router = APIRouter()

STATED: Final = date(2026, 11, 22)
"""When the pages were last tested for it; a release sets it anew."""


@router.get("/toegankelijkheid")
def show(bezoek: Visit) -> HTMLResponse:
    """The statement, with whom to tell what does not work."""
    return page(bezoek, "toegankelijkheid.html", stated=STATED, contact=bezoek.house.contact)
