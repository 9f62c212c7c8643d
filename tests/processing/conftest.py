"""The parts of a service with gemeente 0384, on each database in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.observability import configure_logging
from app.processing.runtime import Runtime
from app.storage.base import Storage
from tests.e2e.service import Clock, a_runtime
from tests.processing.ggk_adapter import an_adapter
from tests.processing.ggk_chain import AT_AANBIEDER, AT_OTHER, Chain


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """Our own schemas, compiled once."""
    return Schemas.load(OWN_SCHEMAS)


@pytest.fixture
def clock() -> Clock:
    """The business date of the service."""
    return Clock()


@pytest.fixture
def runtime(storage: Storage, schemas: Schemas, clock: Clock) -> Runtime:
    """A service that knows gemeente 0384, and logs no more than errors."""
    configure_logging("console", "error")
    return a_runtime(storage, schemas, clock)


@pytest.fixture
def chain(runtime: Runtime) -> Iterator[Chain]:
    """The service, with an adapter that both aanbieders are reached by."""
    with an_adapter(runtime, AT_AANBIEDER, AT_OTHER) as (local, adapter):
        yield Chain(local, adapter)
