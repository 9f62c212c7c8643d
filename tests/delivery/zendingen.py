"""A zending for tests, and a client that may reach 127.0.0.1."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.delivery.destinations import Destinations
from app.delivery.exchange import Limits
from app.delivery.safe_client import SafeClient, tls_context
from app.delivery.transport import Zending

NOW = datetime(2018, 2, 1, 12, 0, tzinfo=UTC)
SHORT = Limits(connect_seconds=0.3, total_seconds=0.3)
PATIENT = Limits(connect_seconds=120, total_seconds=120)
NAME = "ontvanger.example"
SYSTEM_TLS = tls_context()  # reading the authorities of the system takes long

A_ZENDING = Zending(
    bericht_id="0192f0a0-0000-7000-8000-000000000001",
    partij="aanbieder:98000001",
    soort="WMO301",
    release="2.3",
    afzender="1708",
    ontvanger="98000001",
    identificatie="T20180001",
    tijdstip=datetime(2018, 2, 1, 11, 59, 30, tzinfo=UTC),
    kenmerk="0192f0a0-0000-7000-8000-000000000001",
    body=b"<Bericht>999900006</Bericht>",
)


def a_zending(**changes: Any) -> Zending:
    return replace(A_ZENDING, **changes)


def resolver_to(*addresses: str):
    """A stand-in for `socket.getaddrinfo` that knows one name."""

    def look_up(_host: str, port: int, *_rest: object):
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    return look_up


def a_client(port: int, *, limits: Limits = PATIENT, tls: ssl.SSLContext | None = None, **changes: Any) -> SafeClient:
    """A client that may reach the given port of 127.0.0.1, also without TLS; every name is there."""
    allowed: dict[str, Any] = {
        "networks": ["127.0.0.0/8"],
        "ports": [port],
        "plain_http": True,
        "resolver": resolver_to("127.0.0.1"),
    }
    return SafeClient(Destinations(**{**allowed, **changes}), limits=limits, tls=tls or SYSTEM_TLS)
