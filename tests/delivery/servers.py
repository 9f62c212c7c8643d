"""Real servers on 127.0.0.1 that do what they are told, right or wrong."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Behaviour = Callable[[socket.socket], None]


@dataclass
class Server:
    """Where it listens, and the requests that it read whole."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def header(self, name: str, *, request: int = -1) -> str | None:
        head = self.requests[request].split(b"\r\n\r\n")[0].decode()
        found = [
            line.split(": ", 1)[1] for line in head.split("\r\n")[1:] if line.lower().startswith(f"{name.lower()}:")
        ]
        return found[0] if found else None

    def body(self, *, request: int = -1) -> bytes:
        return self.requests[request].split(b"\r\n\r\n", 1)[1]

    @property
    def request_line(self) -> str:
        return self.requests[-1].split(b"\r\n", 1)[0].decode()


@contextmanager
def serving(behaviour: Callable[[Server], Behaviour], *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server that treats every connection in the given way, until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(listener.getsockname()[1])

    def treat(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if tls is None:
                return behaviour(server)(connection)
            with tls.wrap_socket(connection, server_side=True) as secured:
                behaviour(server)(secured)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(120)
            threading.Thread(target=treat, args=[connection], daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)


def read_request(connection: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        read += _some(connection)
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += _some(connection)
    return head + b"\r\n\r\n" + body


def answers(answer: bytes) -> Callable[[Server], Behaviour]:
    """Read the request and say exactly this."""
    return then(lambda connection, _server: connection.sendall(answer))


def says(status: str, *headers: str, body: bytes = b"") -> Callable[[Server], Behaviour]:
    """Read the request and answer as one should."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return answers("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def hangs(after: bytes = b"") -> Callable[[Server], Behaviour]:
    """Read the request, say this much, and then nothing."""

    def behave(connection: socket.socket, server: Server) -> None:
        connection.sendall(after)
        server.stopped.wait(120)

    return then(behave)


def drips(first: bytes, drop: bytes = b"x") -> Callable[[Server], Behaviour]:
    """Begin an answer and go on for ever, a bit at a time: never silent, never done."""

    def behave(connection: socket.socket, server: Server) -> None:
        connection.sendall(first)
        while not server.stopped.wait(0.02):
            connection.sendall(drop)

    return then(behave)


def resets(after: bytes) -> Callable[[Server], Behaviour]:
    """Begin an answer and cut the line."""

    def behave(connection: socket.socket, _server: Server) -> None:
        connection.sendall(after)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    return then(behave)


def never_reads(server: Server) -> Behaviour:
    """Take the connection and do nothing with it."""

    def behave(_connection: socket.socket) -> None:
        server.stopped.wait(120)

    return behave


def then(behave: Callable[[socket.socket, Server], None]) -> Callable[[Server], Behaviour]:
    def made(server: Server) -> Behaviour:
        def treat(connection: socket.socket) -> None:
            server.requests.append(read_request(connection))
            behave(connection, server)

        return treat

    return made


def _some(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionError("the client went away")
    return chunk
