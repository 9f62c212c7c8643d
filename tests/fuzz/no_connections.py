"""A process that connects to nobody: whoever tries ends with an error that names what it tried."""

from __future__ import annotations

import sys

CONNECTING = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})


class Connected(BaseException):
    """A connection was opened, or the address of one was looked up"""


def forbid_connections() -> None:
    """From now on, until the process ends: a hook of Python that sees what any library of Python asks for."""
    sys.addaudithook(_refuse)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in CONNECTING:
        raise Connected(event)
