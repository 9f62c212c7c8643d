"""Network addresses, and whether one lies within networks."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network
Address: TypeAlias = IPv4Address | IPv6Address
IPV6_SITE: Final = 64
"""Bits that one subscriber has for itself: it can take another address for every request."""


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


def place_of(text: str | None) -> str:
    """Where an address is, as far as one who comes from there cannot choose another.

    >>> place_of("2001:db8::1"), place_of("192.0.2.1"), place_of(None)
    ('2001:db8::/64', '192.0.2.1', 'None')
    """
    address = address_of(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, IPV6_SITE), strict=False))
    return str(address)
