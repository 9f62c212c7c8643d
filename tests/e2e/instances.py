"""Services on 127.0.0.1 that others reach over real connections, and a line between them that loses answers."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import uvicorn
from httpx2 import Client
from lxml import etree
from starlette.types import ASGIApp

from app.domain.principal import Rol
from app.ggk.names import STUF
from app.main import create_app, create_runtime
from app.processing.inrichtingen import load_files
from app.processing.keys import create_key
from app.settings import Settings
from tests.e2e.service import INRICHTING, Clock, Service

PATH = "/soap/ggk0210"
SHORT_WAITS = (timedelta(milliseconds=50),) * 5
"""In place of the minutes and hours after which a delivery is tried again, and a lane that failed is used again."""

_PATIENCE = 120


@contextmanager
def listening(app: ASGIApp) -> Iterator[int]:
    """The application on a port of 127.0.0.1, which is given, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as a port of the service itself has
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        until(lambda: server.started or not thread.is_alive())
        assert server.started
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(120)


SECRET = "a secret key that both instances of a test have"
"""Keys open nothing where they were not made with it."""


def key_of(database_url: str, rol: Rol, **who: Any) -> str:
    """A key of an instance that does not run yet."""
    runtime = create_runtime(Settings.model_validate({"database_url": database_url, "secret_key": SECRET}))
    runtime.storage.upgrade()
    try:
        return create_key(runtime, rol=rol, naam="", **who)
    finally:
        runtime.storage.close()


@contextmanager
def an_instance(database_url: str, folder: Path, *ports: int, **others: Any) -> Iterator[Service]:
    """The whole service with its worker, as its settings put it together; it may send to these ports of 127.0.0.1."""
    clock = Clock()
    settings = Settings.model_validate(
        {
            "database_url": database_url,
            "data_dir": folder,
            "secret_key": SECRET,
            "today": clock.today,
            "log_level": "error",
            "internal_networks": ["127.0.0.0/8"],
            "delivery_ports": ports,
            "plain_http": True,
            **others,
        }
    )
    runtime = create_runtime(settings)
    runtime.storage.upgrade()
    load_files(runtime, [INRICHTING])
    with (
        listening(create_app(settings, runtime)) as port,
        Client(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE) as client,
    ):
        yield Service(client, runtime, clock)


@dataclass
class Line:
    """From one service to another: every request arrives; some answers do not come back.

    Which ones follows from `seed`. `bodies` has the different bodies that went under a referentienummer, `attempts`
    how many went.
    """

    loss: float
    seed: int
    port: int = 0
    to: str = ""
    lost: int = 0
    attempts: int = 0
    refused: list[bytes] = field(default_factory=list)
    bodies: defaultdict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    @property
    def url(self) -> str:
        """Where its sender posts."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    def loses(self, body: bytes) -> bool:
        """Note what went over it; whether the answer gets lost."""
        with self._lock:
            self.bodies[_referentie(body)].add(body)
            self.attempts += 1
            lost = self._random.random() < self.loss
            self.lost += lost
            return lost

    def carry(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """What the other side answers."""
        host, _, _ = self.to.removeprefix("http://").partition("/")
        with contextlib.closing(http.client.HTTPConnection(host, timeout=_PATIENCE)) as connection:
            connection.request("POST", PATH, body, headers)
            answer = connection.getresponse()
            read = answer.read()
        if answer.status != http.client.OK:
            self.refused.append(read)
        return answer.status, read


@contextmanager
def a_line(*, loss: float, seed: int) -> Iterator[Line]:
    """A line that waits to hear where it leads."""
    line = Line(loss, seed)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            passed_on = ("Content-Type", "SOAPAction", "Authorization")
            headers = {name: self.headers[name] for name in passed_on if name in self.headers}
            self.close_connection = True
            try:
                status, answer = line.carry(body, headers)
            except ConnectionError:  # the other side is gone
                return
            if line.loses(body):
                return
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        line.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            server.shutdown()
            thread.join(120)


def until(holds: Callable[[], object], seconds: float = _PATIENCE, said: Callable[[], object] = str) -> None:
    """Wait for something that other threads bring about; AssertionError with what is `said` when it does not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, said()
        time.sleep(0.02)


def _referentie(body: bytes) -> str:
    found = etree.fromstring(body).find(f".//{{{STUF}}}referentienummer")
    assert found is not None
    return found.text or ""
