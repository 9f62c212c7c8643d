"""Where the service may listen: to the outside only behind a proxy, for that gives it TLS."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from stat import S_IRWXG, S_IRWXO

from app.settings import Settings


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
    if settings.secret_key is None and _others_read(settings.secret_file):
        found.append(f"anderen op deze machine kunnen {settings.secret_file} lezen: chmod 600 {settings.secret_file}")
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
