"""An endpoint of a partij that knows what it has by webhook-id, and misbehaves when it is told to."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Literal

Manner = Literal["well", "lost", "500", "hang", "half", "drip", "reset"]
Manners = Callable[[str, int], Manner]
"""How the n-th request (1 is the first) of a partij is answered."""


BEGINNINGS: dict[Manner, bytes] = {
    "well": b"HTTP/1.1 204 No Content\r\n\r\n",
    "500": b"HTTP/1.1 500 Oops\r\nContent-Length: 13\r\n\r\n<html></html>",
    "half": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
    "drip": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
    "reset": b"HTTP/1.1 200 OK\r\nContent-Le",
}
"""What is said at once; of the others nothing."""


@dataclass
class Receiver:
    """What came in: by partij and webhook-id the bytes, how often, and when first."""

    port: int = 0
    host: str = "127.0.0.1"
    manners: Manners = field(default=lambda _partij, _n: "well")
    kept: dict[str, dict[str, bytes]] = field(default_factory=dict)
    times: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: dict[str, float] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    on_message: Callable[[str, bytes], None] | None = None
    closing: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def url(self, partij: str) -> str:
        """Where the messages of a partij go."""
        return f"http://{self.host}:{self.port}/{partij}"

    def ids(self, partij: str) -> set[str]:
        """The webhook-ids that a partij has."""
        with self.lock:
            return set(self.kept.get(partij, {}))

    def take(self, partij: str, webhook_id: str, body: bytes) -> None:
        """Keep what came in, once."""
        with self.lock:
            self.times[partij, webhook_id] += 1
            self.first.setdefault(webhook_id, time.time())
            before = self.kept.setdefault(partij, {}).setdefault(webhook_id, body)
        assert before == body, "other bytes came under a known webhook-id"

    def next_manner(self, partij: str) -> Manner:
        """How the request that came in now is treated."""
        with self.lock:
            self.requests[partij] += 1
            number = self.requests[partij]
        return self.manners(partij, number)


@contextmanager
def receiving(manners: Manners | None = None, host: str = "127.0.0.1") -> Iterator[Receiver]:
    """A receiver on a port of its own, until the end of the block."""
    receiver = Receiver(host=host)
    if manners is not None:
        receiver.manners = manners

    class Handler(_Handler):
        def do_POST(self) -> None:
            self.treat(receiver)

    server = StubServer((host, 0), Handler)
    receiver.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(60)


class StubServer(ThreadingHTTPServer):
    """A server that ends at once, whoever is still talking to it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that was killed is no news."""


class _Handler(BaseHTTPRequestHandler):
    connection: socket.socket

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def treat(self, receiver: Receiver) -> None:
        partij = self.path.strip("/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) < int(self.headers["Content-Length"]):
            return  # the sender died halfway
        manner = receiver.next_manner(partij)
        if manner != "500":
            receiver.take(partij, self.headers["webhook-id"], body)
        if manner == "well" and receiver.on_message is not None:
            receiver.on_message(partij, body)
        with suppress(OSError):
            self._answer(manner, receiver)
        self.close_connection = True

    def _answer(self, manner: Manner, receiver: Receiver) -> None:
        self._say(BEGINNINGS.get(manner, b""))
        if manner == "hang":
            receiver.closing.wait(120)
        if manner == "drip":
            while not receiver.closing.wait(1):
                self._say(b"x")
        if manner == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    def _say(self, answer: bytes) -> None:
        self.wfile.write(answer)
        self.wfile.flush()
