"""How often something may be asked: in all, for one bsn after the other, and with what opens nothing.

Each process counts for itself, in memory. Somebody who asks too much is told when to come back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from time import time  # noqa: TID251  (the library counts by this clock)
from typing import Final

import structlog
from limits import (
    RateLimitItem,
    RateLimitItemPerDay,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
    RateLimitItemPerSecond,
)
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.domain.netwerk import place_of
from app.domain.principal import Principal
from app.domain.refusals import TooManyRequests

log = structlog.get_logger(__name__)

SECONDS: Final = 10
"""Requests are counted over this long, so that many at once are no trouble."""
ONCE_AN_HOUR: Final = RateLimitItemPerHour(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempi:
    """What is allowed; 0: without end. Requests and searches are of one credential, failures of one address."""

    requests_per_second: int = 200
    bsn_searches_per_minute: int = 300
    bsn_searches_per_day: int = 3_000
    failures_per_minute: int = 600


@dataclass(frozen=True, slots=True)
class Tempo:
    """Counts what is asked; safe for threads."""

    tempi: Tempi = Tempi()
    _counter: SlidingWindowCounterRateLimiter = field(
        default_factory=lambda: SlidingWindowCounterRateLimiter(MemoryStorage())
    )

    def request(self, principal: Principal) -> None:
        """Count a request; raises TooManyRequests."""
        allowed = self.tempi.requests_per_second
        item = RateLimitItemPerSecond(allowed * SECONDS, SECONDS)
        self._count(item, ("request", principal.key_id), f"U mag {allowed} vragen per seconde stellen.")

    def bsn_search(self, principal: Principal) -> None:
        """Count a search for the messages of a bsn; raises TooManyRequests, and warns who runs the service."""
        self._count_bsns(principal, 1, "Er werd te vaak op een bsn gezocht.")

    def foreign_bsns(self, principal: Principal, count: int) -> None:
        """Count clients of a message on trial who have no toewijzing of its aanbieder, each as a search for a bsn.

        A message is answered however many it names, unless what came before it used up what is allowed.
        """
        told = "In uw proefberichten stonden te veel clienten zonder toewijzing aan u."
        self._count_bsns(principal, count, told)

    def watch_foreign_bsns(self, partij: str, count: int) -> None:
        """Count the same of messages that are real: nothing is refused, who runs the service is warned."""
        try:
            self._count_each(("foreign-bsn", partij), count, "")
        except TooManyRequests:
            if self._counter.hit(ONCE_AN_HOUR, "foreign-bsn-told", partij):
                log.warning("foreign_bsns_many", partij=partij, aantal=count)

    def _count_bsns(self, principal: Principal, count: int, told: str) -> None:
        try:
            self._count_each(("bsn", principal.key_id), count, told)
        except TooManyRequests:
            if self._counter.hit(ONCE_AN_HOUR, "bsn-told", principal.key_id):
                log.warning("bsn_searches_limited", key_id=principal.key_id)
            raise

    def _count_each(self, asker: tuple[str, str], count: int, told: str) -> None:
        if count:
            self._count(RateLimitItemPerMinute(self.tempi.bsn_searches_per_minute), asker, told, count)
            self._count(RateLimitItemPerDay(self.tempi.bsn_searches_per_day), asker, told, count)

    def failure(self, adres: str | None) -> None:
        """Count that what somebody showed opens nothing; raises TooManyRequests instead of telling so once more.

        Whoever does show what opens the door, gets in: an application that goes on with a key that expired keeps
        nobody out who comes from the same address.
        """
        item, place = RateLimitItemPerMinute(self.tempi.failures_per_minute), place_of(adres)
        try:
            self._count(item, ("failure", place), "Er werd te vaak iets getoond dat hier geen toegang geeft.")
        except TooManyRequests:
            if self._counter.hit(ONCE_AN_HOUR, "failure-told", place):
                log.warning("failures_limited", adres=adres)
            raise

    def _count(self, item: RateLimitItem, who: tuple[str, str], told: str, count: int = 1) -> None:
        if item.amount == 0:
            return
        most = 1 if count == 1 else max(1, self._counter.get_window_stats(item, *who).remaining)
        if self._counter.hit(item, *who, cost=min(count, most)):
            return
        left = self._counter.get_window_stats(item, *who).reset_time - time()
        raise TooManyRequests(told, retry_after=max(1, ceil(left)))
