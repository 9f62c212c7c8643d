"""Where a request came from: the address of its sender, its place in a W3C trace, and the reason it gives."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.netwerk import Address, Network, address_of, lies_within
from app.domain.principal import Herkomst

REDEN: Final = ("reden", "x-reden")
LONGEST_REDEN: Final = 200
NINE_DIGITS: Final = re.compile(r"\d(?:[\s.\-/\u2010-\u2015]{0,2}\d){8,}")
"""Also written in groups; a non-breaking space is a space here."""
SPACES: Final = "\u00a0\u202f"
TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
PORT: Final = re.compile(r"^\[(?P<six>[^\]]+)\](:\d+)?$|^(?P<four>[0-9.]+):\d+$")
VIA_PROXY: Final = "iwmo.via_proxy"


class BehindProxies:
    """Puts the address and scheme that a trusted proxy names in the place of its own (pure ASGI).

    Every proxy adds the address of who it heard to X-Forwarded-For, at the end: the last one that is no proxy of ours
    is who asks; what stands before that, anybody may have made up.
    """

    def __init__(self, app: ASGIApp, networks: Iterable[Network]) -> None:
        self._app = app
        self._networks = tuple(networks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = _address(scope["client"][0]) if scope["type"] == "http" and scope.get("client") else None
        if peer is not None and self._trusts(peer):
            scope = {**scope, **self._told(scope), VIA_PROXY: True}
        await self._app(scope, receive, send)

    def _told(self, scope: Scope) -> dict[str, object]:
        headers = Headers(scope=scope)
        said = [hop.strip() for hop in ",".join(headers.getlist("x-forwarded-for")).split(",")]
        told: dict[str, object] = {}
        sender = next((hop for hop in map(_address, reversed(said)) if hop is None or not self._trusts(hop)), None)
        if sender is not None:
            told["client"] = (str(sender), 0)
        if headers.get("x-forwarded-proto") in {"http", "https"}:
            told["scheme"] = headers["x-forwarded-proto"]
        return told

    def _trusts(self, address: Address) -> bool:
        return lies_within(address, self._networks)


def herkomst_of(request: Request) -> Herkomst:
    """Where the request came from; a trace that nobody began, begins here."""
    match = TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    trace, parent = match.groups() if match and all(int(part, 16) for part in match.groups()) else (None, None)
    return Herkomst(
        adres=request.client.host if request.client else None,
        trace_id=trace or secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        parent_span_id=parent,
        reden=_reden([request.headers[name] for name in REDEN if name in request.headers]),
    )


def via_proxy(request: Request) -> bool:
    """Whether a proxy that is trusted brought the request."""
    return request.scope.get(VIA_PROXY, False) is True


def _reden(said: Sequence[str]) -> str | None:
    """The reason as it may be kept: one line of printable text, and never a bsn."""
    raw = unquote_to_bytes(said[0].encode("latin-1")) if said else b""
    text = raw.decode(errors="replace").strip()
    printable = "".join(character for character in text if character.isprintable() or character in SPACES)
    return NINE_DIGITS.sub("…", printable)[:LONGEST_REDEN] or None


def _address(text: str) -> Address | None:
    """The address in a hop, with or without a port; None for anything else."""
    match = PORT.match(text)
    return address_of((match["six"] or match["four"]) if match else text)
