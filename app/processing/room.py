"""How many bytes of bodies may be in memory at once: what one more request would make too many waits outside."""

from __future__ import annotations

from asyncio import Semaphore
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

LARGE: Final = 2_000_000
"""Bytes of a body that takes turns: reading it takes many times its size."""

LARGE_AT_ONCE: Final = 2
SMALL: Final = 65_536
"""Bytes of a body that gets in however full it is: it is gone before it is in the way."""

PARTS: Final = 4
"""One credential has at most this part of the room, so that it never has all of it."""


class NoRoom(Exception):
    """Other requests have the memory for now; nothing is wrong with this one"""


class Share:
    """What one request has of the room."""

    def __init__(self, room: Room, holder: str) -> None:
        self._room = room
        self._holder = holder
        self.taken = 0

    def demand(self, size: int) -> None:
        """Raise NoRoom when so many bytes do not fit now; nothing is taken.

        What is small always fits, and so does what is alone: the only one of its holder in its part of the room, the
        only one of all in the whole.
        """
        room = self._room
        if size <= room.small:
            return
        for used, most in ((room.used, room.limit), (room.held[self._holder], room.limit // PARTS)):
            others = used - self.taken
            if others and others + size > most:
                raise NoRoom

    def grow_to(self, size: int) -> None:
        """Have at least so many bytes; raises NoRoom."""
        if size <= max(self.taken, self._room.small):
            return
        self.demand(size)
        self._take(size)

    def _take(self, size: int) -> None:
        more = size - self.taken
        self._room.used += more
        self._room.held[self._holder] += more
        self.taken = size

    def give_back(self) -> None:
        """Have nothing any more."""
        self._take(0)
        if not self._room.held[self._holder]:
            del self._room.held[self._holder]

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Work on what was read until the end of the block; a large body waits for others to be done."""
        if self.taken <= LARGE:
            yield
            return
        async with self._room.turns:
            yield


class Room:
    """The bytes of bodies in one process, at most `limit`, and whose turn it is. For one thread: of the event loop.

    `held` is what each credential has of it; a body of at most `small` bytes has nothing.
    """

    def __init__(self, limit: int, small: int = SMALL) -> None:
        self.limit = limit
        self.small = small
        self.used = 0
        self.held: Counter[str] = Counter()
        self.turns = Semaphore(LARGE_AT_ONCE)

    @contextmanager
    def share(self, holder: str) -> Generator[Share]:
        """A share of a credential that is given back at the end of the block, when nobody holds the body any more."""
        share = Share(self, holder)
        try:
            yield share
        finally:
            share.give_back()
