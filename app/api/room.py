"""How many bytes of bodies may be in memory at once: what one more request would make too many waits outside."""

from __future__ import annotations

from asyncio import Semaphore
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

LARGE: Final = 2_000_000
"""Bytes of a body that takes turns: reading it takes many times its size."""

LARGE_AT_ONCE: Final = 2


class NoRoom(Exception):
    """Other requests have the memory for now; nothing is wrong with this one"""


class Share:
    """What one request has of the room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.taken = 0

    def grow_to(self, size: int) -> None:
        """Have at least so many bytes; raises NoRoom. A request that is alone always has room."""
        more = size - self.taken
        if more <= 0:
            return
        others = self._room.used - self.taken
        if others and others + size > self._room.limit:
            raise NoRoom
        self._room.used += more
        self.taken = size

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Work on what was read until the end of the block; a large body waits for others to be done."""
        if self.taken <= LARGE:
            yield
            return
        async with self._room.turns:
            yield


class Room:
    """The bytes of bodies in one process, at most `limit`, and whose turn it is. For one thread: of the event loop."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.turns = Semaphore(LARGE_AT_ONCE)

    @contextmanager
    def share(self) -> Generator[Share]:
        """A share that is given back at the end of the block, when nobody holds the body any more."""
        share = Share(self)
        try:
            yield share
        finally:
            self.used -= share.taken
