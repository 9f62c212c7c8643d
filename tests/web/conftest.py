"""Services to look at: one with people, and one in which the story of the demo was told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing import personen_wachtwoord
from app.processing.runtime import Runtime
from app.storage.base import Storage, create_storage
from tests.web.browser import Browser, Now, with_people
from tests.web.story import Story, tell


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords that cost next to nothing to judge."""
    monkeypatch.setattr(personen_wachtwoord, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    personen_wachtwoord._nobodys.cache_clear()
    yield
    personen_wachtwoord._nobodys.cache_clear()


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """Our own schemas, compiled once."""
    return Schemas.load(OWN_SCHEMAS)


@pytest.fixture
def now() -> Now:
    """The moment in the service."""
    return Now()


@pytest.fixture
def runtime(tmp_path: Path, migrated_sqlite: Path, schemas: Schemas, now: Now) -> Iterator[Runtime]:
    """A service on SQLite with a behandelaar and a beheerder."""
    path = tmp_path / "iwmo.db"
    shutil.copy(migrated_sqlite, path)
    storage = create_storage(f"sqlite:///{path}")
    yield with_people(storage, schemas, now)
    storage.close()


@pytest.fixture
def runtime_on_each(storage: Storage, schemas: Schemas, now: Now) -> Runtime:
    """The same on each database in turn."""
    return with_people(storage, schemas, now)


@pytest.fixture
def browser(runtime: Runtime) -> Browser:
    """A browser that was never here."""
    return Browser(runtime)


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, schemas: Schemas) -> Story:
    """The story of the demo, told once; who needs more in it makes a story of their own from it."""
    return tell(tmp_path_factory.mktemp("story"), migrated_sqlite, schemas)


@pytest.fixture
def told(story: Story, tmp_path: Path, schemas: Schemas) -> Iterator[Runtime]:
    """A service in which the story was told."""
    runtime = story.told(tmp_path, schemas)
    yield runtime
    runtime.storage.close()
