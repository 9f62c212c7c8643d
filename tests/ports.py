"""Ports of 127.0.0.1 that are a test's own from the beginning to the end of it, whoever listens on them when."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


class OwnPort:
    """A port that nobody else is given, for as long as this lives; who is told its number may listen on it.

    The number of a port that was closed again may be that of somebody else a moment later, and a service that is killed
    and started again needs its own back.
    """

    def __init__(self) -> None:
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do; both must
        self._held.bind(("127.0.0.1", 0))
        self.number: int = self._held.getsockname()[1]

    def close(self) -> None:
        """Let others have it."""
        self._held.close()


@contextmanager
def own_port() -> Iterator[int]:
    """The number of a port of our own, until the end of the block; nobody listens on it yet."""
    port = OwnPort()
    try:
        yield port.number
    finally:
        port.close()
