"""The first page after logging in, and the files of every page."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, HTMLResponse

from app.processing.personen import find_record
from app.web.pages import STATIC, page
from app.web.visit import Visit

router = APIRouter()

CSS, JAVASCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
FILES = {"tokens.css": CSS, "iwmo.css": CSS, "iwmo.js": JAVASCRIPT, "iwmo.svg": "image/svg+xml"}


@router.get("/")
def start(bezoek: Visit) -> HTMLResponse:
    """Who is logged in, with what role, and where to go."""
    sessie = bezoek.own_sessie
    return page(bezoek, "start.html", persoon=find_record(bezoek.runtime, sessie.naam))


@router.get("/static/{name}")
def file(name: str) -> FileResponse:
    """A file of the pages; its address changes with its content."""
    if name not in FILES:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(STATIC / name, media_type=FILES[name], headers=headers)
