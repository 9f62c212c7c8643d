"""Network addresses, and whether one lies within networks."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network
Address: TypeAlias = IPv4Address | IPv6Address


def address_of(text: str | None) -> Address | None:
    """The address that a text says; of an IPv4 address that is written as an IPv6 one, the former. None: it says none.

    >>> address_of("::ffff:192.0.2.1")
    IPv4Address('192.0.2.1')
    """
    try:
        found = ip_address(text or "")
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def lies_within(address: Address, networks: Iterable[Network]) -> bool:
    """Whether the address is one of a network."""
    return any(address in network for network in networks)
