"""The cookies of the pages: one for who visits, one for a link that is used, one for who is at the provider."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from fastapi import Request, Response

from app.web.house import House

SESSIE: Final = "iwmo"
INSTELLEN: Final = "iwmo-instellen"
INSTELLEN_SECONDS: Final = 30 * 60
AANBIEDER: Final = "iwmo-oidc"
AANBIEDER_SECONDS: Final = 10 * 60
PREFIX: Final = "__Host-"
"""A browser takes such a cookie only with Secure and Path=/, over https, and no other host can set it."""

LOOPBACK_SUFFIX: Final = "-lokaal"
"""Without https a browser may refuse __Host-: on this machine itself, and there alone, the name is another."""


class NotSecure(Exception):
    """The pages were asked for over plain http, from another machine"""


def is_secure(request: Request, house: House) -> bool:
    """Whether the visitor has https, so that cookies go over https alone; False for a visitor on this machine.

    Raises NotSecure for anybody else: cookies and passwords could be read underway.
    """
    if request.url.scheme == "https" or house.public_url is not None:
        return True
    server = request.scope.get("server")
    if server and _is_loopback(str(server[0])) and _is_loopback(request.url.hostname or ""):
        return False
    raise NotSecure


def cookie_name(name: str, *, secure: bool) -> str:
    """The name of a cookie, which says how it is guarded."""
    return PREFIX + name if secure else name + LOOPBACK_SUFFIX


def give(response: Response, name: str, value: str, *, secure: bool, seconds: int | None = None) -> None:
    """Give the browser a cookie that no script reads; without seconds it lasts until the browser closes."""
    response.set_cookie(
        cookie_name(name, secure=secure), value, path="/", max_age=seconds, httponly=True, secure=secure, samesite="lax"
    )


def take(response: Response, name: str, *, secure: bool) -> None:
    """Take a cookie away."""
    response.delete_cookie(cookie_name(name, secure=secure), path="/", httponly=True, secure=secure, samesite="lax")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
