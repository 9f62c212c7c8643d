"""What every page works with: the running parts, and how the pages are set up."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from app.processing.runtime import Runtime

T = TypeVar("T")

HASHES_AT_ONCE: Final = 2
"""Each takes 64 MiB and a core for a tenth of a second."""

HASHES_WAITING: Final = 40


class TooBusy(Exception):
    """Too many people log in at the same time"""


class Turns:
    """Work with passwords takes turns, so that a flood of it eats no memory and no thread. For one event loop."""

    def __init__(self) -> None:
        self._turns = Semaphore(HASHES_AT_ONCE)
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T:
        """The result of the work, done in a thread when it is its turn; raises TooBusy when too much waits."""
        if self._waiting >= HASHES_WAITING:
            raise TooBusy
        self._waiting += 1
        try:
            async with self._turns:
                return await run_in_threadpool(work)
        finally:
            self._waiting -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts of the service, and where people find it (`https://…`; None: wherever they found it)."""

    runtime: Runtime
    public_url: str | None = None
    local_login: bool = True
    turns: Turns = field(default_factory=Turns)

    @property
    def public_host(self) -> str | None:
        """The host and port of the public address."""
        return urlsplit(self.public_url).netloc if self.public_url else None
