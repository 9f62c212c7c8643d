"""Alive is not ready: what /healthz and /readyz say without a key."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.main import DatabaseUnreachable, create_app, create_runtime, prepare_database
from app.settings import Settings
from tests.conftest import new_postgres_database
from tests.e2e.service import Service
from tests.storage.postgres_server import CannotStart, postgres_server

KEY = {"Authorization": "Bearer iwmo_x_y"}


def sqlite_settings(folder: Path) -> Settings:
    """A service with a file of its own."""
    return without_worker(f"sqlite:///{folder}/db/iwmo.db", data_dir=folder)


def without_worker(url: str, **more: Any) -> Settings:
    """A service that asks its database nothing, and has nothing to say of it, but when it is asked something itself."""
    return Settings(database_url=url, worker=False, **{"log_level": "error", **more})


def missing(answer: Response) -> str:
    """What a service that is not ready says it lacks."""
    problem = answer.json()
    assert (problem["type"], problem["status"]) == ("/problems/niet-gereed", 503)
    assert "Retry-After" in answer.headers
    return problem["detail"].removeprefix("Wat ontbreekt: ").removesuffix(".")


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
        assert (answer.status_code, missing(answer)) == (503, "database-onbereikbaar")
        assert client.get("/healthz").json() == {"status": "ok"}
        assert answer.headers["retry-after"] == "5"
        for path in ("/v1/berichten", "/v1/producten", "/v1/rapportages/termijnen"):
            unavailable(client.get(path, headers=KEY))
        unavailable(client.post("/v1/berichten", content=b"<x/>", headers={**KEY, "Content-Type": "application/xml"}))
        (tmp_path / "elsewhere").rename(tmp_path / "db")
        assert client.get("/readyz").status_code == 200


def unavailable(answer: Response) -> None:
    """The answer says that the database is gone, and nothing more."""
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/database-onbereikbaar",
        "title": "De dienst kan nu niet bij zijn gegevens",
        "status": 503,
        "detail": "Probeer het over enkele seconden opnieuw.",
        "instance": answer.request.url.path,
    }


def test_not_ready_when_postgresql_stops(capsys: pytest.CaptureFixture[str]):
    try:
        server = postgres_server()
        url = server.__enter__()
    except CannotStart as reason:
        pytest.skip(f"PostgreSQL cannot be started here: {reason}")
    runtime = create_runtime(Settings(database_url=url))
    runtime.storage.upgrade()
    with TestClient(create_app(without_worker(url, log_level="warning"), runtime)) as client:
        assert client.get("/readyz").status_code == 200
        server.__exit__(None, None, None)
        answer = client.get("/readyz")
        assert (answer.status_code, missing(answer)) == (503, "database-onbereikbaar")
        capsys.readouterr()
        unavailable(client.get("/v1/berichten", headers=KEY))
    (line,) = capsys.readouterr().err.splitlines()
    assert "database_unavailable" in line
    assert "OperationalError" in line
    assert str(url.partition("host=")[2]) not in line


def test_not_ready_with_an_older_schema(tmp_path: Path):
    runtime = create_runtime(sqlite_settings(tmp_path))
    with TestClient(create_app(sqlite_settings(tmp_path), runtime)) as client:
        runtime.storage.downgrade("base")
        answer = client.get("/readyz")
        assert (answer.status_code, missing(answer)) == (503, "schema-verouderd")
        runtime.storage.upgrade()
        assert client.get("/readyz").status_code == 200


def test_not_ready_when_postgresql_loses_the_database(postgres_url: str):
    url = new_postgres_database(postgres_url, "iwmo_health")
    runtime = create_runtime(Settings(database_url=url))
    runtime.storage.upgrade()
    with TestClient(create_app(without_worker(url), runtime)) as client:
        assert client.get("/readyz").status_code == 200
        new_postgres_database(postgres_url, "iwmo_health")
        assert missing(client.get("/readyz")) == "schema-verouderd"


def test_a_service_does_not_start_without_its_database(tmp_path: Path):
    runtime = create_runtime(sqlite_settings(tmp_path))
    shutil.rmtree(tmp_path / "db")
    with pytest.raises(DatabaseUnreachable):
        prepare_database(runtime)


def test_needs_no_key_where_others_do(service: Service):
    for path in ("/healthz", "/readyz", "/v1/openapi.json", "/docs"):
        assert service.client.get(path).status_code == 200
    assert service.client.get("/v1/producten").status_code == 401
