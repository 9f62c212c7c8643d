"""Where databases to measure on are made, of each kind."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import make_url

from app.storage.base import create_storage
from tests.bench.baselines import conninfo
from tests.bench.limits import POSTGRESQL, SQLITE
from tests.conftest import new_postgres_database
from tests.storage.postgres_server import postgres_server

NAMES: Final = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


@dataclass
class Grounds:
    """Where databases are made: in a folder, and on a PostgreSQL of our own that is started when one is asked for."""

    folder: Path
    exits: ExitStack
    server: str | None = None
    version: str | None = None
    """Of the PostgreSQL that was started."""

    def url(self, kind: str, name: str) -> str:
        """A migrated database without rows, on `sqlite` or `postgresql`."""
        url = self.empty(kind, name)
        storage = create_storage(url)
        storage.upgrade()
        storage.close()
        return url

    def empty(self, kind: str, name: str) -> str:
        """A database without tables."""
        if kind == "sqlite":
            folder = self.folder / name
            folder.mkdir()
            return f"sqlite:///{folder / 'iwmo.db'}"
        if self.server is None:
            self.server = self.exits.enter_context(postgres_server())
            with psycopg.connect(conninfo(self.server)) as connection:
                self.version = connection.info.parameter_status("server_version")
        return new_postgres_database(self.server, name)

    def servers(self, kind: str) -> list[int]:
        """The processes that do the work of a database, beside our own."""
        if kind == "sqlite" or self.server is None:
            return []
        folder = make_url(self.server).query["host"]
        return [int((Path(str(folder)) / "data" / "postmaster.pid").read_text().split()[0])]
