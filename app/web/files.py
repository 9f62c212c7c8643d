"""The files of every page: stylesheets, the script and the icon."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from app.web.house import House
from app.web.pages import STATIC

router = APIRouter()

CSS, JAVASCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
TOKENS: Final = "tokens.css"
FILES: Final = {TOKENS: CSS, "iwmo.css": CSS, "iwmo.js": JAVASCRIPT, "iwmo.svg": "image/svg+xml"}


@router.get("/static/{name}")
def file(request: Request, name: str) -> FileResponse:
    """A file of the pages; its address changes with its content, save that of the tokens, which may be a gemeente's."""
    if name not in FILES:
        raise HTTPException(404)
    house: House = request.app.state.house
    own = house.huisstijl if name == TOKENS else None
    kept = "no-cache" if name == TOKENS else "public, max-age=31536000, immutable"
    return FileResponse(own or STATIC / name, media_type=FILES[name], headers={"Cache-Control": kept})
