"""A PostgreSQL that a test may stop, kill and start again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.storage import postgres_server as server


class Stoppable:
    """A server; its data outlive it."""

    def __init__(self, programs: Path, folder: Path, settings: dict[str, str]) -> None:
        self._programs, self._folder, self._settings = programs, folder, settings
        self._running = ExitStack()

    @property
    def url(self) -> str:
        """Of its database `postgres`."""
        return f"postgresql+psycopg://postgres@/postgres?host={self._folder}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._running.enter_context(server.running(self._programs, self._folder, self._settings))

    def stop(self) -> None:
        """Stop it as a computer that is switched off in good order: whoever is connected is cut off."""
        self._running.close()


@contextmanager
def stoppable_postgres(**settings: str) -> Iterator[Stoppable]:
    """A fresh server with these settings, for as long as the block."""
    folder = Path(mkdtemp(prefix="iwmo-postgres-"))
    try:
        try:
            programs = server.prepare(folder)
        except server.CannotStart as reason:
            pytest.skip(f"PostgreSQL cannot be started here: {reason}")
        stoppable = Stoppable(programs, folder, settings)
        stoppable.start()
        try:
            yield stoppable
        finally:
            stoppable.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
