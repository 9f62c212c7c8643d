"""What every page works with: the running parts, and how the pages are set up."""

from __future__ import annotations

from asyncio import Semaphore
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from app.domain.netwerk import place_of
from app.domain.rolverdeling import still_toegekend
from app.processing.oidc_client import Provider
from app.processing.pace import Pace
from app.processing.room import Room
from app.processing.runtime import Runtime
from app.processing.sessies import LOKAAL
from app.storage.sessies import SessieRecord

T = TypeVar("T")

HASHES_AT_ONCE: Final = 2
"""Each takes 64 MiB and a core for a tenth of a second."""

WAITING: Final = 40
WAITING_OF_ONE: Final = 4
"""Of one network address, under way or waiting: a flood from there keeps nobody else out."""

QUESTIONS_AT_ONCE: Final = 8
"""To an identity provider, each of which may take seconds."""


ROOM_BYTES: Final = 128_000_000


class TooBusy(Exception):
    """Too many people log in at the same time"""


class Turns:
    """Work that is dear or slow takes turns, so that a flood of it eats no memory and no thread. For one event loop."""

    def __init__(self, at_once: int = HASHES_AT_ONCE) -> None:
        self._turns = Semaphore(at_once)
        self._waiting: Counter[str] = Counter()

    async def run(self, work: Callable[[], T], adres: str | None = None) -> T:
        """The result of the work, done in a thread when it is its turn.

        Raises TooBusy when too much waits, of all or of the network address when one is given.
        """
        place = place_of(adres)
        if self._waiting.total() >= WAITING or (adres and self._waiting[place] >= WAITING_OF_ONE):
            raise TooBusy
        self._waiting[place] += 1
        try:
            async with self._turns:
                return await run_in_threadpool(work)
        finally:
            self._waiting[place] -= 1
            if not self._waiting[place]:
                del self._waiting[place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who answers questions of people."""

    name: str = "De beheerder van deze dienst"
    email: str = "iwmo@gemeente.example"
    url: str = "https://gemeente.example/iwmo"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts of the service, and where people find it (`https://…`; None: wherever they found it).

    People log in with a password when there is `local_login`, and through `oidc` when there is such a provider.
    `pace`: how long a form may take to come in; `room`: how much may be in memory at once of forms with a file.
    `huisstijl`: the design tokens of a gemeente, in place of our own.
    """

    runtime: Runtime
    public_url: str | None = None
    local_login: bool = True
    oidc: Provider | None = None
    pace: Pace = field(default_factory=lambda: Pace(60, 1000))
    room: Room = field(default_factory=lambda: Room(ROOM_BYTES))
    contact: Contact = Contact()
    huisstijl: Path | None = None
    turns: Turns = field(default_factory=Turns)
    oidc_turns: Turns = field(default_factory=lambda: Turns(QUESTIONS_AT_ONCE))

    @property
    def public_host(self) -> str | None:
        """The host and port of the public address."""
        return urlsplit(self.public_url).netloc if self.public_url else None

    def holds(self, sessie: SessieRecord) -> bool:
        """Whether somebody could still begin this session, as the service is set up now."""
        if sessie.bron == LOKAAL:
            return self.local_login
        return self.oidc is not None and still_toegekend(
            sessie.rol, sessie.gemeenten, self.oidc.verdeling, sessie.aanbieders
        )
