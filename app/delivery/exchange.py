"""One connection that ends in time, whatever the other side does."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from typing import Final, TypeVar

import httpcore2
import ssrfguard

from app.delivery.destinations import NOT_ALLOWED_ADDRESS, Destinations, NotAllowed

AT_ONCE: Final = 65_536  # bytes per call, so that the time that is left is looked at often enough

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long an exchange may take, in seconds: until connected (name, TCP and TLS), and in all."""

    connect_seconds: float = 10
    total_seconds: float = 60


class Deadline:
    """A moment after which nothing waits any more."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left, more than 0. TimeoutError: none are."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class TimedStream(httpcore2.NetworkStream):
    """A connected socket whose reads and writes all end at one deadline, not each at its own."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline decides
        """At most so many bytes; none at the end of what the other side says."""
        try:
            self._connection.settimeout(self._deadline.left())
            return self._connection.recv(min(max_bytes, AT_ONCE))
        except TimeoutError:
            raise httpcore2.ReadTimeout from None
        except OSError:
            raise httpcore2.ReadError from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline decides
        """All of the bytes."""
        view = memoryview(buffer)
        try:
            while view:
                self._connection.settimeout(self._deadline.left())
                view = view[self._connection.send(view[:AT_ONCE]) :]
        except TimeoutError:
            raise httpcore2.WriteTimeout from None
        except OSError:
            raise httpcore2.WriteError from None

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def connected(
    destinations: Destinations, target: ssrfguard.Target, tls: ssl.SSLContext, deadline: Deadline
) -> socket.socket:
    """A connection to where the target was found to be, in TLS for https, with its name in SNI and certificate.

    The name is looked up once, and only addresses that were judged are connected to. NotAllowed, TimeoutError, OSError.
    """
    addresses = within(deadline, lambda: destinations.addresses(target))
    policy = destinations.policy(target)
    attempts = min(len(addresses), policy.max_connection_attempts)
    try:
        connection = ssrfguard.connect(addresses, policy=policy, timeout=deadline.left() / attempts)
    except ssrfguard.SSRFGuardError:  # something on the way sent the connection elsewhere
        raise NotAllowed(NOT_ALLOWED_ADDRESS, permanent=False) from None
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(deadline.left())
        return tls.wrap_socket(connection, server_hostname=target.host) if target.scheme == "https" else connection
    except BaseException:
        connection.close()
        raise


def within(deadline: Deadline, work: Callable[[], T]) -> T:
    """The result of work that knows no time limit itself, as the system's resolver; TimeoutError when it is late."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as failure:  # it is raised where it is waited for
            outcome.set_exception(failure)

    Thread(target=run, name="look-up", daemon=True).start()
    return outcome.result(timeout=deadline.left())
