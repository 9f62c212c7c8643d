"""A logboek with rows in the chain, and who owns its database: nothing stops him."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text

from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal, Rol
from app.processing.logboek import note_now
from app.processing.logboek_zegels import seal
from app.processing.runtime import Runtime
from app.storage.base import Storage
from tests.builders import BSN_X, BSN_Y

WHO = Principal(key_id="k", rol=Rol.GEMEENTE)
ROWS = 7
CLIENTS = frozenset({BSN_X, BSN_Y})
COLUMNS = {
    "logboek": (
        *("id", "moment", "gebeurtenis", "actie", "wie", "rol", "wijze", "uitkomst", "object_soort", "object_id"),
        *("aantal", "reden", "adres", "trace_id", "span_id", "parent_span_id", "begin_ms", "eind_ms"),
        *("activiteit", "bewaren_tot", "mac"),
    ),
    "logboek_client": ("logboek_id", "client"),
    "logboek_zegel": ("volgnummer", "logboek_id", "keten"),
}


def later(runtime: Runtime, **much: int) -> Runtime:
    """The service so much later."""
    return replace(runtime, now=lambda: datetime.now(UTC) + timedelta(**much))


def written(runtime: Runtime, count: int = ROWS) -> None:
    """Rows with and without clients and numbers."""
    for number in range(count):
        bsns = CLIENTS if number % 2 else frozenset[str]()
        regel = Logregel(handeling=Handeling.BERICHT_BEKEKEN, object_id=f"b{number}", aantal=number, bsns=bsns)
        note_now(runtime, WHO, regel)


class Unlocked:
    """Who owns the database: nothing stops him, and what he did can be undone for the next example."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def run(self, statement: str, **values: Any) -> Any:
        with self._storage._writer.begin() as connection:
            if self._storage.dialect == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                for table, guard in product((*COLUMNS, "logboek_anker"), ("vast", "weg", "nieuw")):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{guard}"))
            found = connection.execute(text(statement), values)
            return found.all() if found.returns_rows else None

    def tables(self) -> dict[str, list[Any]]:
        return {table: self.run(f"SELECT * FROM {table}") for table in COLUMNS}  # noqa: S608


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    """A service with rows that are in the chain, of a few minutes ago."""
    written(replace(runtime, now=lambda: datetime.now(UTC) - timedelta(minutes=5)))
    seal(runtime)
    return runtime


@pytest.fixture
def unlocked(runtime: Runtime) -> Unlocked:
    """The database without its triggers."""
    return Unlocked(runtime.storage)
