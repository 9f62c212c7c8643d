"""The least that a service which keeps messages does: take a body, store it durably, answer 202.

Made by `uvicorn tests.bench.bare_server:create --factory`; `BARE_URL` names a database with the tables of
`tests.bench.baselines`. On SQLite one thread commits all bodies that wait together, on PostgreSQL each request has a
connection.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

import psycopg
from sqlalchemy import make_url

from tests.bench.baselines import conninfo

CONNECTIONS: Final = 8
INSERT: Final = "INSERT INTO body (bytes) VALUES (?)"
Store = Callable[[bytes], Awaitable[None]]


def create() -> Callable[..., Awaitable[None]]:
    """The application."""
    url = os.environ["BARE_URL"]
    store: Store = GroupCommit(url).store if url.startswith("sqlite") else Connections(url).store

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["method"] == "POST":
            await store(body)
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return app


class GroupCommit:
    """One thread that writes, and commits all that waits together."""

    def __init__(self, url: str) -> None:
        self._path = make_url(url).database or ""
        self._waiting: SimpleQueue[tuple[bytes, asyncio.Future[None]]] = SimpleQueue()
        Thread(target=self._write, daemon=True).start()

    async def store(self, body: bytes) -> None:
        """Keep it, durable."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put((body, done))
        await done

    def _write(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        while True:
            group = [self._waiting.get(), *self._others()]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, [(body,) for body, _ in group])
            connection.execute("COMMIT")
            for _, done in group:
                done.get_loop().call_soon_threadsafe(done.set_result, None)

    def _others(self) -> list[tuple[bytes, asyncio.Future[None]]]:
        found: list[tuple[bytes, asyncio.Future[None]]] = []
        while True:
            try:
                found.append(self._waiting.get_nowait())
            except Empty:
                return found


class Connections:
    """A few connections that are kept, each for one request at a time."""

    def __init__(self, url: str) -> None:
        self._conninfo = conninfo(url)
        self._free: asyncio.Queue[psycopg.AsyncConnection[Any] | None] = asyncio.Queue()
        for _ in range(CONNECTIONS):
            self._free.put_nowait(None)

    async def store(self, body: bytes) -> None:
        """Keep it, durable."""
        connection = await self._free.get()
        if connection is None:
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        await connection.execute("INSERT INTO body (bytes) VALUES (%b)", (body,))
        self._free.put_nowait(connection)
