"""A service with gemeente 0384 and its two aanbieders: on SQLite, or on each database in turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing.runtime import Runtime
from app.storage.base import Storage, create_storage
from tests.builders import AANBIEDER, GEMEENTE, a_declaratie, a_toewijzingsbericht
from tests.e2e.service import Clock, Service, a_runtime, serving


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """Our own schemas, compiled once."""
    return Schemas.load(OWN_SCHEMAS)


@pytest.fixture
def clock() -> Clock:
    """The business date of the service."""
    return Clock()


@pytest.fixture
def sqlite_runtime(tmp_path: Path, migrated_sqlite: Path, schemas: Schemas, clock: Clock) -> Iterator[Runtime]:
    """The parts of a service on SQLite."""
    path = tmp_path / "iwmo.db"
    shutil.copy(migrated_sqlite, path)
    storage = create_storage(f"sqlite:///{path}")
    yield a_runtime(storage, schemas, clock)
    storage.close()


@pytest.fixture
def service(sqlite_runtime: Runtime, clock: Clock) -> Iterator[Service]:
    """A service on SQLite."""
    with serving(sqlite_runtime, clock) as running:
        yield running


@pytest.fixture
def service_on_each(storage: Storage, schemas: Schemas, clock: Clock) -> Iterator[Service]:
    """A service on each database in turn."""
    with serving(a_runtime(storage, schemas, clock), clock) as running:
        yield running


@pytest.fixture
def known(service: Service) -> dict[str, str]:
    """What `fill` gives."""
    return fill(service)


def fill(service: Service) -> dict[str, str]:
    """Let the service hold one 301, its 302, a 303 and its 304; their ids, and that of the declaratie."""
    toewijzing = service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
    claim = service.accept(a_declaratie(), as_=AANBIEDER)
    return {
        "301": toewijzing["id"],
        "302": toewijzing["_links"]["antwoord"]["href"].rpartition("/")[2],
        "303": claim["id"],
        "304": claim["_links"]["antwoord"]["href"].rpartition("/")[2],
        "declaratie": claim["_links"]["declaratie"]["href"].rpartition("/")[2],
    }
