"""The API reference at /docs: Swagger UI with its files served from here, so that it works offline."""

from __future__ import annotations

from pathlib import Path

import fastapi_offline
from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, Response

router = APIRouter(prefix="/docs", include_in_schema=False)

FILES = Path(fastapi_offline.__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!DOCTYPE html>
<html lang="nl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>iWmo-berichtenservice: API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({url: "/v1/openapi.json", dom_id: "#reference", deepLinking: true, validatorUrl: null});
"""


@router.get("")
def reference() -> HTMLResponse:
    """The page."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/start.js")
def start() -> Response:
    """What starts Swagger UI; a file of its own, so that no script stands in the page."""
    return Response(START, media_type="text/javascript")


@router.get("/swagger-ui.css")
def stylesheet() -> FileResponse:
    """The stylesheet of Swagger UI."""
    return FileResponse(FILES / "swagger-ui.css")


@router.get("/swagger-ui-bundle.js")
def script() -> FileResponse:
    """Swagger UI itself."""
    return FileResponse(FILES / "swagger-ui-bundle.js")
