"""How long a body may take to come in: who sends next to nothing does not hold memory that others need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass


class TooSlow(Exception):
    """The rest of the body did not come in time"""


@dataclass(frozen=True, slots=True)
class Pace:
    """`seconds` for whatever is sent, and one more for every `bytes_per_second` that came in."""

    seconds: float
    bytes_per_second: int

    async def chunks(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """What the stream gives, as long as it keeps up; raises TooSlow when it does not."""
        begun, received = asyncio.get_running_loop().time(), 0
        while True:
            try:
                async with asyncio.timeout_at(begun + self.seconds + received / self.bytes_per_second):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise TooSlow(f"Stuur ten minste {self.bytes_per_second} bytes per seconde.") from None
            received += len(chunk)
            yield chunk
