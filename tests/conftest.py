"""Databases for every test: SQLite, and a PostgreSQL that the tests start themselves."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from psycopg import sql
from sqlalchemy import create_engine, make_url, text

from app.storage.base import Storage, create_storage
from app.storage.schema import metadata
from tests.leaks import pytest_configure, pytest_runtest_makereport, pytest_runtest_setup
from tests.storage.postgres_server import CannotStart, postgres_server

__all__ = ["pytest_configure", "pytest_runtest_makereport", "pytest_runtest_setup"]

# A busy machine is no failure, and neither is an example that this run happened to draw and no other.
settings.register_profile(
    "untimed",
    parent=settings(),
    deadline=None,
    derandomize="HYPOTHESIS_SEEK" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "mutants",
    parent=settings.get_profile("untimed"),
    database=None,
    phases=[Phase.explicit, Phase.generate],
    # mutmut runs the tests more than once in one process
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
)
settings.load_profile("mutants" if "MUTANT_UNDER_TEST" in os.environ else "untimed")

DATABASES = ("sqlite", "postgresql")
LONGEST_FIRST = ("faults/test_kills.py", "api/test_schemathesis.py", "pages", "faults", "hostile", "saboteurs")
"""Where tests last longest, as they wait for others: begun last, they would leave the other processes without work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first, in files that stay whole; the rest keep their order."""
    here = Path(__file__).parent
    places = [here / name for name in LONGEST_FIRST]

    def turn(item: pytest.Item) -> int:
        among = (number for number, place in enumerate(places) if place in (item.path, *item.path.parents))
        return next(among, len(places))

    items.sort(key=turn)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of the database `postgres` on a server that lives as long as the tests of this process."""
    server = postgres_server()
    try:
        url = server.__enter__()
    except CannotStart as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"PostgreSQL cannot be started here: {reason}")
    try:
        yield url
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file without rows, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    storage = create_storage(f"sqlite:///{path}")
    storage.upgrade()
    storage.close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """The URL of a migrated database; who uses it empties it first."""
    url = new_postgres_database(postgres_url, "iwmo")
    storage = create_storage(url)
    storage.upgrade()
    storage.close()
    return url


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database without rows, of each kind in turn."""
    if request.param == "postgresql":
        url = request.getfixturevalue("migrated_postgres")
        _empty(url)
        return url
    path = tmp_path / "iwmo.db"
    shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
    return f"sqlite:///{path}"


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, of each kind in turn."""
    if request.param == "postgresql":
        return new_postgres_database(request.getfixturevalue("postgres_url"), "iwmo_empty")
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def storage(database_url: str) -> Iterator[Storage]:
    """A migrated storage without rows, on each database in turn."""
    storage = create_storage(database_url)
    yield storage
    storage.close()


def new_postgres_database(postgres_url: str, name: str) -> str:
    """Make a database on the server, in place of one with the same name; gives its URL."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


def _empty(url: str) -> None:
    tables = (sql.Identifier(table.name) for table in reversed(metadata.sorted_tables))
    rows_go = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in tables)
    with psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")  # else the logboek lets nothing go
        connection.execute(rows_go)  # one question instead of many: most tests begin with it
