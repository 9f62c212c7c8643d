"""Alive is not ready: what /healthz and /readyz say without a key."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import DatabaseUnreachable, create_app, create_runtime, prepare_database
from app.settings import Settings
from tests.conftest import new_postgres_database
from tests.e2e.service import Service


def sqlite_settings(folder: Path) -> Settings:
    """A service with a file of its own."""
    return Settings(database_url=f"sqlite:///{folder}/db/iwmo.db", data_dir=folder, log_level="error")


def test_ready_before_an_inrichting_is_loaded(tmp_path: Path):
    with TestClient(create_app(sqlite_settings(tmp_path))) as client:
        for path in ("/healthz", "/readyz"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
            assert answer.headers["cache-control"] == "no-store"


def test_not_ready_when_the_database_is_gone(tmp_path: Path):
    runtime = create_runtime(sqlite_settings(tmp_path))
    with TestClient(create_app(sqlite_settings(tmp_path), runtime)) as client:
        assert client.get("/readyz").status_code == 200
        runtime.storage.close()
        (tmp_path / "db").rename(tmp_path / "elsewhere")
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "database-onbereikbaar"})
        assert client.get("/healthz").json() == {"status": "ok"}
        failure = client.get("/v1/berichten", headers={"Authorization": "Bearer iwmo_x_y"})
        assert (failure.status_code, failure.json()["type"]) == (500, "/problems/interne-fout")
        (tmp_path / "elsewhere").rename(tmp_path / "db")
        assert client.get("/readyz").status_code == 200


def test_not_ready_with_an_older_schema(tmp_path: Path):
    runtime = create_runtime(sqlite_settings(tmp_path))
    with TestClient(create_app(sqlite_settings(tmp_path), runtime)) as client:
        runtime.storage.downgrade("base")
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "schema-verouderd"})
        runtime.storage.upgrade()
        assert client.get("/readyz").status_code == 200


def test_not_ready_when_postgresql_loses_the_database(postgres_url: str):
    url = new_postgres_database(postgres_url, "iwmo_health")
    runtime = create_runtime(Settings(database_url=url))
    runtime.storage.upgrade()
    with TestClient(create_app(Settings(database_url=url, log_level="error"), runtime)) as client:
        assert client.get("/readyz").status_code == 200
        new_postgres_database(postgres_url, "iwmo_health")
        assert client.get("/readyz").json() == {"status": "schema-verouderd"}


def test_a_service_does_not_start_without_its_database(tmp_path: Path):
    runtime = create_runtime(sqlite_settings(tmp_path))
    (tmp_path / "db").rmdir()
    with pytest.raises(DatabaseUnreachable):
        prepare_database(runtime)


def test_needs_no_key_where_others_do(service: Service):
    for path in ("/healthz", "/readyz", "/v1/openapi.json", "/docs"):
        assert service.client.get(path).status_code == 200
    assert service.client.get("/v1/producten").status_code == 401
