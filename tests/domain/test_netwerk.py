"""Addresses, and the networks in which they lie."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.netwerk import address_of, lies_within


@given(st.ip_addresses())
def test_an_address_is_read_as_it_was_written(address: IPv4Address | IPv6Address):
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    assert address_of(str(address)) == (mapped or address)


@pytest.mark.parametrize(
    "text", [None, "", "testclient", "192.0.2.256", "192.0.2.1:80", "[::1]", "0x7f.1", "192.0.2.1/32"]
)
def test_anything_else_is_none(text: str | None):
    assert address_of(text) is None


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_an_address_lies_in_its_own_network_and_in_none_of_another(address: IPv4Address, bits: int):
    own = ip_network((address, bits), strict=False)
    assert lies_within(address, [own])
    assert not lies_within(address, [])
    if bits:
        neighbour = ip_network((int(own.network_address) ^ (1 << (32 - bits)), bits))
        assert not lies_within(address, [neighbour])
        assert lies_within(address, [neighbour, own])
