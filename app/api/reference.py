"""The description of the API, and a page to read it: Swagger UI with its files from here, so it works offline."""

from __future__ import annotations

import json
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from app.api.openapi import describe

router = APIRouter(include_in_schema=False)

FILES = Path(fastapi_offline.__file__).parent / "static"
TAG_LENGTH = 32
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


@router.get("/v1/openapi.json")
def description(request: Request) -> Response:
    """The OpenAPI document; every web page may read it, and ask whether it is still the same."""
    app = request.app
    if app.openapi_schema is None:
        app.openapi_schema = describe(app, host=app.state.disclosure.host)
        app.state.description = json.dumps(app.openapi_schema, ensure_ascii=False).encode()
        app.state.description_tag = f'"{sha256(app.state.description).hexdigest()[:TAG_LENGTH]}"'
    headers = {"ETag": app.state.description_tag, "Cache-Control": "no-cache"}
    if _knows(request, app.state.description_tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(app.state.description, headers=headers, media_type="application/json")


def _knows(request: Request, tag: str) -> bool:
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return tag in known or "*" in known


@router.get("/docs")
def reference() -> HTMLResponse:
    """The page."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@router.get("/docs/start.js")
def start() -> Response:
    """What starts Swagger UI; a file of its own, so that no script stands in the page."""
    return Response(START, media_type="text/javascript")


@router.get("/docs/swagger-ui.css")
def stylesheet() -> FileResponse:
    """The stylesheet of Swagger UI."""
    return FileResponse(FILES / "swagger-ui.css")


@router.get("/docs/swagger-ui-bundle.js")
def script() -> FileResponse:
    """Swagger UI itself."""
    return FileResponse(FILES / "swagger-ui-bundle.js")
