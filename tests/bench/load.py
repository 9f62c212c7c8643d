"""Posts messages over kept connections, in a process of its own: `python -m tests.bench.load REQUEST`.

The request is JSON: `port`, `key`, `connections`, `first` (the number of the first 301), and either `seconds` or
`count` (each connection asks again as soon as it is answered) or `rate` (so many a second, however long answers take,
until there were `count` or standard input ends). What is printed is JSON: of each request when it was due or sent
(seconds of the monotonic clock), how long its answer took, and its status.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from itertools import count
from threading import Event, Thread
from typing import Any, NamedTuple

from tests.bench.generators import toewijzing

HEAD = (
    "POST /v1/berichten HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
    "Content-Type: application/xml\r\nContent-Length: {size}\r\n\r\n"
)


class Sample(NamedTuple):
    """When a request was due or sent, how many seconds its answer took, and the status."""

    moment: float
    seconds: float
    status: int


class Line(asyncio.Protocol):
    """A connection on which one request is under way at a time."""

    def __init__(self) -> None:
        self._came = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Gather the answer until it is whole."""
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found:
            return
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        if len(body) >= int(fields[b"content-length"]) and self._answer is not None:
            self._came = b""
            self._answer.set_result(int(head.split(b" ", 2)[1]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Who still waits is told."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed"))

    async def ask(self, request: bytes) -> int:
        """The status of the answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


def _requests(asked: dict[str, Any]) -> Iterator[bytes]:
    for number in count(asked["first"]):
        body = toewijzing(number)
        yield HEAD.format(key=asked["key"], size=len(body)).encode() + body


async def _one_after_another(asked: dict[str, Any], lines: list[Line]) -> list[Sample]:
    samples: list[Sample] = []
    requests, most = _requests(asked), asked.get("count", sys.maxsize)
    until = time.monotonic() + asked.get("seconds", float("inf"))
    left = iter(range(most))

    async def keep_on(line: Line) -> None:
        while time.monotonic() < until and next(left, None) is not None:
            request, begun = next(requests), time.monotonic()
            status = await line.ask(request)
            samples.append(Sample(begun, time.monotonic() - begun, status))

    await asyncio.gather(*(keep_on(line) for line in lines))
    return samples


async def _at_a_pace(asked: dict[str, Any], lines: list[Line]) -> list[Sample]:
    samples: list[Sample] = []
    requests = _requests(asked)
    due: asyncio.Queue[float | None] = asyncio.Queue()
    ended = Event()
    if "count" not in asked:
        Thread(target=lambda: (os.read(0, 1), ended.set()), daemon=True).start()

    async def keep_on(line: Line) -> None:
        while (moment := await due.get()) is not None:
            status = await line.ask(next(requests))
            samples.append(Sample(moment, time.monotonic() - moment, status))

    keeping = [asyncio.create_task(keep_on(line)) for line in lines]
    begun = time.monotonic()
    for number in range(asked.get("count", sys.maxsize)):
        moment = begun + number / asked["rate"]
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        if ended.is_set():
            break
        due.put_nowait(moment)
    for _ in lines:
        due.put_nowait(None)
    await asyncio.gather(*keeping)
    return samples


async def _main(asked: dict[str, Any]) -> list[Sample]:
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(Line, "127.0.0.1", asked["port"]) for _ in range(asked["connections"])]
    return await (_at_a_pace if "rate" in asked else _one_after_another)(asked, [line for _, line in made])


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_main(json.loads(sys.argv[1])))))
