"""A service with gemeente 0384 and its two aanbieders, on each database in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.storage.base import Storage
from tests.e2e.service import Clock, Service, a_runtime, serving


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """Our own schemas, compiled once."""
    return Schemas.load(OWN_SCHEMAS)


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """A service that knows gemeente 0384."""
    clock = Clock()
    with serving(a_runtime(storage, schemas, clock), clock) as running:
        yield running
