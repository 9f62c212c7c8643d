"""Where the service may listen, to the outside only behind a proxy with TLS, and how."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from stat import S_IRWXG, S_IRWXO
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from app.settings import Settings
from app.storage.alone import database_file

MOST_HEADER_BYTES: Final = 65_536
"""Of the first line and the headers of a request together; a cursor for many parties is long."""

LAST_ANSWERS_SECONDS: Final = 30
"""What is being answered when the service is told to stop gets so long; a caller that hangs keeps it no longer."""

STARTING_SECONDS: Final = 60
"""One of several processes gets so long to answer the one that keeps them; on a busy machine it starts in ten."""


def listen(
    application: ASGIApp | str, *, host: str, port: int, log_level: str, workers: int = 1, factory: bool = False
) -> None:
    """Serve an application, or what the place named makes (`factory`), until a signal ends it."""
    options: dict[str, Any] = {
        "factory": factory,
        "host": host,
        "port": port,
        "workers": workers,
        "log_config": None,  # app.observability has set it up
        "access_log": False,  # a URL may say who looked at whom
        "log_level": log_level,
        "proxy_headers": False,  # it would believe any local proxy; app.api.origin believes the trusted ones
        "server_header": False,
        "http": "h11",
        "h11_max_incomplete_event_size": MOST_HEADER_BYTES,
        "timeout_graceful_shutdown": LAST_ANSWERS_SECONDS,
        "timeout_worker_healthcheck": STARTING_SECONDS,
    }
    if workers == 1:
        uvicorn.run(application, **options)
        return
    shared = uvicorn.Config(application, **options)
    door = shared.bind_socket()
    # What it accepts takes this over; else every answer on a connection that is kept waits 40 ms for the other side.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Multiprocess(shared, sockets=[door]).run()


def objections(host: str, settings: Settings) -> Sequence[str]:
    """Why the service should not listen on a host with these settings, in Dutch; empty: it may."""
    if _is_loopback(host):
        return []
    found: list[str] = []
    if not settings.trusted_proxies and not settings.without_tls:
        found.append(
            f"op {host} kunnen anderen meelezen: zet er een proxy met TLS voor en noem diens netwerk in "
            "IWMO_TRUSTED_PROXIES; of zet IWMO_WITHOUT_TLS=true als alleen deze machine er echt bij kan."
        )
    private = [database_file(settings.database_url), None if settings.secret_key else settings.secret_file]
    for path in private:
        if path is not None and _others_read(path):
            found.append(f"anderen op deze machine kunnen {path} lezen: chmod 600 {path}")
    return found


def _is_loopback(host: str) -> bool:
    """Whether every address of the host is of this machine alone; False for a name that is not known."""
    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(addresses) and all(ip_address(address).is_loopback for address in addresses)


def _others_read(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & (S_IRWXG | S_IRWXO))
