"""The process beside a service, forked instead of started anew: in a moment, and with every fault in place."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from typing import NoReturn

from app import settling
from app.processing import beside


class Forked:
    """What was forked for a service, by a process between the two."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def kill(self) -> None:
        """Have the kernel end it."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it is gone."""
        deadline = time.monotonic() + (timeout or 0)
        while time.monotonic() < deadline:
            try:
                os.kill(self._pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.01)
        return 0


def settle_in_forks() -> None:
    """Fork a process that forks, while this one has one thread; the service asks that one from now on."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        _fork_on_request(theirs)
    theirs.close()
    beside.start_process = partial(_forked, ours)


def _forked(there: socket.socket, module: str, connection: int) -> Forked:
    assert module == "app.settling", "no other is needed for what the faults send"
    socket.send_fds(there, [b"1"], [connection])
    return Forked(int(there.recv(20)))


def _fork_on_request(there: socket.socket) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel clears away what ended
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    while True:
        asked, descriptors, _, _ = socket.recv_fds(there, 1, 1)
        if not asked:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            there.close()
            _settle(descriptors[0])
        os.close(descriptors[0])
        there.sendall(str(pid).encode())


def _settle(connection: int) -> NoReturn:
    try:
        settling.work_for(Connection(connection))
    finally:
        os._exit(0)
