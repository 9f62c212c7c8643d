"""A process of our own beside this one, for work that would hold the interpreter: there when it is asked something.

It starts when it is needed and ends by itself when it was asked nothing for a while, so that its memory goes back. The
socket is all that it shares with this one; when either side is gone the other reads the end of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from socket import SO_SNDTIMEO, SOL_SOCKET, socketpair
from struct import pack
from threading import Lock
from typing import Final, Protocol

import app

KEPT: Final = 30.0
"""Seconds without work before it ends; to start again takes one or two."""

PATIENCE: Final = 30
"""Whole seconds that it may leave something unread that is said to it: then it hangs."""

LAST_MOMENT: Final = 5.0
"""Seconds that the process gets to end after it was killed; a disk that hangs may hold it longer."""


class Process(Protocol):
    """What is done with a process that was started."""

    def kill(self) -> None:
        """Have the kernel end it."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, once it ended."""
        ...


def start_process(module: str, connection: int) -> Process:
    """Start the other side, with the file number of its end of the connection; it runs the code that runs here.

    The settings are not in its environment: it is told what it needs.
    """
    home = str(Path(app.__path__[0]).resolve().parent)
    path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    without_settings = {name: value for name, value in os.environ.items() if not name.startswith("IWMO_")}
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-P", "-m", module, str(connection)],
        pass_fds=[connection],
        stdin=subprocess.DEVNULL,
        env={**without_settings, "PYTHONPATH": path},
    )


class Beside:
    """The process that runs a module, which is told `first` what it needs; nothing runs before there is work."""

    def __init__(self, module: str, first: object) -> None:
        self._module = module
        self._first = first
        self._guard = Lock()
        self._closed = False
        self._there: tuple[Process, Connection] | None = None

    def connection(self) -> Connection:
        """To the process, which is started when it is not there; raises EOFError after `close`."""
        with self._guard:
            if self._closed:
                raise EOFError
            if self._there is None:
                self._there = self._started()
                self._there[1].send(self._first)
            return self._there[1]

    def forget(self) -> None:
        """It is gone, or may go: the next who asks starts another."""
        with self._guard:
            there, self._there = self._there, None
        if there is not None:
            process, connection = there
            connection.close()
            _end(process)

    def close(self) -> None:
        """End the process, whatever it does."""
        with self._guard:
            self._closed = True
            there = self._there
        if there is not None:
            _end(there[0])  # at which the connection ends for who waits for an answer

    def _started(self) -> tuple[Process, Connection]:
        ours, theirs = socketpair()
        with ours, theirs:
            ours.setsockopt(SOL_SOCKET, SO_SNDTIMEO, pack("ll", PATIENCE, 0))
            process = start_process(self._module, theirs.fileno())
            return process, Connection(ours.detach())


def _end(process: Process) -> None:
    process.kill()  # nothing, when it ended already
    with suppress(subprocess.TimeoutExpired):
        process.wait(LAST_MOMENT)
