"""Takes deliveries and says when each began, in a process of its own: `python -m tests.bench.receiver PORT … FILE`.

A line of the file is the moment at which a request was there, by the clock of the machine, its path, and
its webhook-id.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any, TextIO

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class Taking(asyncio.Protocol):
    """A connection on which deliveries come in."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._came = b""
        self._moment = 0.0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request that is whole, and note when it began."""
        self._moment = self._moment or time.time()
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found:
            return
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
        if len(body) >= int(fields[b"content-length"]):
            path = head.split(b" ", 2)[1].decode()
            self._file.write(f"{self._moment} {path} {fields[b'webhook-id'].decode()}\n")
            self._file.flush()
            self._came, self._moment = b"", 0.0
            self._transport.write(ANSWER)


async def _main(ports: list[int], path: str) -> None:
    loop = asyncio.get_running_loop()
    with open(path, "a") as file:  # noqa: PTH123
        servers = [await loop.create_server(lambda: Taking(file), "127.0.0.1", port, backlog=1_024) for port in ports]
        await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    *numbers, where = sys.argv[1:]
    asyncio.run(_main([int(number) for number in numbers], where))
