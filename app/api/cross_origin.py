"""Which web pages of elsewhere may use the API: none, except those of the allow-list (CORS, pure ASGI)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN: Final = frozenset({"/v1/openapi.json"})
"""What every web page may read."""

ASKED: Final = "Accept, Authorization, Content-Type, Idempotency-Key, If-None-Match, Reden, traceparent"
TOLD: Final = "API-Version, ETag, Link, Location, Retry-After, WWW-Authenticate"
REMEMBERED_SECONDS: Final = 600


class CrossOrigin:
    """Tells the browser of a page from an allowed origin that it may read the answer; never with credentials.

    The answer to a preflight is made of the refusal that the wrapped application gives to OPTIONS, whose Allow names
    the methods of the path. Who comes from nowhere or elsewhere gets that refusal itself.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)
        granted = self._granted(scope["path"], asked.get("origin"))
        preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in asked and bool(granted)
        answered = False

        async def send_granted(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = preflight and message["status"] == HTTPStatus.METHOD_NOT_ALLOWED
                message = _preflight(message) if answered else message
                headers = MutableHeaders(scope=message)
                headers.update(granted)
                if self._origins:
                    headers.add_vary_header("Origin")
            await send({**message, "body": b""} if answered and message["type"] == "http.response.body" else message)

        await self._app(scope, receive, send_granted)

    def _granted(self, path: str, origin: str | None) -> Mapping[str, str]:
        """The headers that open the answer to the origin; none when it may not read it."""
        if path in OPEN:
            return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": TOLD}
        if origin is not None and origin in self._origins:
            return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": TOLD}
        return {}


def _preflight(refused: Message) -> Message:
    """What may be asked, from the 405 that names the methods of the path."""
    allowed = Headers(raw=refused["headers"]).get("allow", "")
    headers = {
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": ASKED,
        "Access-Control-Max-Age": str(REMEMBERED_SECONDS),
    }
    return {**refused, "status": HTTPStatus.NO_CONTENT, "headers": Headers(headers).raw}
