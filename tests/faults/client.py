"""Parties that post until they have an answer, and remember what was acknowledged."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from itertools import count
from threading import Event, Lock, Thread
from typing import Self

from tests.faults.messages import FIRST_NUMMER, Message, chain

ACKNOWLEDGED = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED}
PAUSE_SECONDS = 0.02
INSIST_SECONDS = 900
ANSWER_SECONDS = 300


@dataclass
class Acknowledged:
    """What the service said it has: the id of the bericht, and the bytes."""

    berichten: list[tuple[str, bytes]] = field(default_factory=list)
    chains: list[int] = field(default_factory=list)
    """The toewijzingen of which everything was acknowledged."""
    statuses: list[int] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, id: str, body: bytes) -> None:
        """Remember one."""
        with self.lock:
            self.berichten.append((id, body))


class Connection:
    """One connection to the service, opened again when it broke."""

    def __init__(self, port: int, keys: dict[str, str]) -> None:
        self._port = port
        self._keys = keys
        self._connection: http.client.HTTPConnection | None = None

    def post(self, message: Message) -> tuple[int, dict[str, str]] | None:
        """Status and JSON of the answer; None when there was none."""
        connection = self._connection or http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        key = self._keys["gemeente" if message.soort == "301" else "other" if message.soort == "302" else "aanbieder"]
        headers = {"Content-Type": "application/xml", "Authorization": f"Bearer {key}"}
        self._connection = None
        try:
            connection.request("POST", "/v1/berichten", message.body, headers)
            answer = connection.getresponse()
            content = answer.read()
            self._connection = connection
            return answer.status, json.loads(content) if content else {}
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            return None

    def close(self) -> None:
        """Let go of it."""
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Load:
    """Threads that post one chain after the other; what is not acknowledged is posted again, the same bytes."""

    def __init__(self, port: int, keys: dict[str, str], acknowledged: Acknowledged, *, numbers: Iterator[int]) -> None:
        self._port, self._keys, self._acknowledged, self._numbers = port, keys, acknowledged, numbers
        self._stop = Event()
        self._tasks: list[Task] = []

    def start(self, threads: int) -> None:
        """Begin."""
        self._tasks = [Task(self._run) for _ in range(threads)]

    def stop(self) -> None:
        """Finish the chains that were begun, and end; raises what went wrong in a thread."""
        self._stop.set()
        for task in self._tasks:
            task.finish()

    def _run(self) -> None:
        with Connection(self._port, self._keys) as connection:
            while not self._stop.is_set():
                number = next(self._numbers)
                for message in chain(number):
                    insist(connection, message, self._acknowledged)
                with self._acknowledged.lock:
                    self._acknowledged.chains.append(number)


def insist(connection: Connection, message: Message, acknowledged: Acknowledged) -> str:
    """Post until there is an acknowledgement; the id of the bericht."""
    pause = Event()
    deadline = time.monotonic() + INSIST_SECONDS
    while time.monotonic() < deadline:
        answer = connection.post(message)
        if answer is not None:
            acknowledged.statuses.append(answer[0])
            if answer[0] in ACKNOWLEDGED:
                acknowledged.add(answer[1]["id"], message.body)
                return answer[1]["id"]
            assert answer[0] >= HTTPStatus.INTERNAL_SERVER_ERROR, f"refused: {answer}"
        pause.wait(PAUSE_SECONDS)
    raise AssertionError("no acknowledgement came")


class Numbers(Iterator[int]):
    """Toewijzing numbers that several threads may draw from."""

    def __init__(self) -> None:
        self._numbers, self._lock = count(FIRST_NUMMER), Lock()

    def __next__(self) -> int:
        with self._lock:
            return next(self._numbers)


class Task(Thread):
    """Work in the background; `finish` waits for it and raises what went wrong."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        """The work, on its own thread."""
        try:
            self._work()
        except BaseException as failure:  # it is raised where it is waited for
            self._failure = failure

    def finish(self) -> None:
        """Wait for the end, as long as anything here may take."""
        self.join(INSIST_SECONDS)
        assert not self.is_alive(), "work in the background hangs"
        if self._failure is not None:
            raise self._failure


def at_once(count: int, work: Callable[[int], None]) -> None:
    """Do the work on so many threads, from 0 on; what one of them raises is raised."""
    for task in [Task(partial(work, number)) for number in range(count)]:
        task.finish()
