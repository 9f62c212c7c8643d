"""An adapter of the GGk: keeps every envelope that it is brought, brings its own, and loses answers when told to."""

from __future__ import annotations

import http.client
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from threading import Lock, Thread

from app.api.soap import PATH
from app.domain.envelop import Foutbericht, Heenbericht, Retour
from app.ggk.answering import bevestiging_of
from app.ggk.reading import read_envelop
from app.ggk.soap import SoapUnreadable, read_soap
from app.ggk.writing import CONTENT_TYPE, soap_message, write_envelop
from tests.faults.client import PAUSE_SECONDS
from tests.faults.node import PATIENCE_SECONDS
from tests.faults.receiver import StubServer
from tests.ggk.builders import schemas
from tests.processing.ggk_envelopen import soap

Request = Heenbericht | Retour | Foutbericht


@dataclass
class Adapter:
    """What it was brought, by referentienummer, and what it brought, by the bytes: each time that it was answered."""

    partijen: frozenset[str]
    port: int = 0
    came: defaultdict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    references: dict[bytes, str] = field(default_factory=dict)
    """By the message inside the reference of the envelope that first brought it."""
    brought: defaultdict[bytes, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    loses: Callable[[int], bool] = field(default=lambda _n: False)
    requests: int = 0
    lock: Lock = field(default_factory=Lock)

    @property
    def url(self) -> str:
        """Where the service brings envelopes."""
        return f"http://127.0.0.1:{self.port}/ggk"

    def take(self, body: bytes) -> tuple[bytes, bool]:
        """Keep an envelope; the Bv03, and whether it gets lost."""
        envelop = opened(body)
        reference = envelop.stuurgegevens.referentienummer
        with self.lock:
            self.requests += 1
            self.came[reference].append(body)
            if not isinstance(envelop, Foutbericht):
                self.references.setdefault(envelop.bestand, reference)
            lost = self.loses(self.requests)
        made = bevestiging_of(envelop.stuurgegevens, referentienummer="bv", tijdstip="20190620120000000")
        return soap_message(write_envelop(made, schemas())), lost

    def reference_of(self, inside: bytes) -> str:
        """The reference of the envelope with this message; waits until it came."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self.lock:
                found = self.references.get(inside)
            if found is not None:
                return found
            assert time.monotonic() < deadline, "an envelope never came"
            time.sleep(PAUSE_SECONDS)

    def bring(self, port: int, key: str, envelop: Request) -> None:
        """Bring an envelope until it is acknowledged, the same bytes each time."""
        self.bring_bytes(port, key, soap(envelop))

    def bring_bytes(self, port: int, key: str, body: bytes) -> None:
        """Bring these bytes until they are acknowledged."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with suppress(OSError, http.client.HTTPException):
                status, answer = _post(port, key, body)
                if status == HTTPStatus.OK:
                    with self.lock:
                        self.brought[body].append(answer)
                    return
                assert b"StUF046" in answer or status == HTTPStatus.SERVICE_UNAVAILABLE, answer
            time.sleep(PAUSE_SECONDS)
        raise AssertionError("no Bv03 came")


def opened(body: bytes) -> Request:
    """The Di01, Du01 or Fo01 in a SOAP message."""
    read = read_soap(body, CONTENT_TYPE)
    assert not isinstance(read, SoapUnreadable)
    envelop = read_envelop(read, schemas())
    assert isinstance(envelop, Request)
    return envelop


def _post(port: int, key: str, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", PATH, body, {"Content-Type": CONTENT_TYPE, "Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def treat(self, adapter: Adapter) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) < int(self.headers["Content-Length"]):
            return  # the sender died halfway
        answer, lost = adapter.take(body)
        if lost:
            return
        with suppress(OSError):
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)


@contextmanager
def an_adapter(*partijen: str) -> Iterator[Adapter]:
    """An adapter of these parties on a port of its own, until the end of the block."""
    adapter = Adapter(frozenset(partijen))

    class Handler(_Handler):
        def do_POST(self) -> None:
            self.treat(adapter)

    server = StubServer(("127.0.0.1", 0), Handler)
    adapter.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield adapter
    finally:
        server.shutdown()
        server.server_close()
        thread.join(60)
