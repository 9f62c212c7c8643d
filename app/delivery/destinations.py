"""What may be connected to: the public internet, and what was named inside the house."""

from __future__ import annotations

import socket
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

import ssrfguard

INSIDE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
NOT_ALLOWED_URL: Final = "Het adres van de ontvanger is niet toegestaan."
NOT_ALLOWED_ADDRESS: Final = "De naam van de ontvanger wijst naar een netwerkadres dat niet is toegestaan."


class NotAllowed(Exception):
    """Nothing was sent, because it may not go there. `reden` is Dutch and names no part of the URL.

    `permanent`: the URL itself is wrong, so only a person can help. Otherwise it is where its name points today.
    """

    def __init__(self, reden: str, *, permanent: bool) -> None:
        super().__init__(reden)
        self.reden = reden
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """The guard against requests to where they do not belong (SSRF).

    A public address may be reached by https on one of `ports`. `networks` (CIDR) and `hosts` (names, whatever private
    address they have) are allowed on top of that: the GGk adapter in the house, a network for tests. `plain_http`
    also allows http, to those alone. Link-local addresses (the metadata of a cloud) need their own entry in
    `networks`. `resolver` answers like `socket.getaddrinfo`. ValueError: a network or port that is none.
    """

    networks: Collection[str] = ()
    hosts: Collection[str] = ()
    ports: Collection[int] = (443, 8443)
    plain_http: bool = False
    resolver: ssrfguard.Resolver = socket.getaddrinfo
    _policy: ssrfguard.Policy = field(init=False, repr=False)
    _inside: ssrfguard.Policy = field(init=False, repr=False)

    def __post_init__(self) -> None:
        policy = ssrfguard.Policy(
            allowed_schemes=frozenset({"https", "http"} if self.plain_http else {"https"}),
            allowed_networks=_parsed(self.networks),
            allowed_ports=frozenset(self.ports),
        )
        object.__setattr__(self, "_policy", policy)
        inside = replace(policy, allowed_networks=_parsed((*self.networks, *INSIDE)))
        object.__setattr__(self, "_inside", inside)

    def target(self, url: str) -> ssrfguard.Target:
        """The origin of a URL that may be used, before any name is looked up. NotAllowed otherwise."""
        try:
            return self._policy.check_url(url)
        except ssrfguard.SSRFGuardError:
            raise NotAllowed(NOT_ALLOWED_URL, permanent=True) from None

    def addresses(self, target: ssrfguard.Target) -> tuple[ssrfguard.Address, ...]:
        """Where the origin is, after one look-up; one address that may not be used spoils them all.

        NotAllowed; OSError: the name cannot be found.
        """
        policy = self.policy(target)
        try:
            found = ssrfguard.resolve(target, policy=policy, resolver=self.resolver)
        except ssrfguard.SSRFGuardError:
            raise NotAllowed(NOT_ALLOWED_ADDRESS, permanent=False) from None
        if target.scheme == "http" and not all(_within(address, policy) for address in found):
            raise NotAllowed("Zonder TLS mag alleen naar een netwerk in huis worden verzonden.", permanent=False)
        return found

    def policy(self, target: ssrfguard.Target) -> ssrfguard.Policy:
        """What holds for this origin: a host named in `hosts` may be inside the house."""
        return self._inside if target.host.lower() in {host.lower() for host in self.hosts} else self._policy


def _parsed(networks: Collection[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network) for network in networks)


def _within(address: ssrfguard.Address, policy: ssrfguard.Policy) -> bool:
    return any(address.ip in network for network in policy.allowed_networks)
