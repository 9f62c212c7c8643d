"""Refusals that are alike are counted for a minute: a flood of them is written down in full and fills no disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from typing import Final

from app.domain.logboek import Wie

WINDOW: Final = timedelta(minutes=1)
MOST: Final = 1000
"""Kinds of refusals in a minute that are told apart by address; of what comes from still others only the number."""

ELSEWHERE: Final = "diverse adressen"
IPV6_SITE: Final = 64
"""Bits that one subscriber has for itself: it can take another address for every request."""


@dataclass(frozen=True, slots=True)
class Weigering:
    """What was refused to whom, and why."""

    wie: Wie
    route: str
    reden: str


@dataclass(slots=True)
class _Counted:
    weigering: Weigering
    since: datetime
    count: int = 0


@dataclass(slots=True)
class Weigeringen:
    """Counts refusals by address, credential, route and reason; safe for threads."""

    _counted: dict[tuple[str | None, ...], _Counted] = field(default_factory=dict[tuple[str | None, ...], _Counted])
    _lock: Lock = field(default_factory=Lock)

    def is_first(self, weigering: Weigering, now: datetime) -> bool:
        """Whether it is to be written down at once: nothing like it came in the last minute. Else it is counted."""
        with self._lock:
            key = self._key(weigering)
            known = self._counted.get(key)
            if known is None:
                self._counted[key] = _Counted(weigering, now)
                return True
            known.count += 1
            return False

    def again(self, weigering: Weigering, count: int, now: datetime) -> None:
        """Count what could not be written down."""
        with self._lock:
            self._counted.setdefault(self._key(weigering), _Counted(weigering, now)).count += count

    def due(self, now: datetime, *, every: bool = False) -> list[tuple[Weigering, int]]:
        """What was counted and whose minute is over (or `every` one), to be written down now; it counts no more."""
        with self._lock:
            over = [key for key, one in self._counted.items() if every or now - one.since >= WINDOW]
            ended: Iterable[_Counted] = [self._counted.pop(key) for key in over]
        return [(one.weigering, one.count) for one in ended if one.count]

    def _key(self, weigering: Weigering) -> tuple[str | None, ...]:
        adres = weigering.wie.herkomst.adres if weigering.wie.herkomst else None
        exact = (_site(adres), weigering.wie.naam, weigering.route, weigering.reden)
        if exact in self._counted or len(self._counted) < MOST:
            return exact
        return ELSEWHERE, weigering.reden


def _site(adres: str | None) -> str | None:
    """The address, of IPv6 the network that one subscriber has.

    >>> _site("2001:db8:1:2:3:4:5:6"), _site("192.0.2.1"), _site("testclient")
    ('2001:db8:1:2::/64', '192.0.2.1', 'testclient')
    """
    try:
        address = ip_address(adres or "")
    except ValueError:
        return adres
    return str(ip_network((address, IPV6_SITE), strict=False)) if isinstance(address, IPv6Address) else adres
