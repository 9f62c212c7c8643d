"""A database that is gone, closed or busy is told apart from a question that it refuses."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.storage import engines
from app.storage.base import Storage, create_storage
from app.storage.outages import DatabaseUnavailable, outages_told
from tests.ports import own_port


class TestSqlite:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        storage = create_storage(f"sqlite:///{tmp_path}/db/iwmo.db")
        storage.upgrade()
        storage.close()
        return tmp_path / "db" / "iwmo.db"

    def test_a_file_that_cannot_be_opened(self, path: Path):
        storage = create_storage(f"sqlite:///{path}")
        path.parent.rename(path.parent.with_name("elsewhere"))
        with pytest.raises(DatabaseUnavailable), storage.reading() as session:
            session.execute(text("SELECT 1"))
        with pytest.raises(DatabaseUnavailable), storage.writing():
            pass
        with pytest.raises(DatabaseUnavailable):
            storage.schema_is_current()

    def test_a_file_that_another_process_keeps_locked(self, path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(engines, "SQLITE_PRAGMAS", ("PRAGMA busy_timeout = 10",))
        storage = create_storage(f"sqlite:///{path}")
        with sqlite3.connect(path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseUnavailable, match="OperationalError"), storage.writing():
                pass
            other.rollback()
        other.close()
        with storage.writing() as session:
            session.execute(text("SELECT 1"))
        storage.close()


class TestPostgresql:
    def test_a_port_where_nobody_listens(self):
        with own_port() as port:
            storage = create_storage(f"postgresql://postgres@127.0.0.1:{port}/iwmo")
            with pytest.raises(DatabaseUnavailable), storage.writing():
                pass
            with pytest.raises(DatabaseUnavailable):
                storage.schema_is_current()

    def test_a_server_that_never_answers_is_not_waited_for(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(engines, "CONNECT_TIMEOUT_SECONDS", 2)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            storage = create_storage(f"postgresql://postgres@127.0.0.1:{silent.getsockname()[1]}/iwmo")
            with pytest.raises(DatabaseUnavailable), storage.reading() as session:
                session.execute(text("SELECT 1"))

    def test_a_timeout_of_the_operator_stays(self):
        engine = engines.create_engine_for(make_url("postgresql://x@h/d?connect_timeout=9"))
        assert engine.url.query["connect_timeout"] == "9"
        assert engines.create_engine_for(make_url("postgresql://x@h/d")).url.query["connect_timeout"] == "5"

    def test_a_session_that_the_server_ends(self, migrated_postgres: str):
        storage = create_storage(migrated_postgres)
        with pytest.raises(DatabaseUnavailable):
            storage.run(lambda session: end_itself(session, migrated_postgres))
        assert storage.run(lambda session: session.scalar(text("SELECT 1"))) == 1
        storage.close()


def end_itself(session: Session, url: str) -> None:
    """Have the server end the session, as an administrator would."""
    pid = session.scalar(text("SELECT pg_backend_pid()"))
    admin = create_engine(url)
    with admin.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    admin.dispose()
    session.execute(text("SELECT 1"))


def test_no_free_connection():
    engine = create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0)
    with engine.connect(), pytest.raises(DatabaseUnavailable), outages_told():
        engine.connect()
    engine.dispose()


@pytest.mark.parametrize("question", ["SELECT * FROM nowhere", "SELEKT 1"])
def test_a_question_that_makes_no_sense_is_no_outage(question: str, storage: Storage):
    with pytest.raises(DBAPIError), storage.writing() as session:
        session.execute(text(question))


def test_a_write_by_a_reader_is_no_outage(storage: Storage):
    with pytest.raises(DBAPIError), storage.reading() as session:
        session.execute(text("DELETE FROM termijn"))


def test_a_mistake_of_our_own_stays_what_it_is():
    with pytest.raises(ZeroDivisionError), outages_told():
        raise ZeroDivisionError
