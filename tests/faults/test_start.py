"""A start-up on a database that may lose commits is refused, and an answer means that the disk has it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.settings import PROJECT
from tests.conftest import new_postgres_database
from tests.faults.house import House, a_house
from tests.faults.messages import chain
from tests.faults.node import Died, await_ready
from tests.faults.postgres import stoppable_postgres
from tests.faults.receiver import Receiver

COMMITS = 50


def _refused(house: House, setting: str, **environment: str) -> None:
    for argv in (("serve", "--port", str(house.another_port())), ("worker",)):
        node = house.launch(*argv, **environment)
        assert node.ended() == 2, node.said()
        assert f"De database kan bij stroomuitval gegevens verliezen; zet aan: {setting}." in node.said()
        assert "Traceback" not in node.said()


def test_sqlite_that_does_not_wait_for_the_disk(migrated_sqlite: Path, tmp_path: Path, receiver: Receiver):
    shutil.copy(migrated_sqlite, tmp_path / "iwmo.db")
    with a_house(f"sqlite:///{tmp_path / 'iwmo.db'}", tmp_path, receiver) as house:
        _refused(house, "synchronous", SABOTEUR="synchronous-normal")


def test_postgresql_that_commits_later(postgres_url: str, tmp_path: Path, receiver: Receiver):
    url = new_postgres_database(postgres_url, "iwmo_careless")
    with a_house_to_be(url, tmp_path, receiver) as house:
        _set(postgres_url, 'ALTER DATABASE "iwmo_careless" SET synchronous_commit = off')
        _refused(house, "synchronous_commit")
        _set(postgres_url, 'ALTER DATABASE "iwmo_careless" RESET synchronous_commit')
        house.serve()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_postgresql_that_does_not_wait_for_the_disk(setting: str, tmp_path: Path, receiver: Receiver):
    with stoppable_postgres(**{setting: "off"}) as server, a_house_to_be(server.url, tmp_path, receiver) as house:
        _refused(house, setting)


def a_house_to_be(url: str, folder: Path, receiver: Receiver):
    """A house on a database that has no tables yet."""
    house = House(url, folder, receiver)
    house.storage.upgrade()
    house.close()
    return a_house(url, folder, receiver)


def _set(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_every_commit_waits_for_the_disk(migrated_sqlite: Path, tmp_path: Path, receiver: Receiver):
    """As many syncs as commits at least; that the disk itself is honest is not ours to prove."""
    shutil.copy(migrated_sqlite, tmp_path / "iwmo.db")
    program = "import sys; from tests.faults.test_start import commit_many; commit_many(sys.argv[1])"
    counts = tmp_path / "strace"
    traced = subprocess.run(
        [
            "strace",
            "-f",
            "-o",
            str(counts),
            "-e",
            "trace=fsync,fdatasync",
            sys.executable,
            "-c",
            program,
            f"sqlite:///{tmp_path / 'iwmo.db'}",
        ],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "ptrace" in traced.stderr and traced.returncode != 0:
        pytest.skip(f"strace may not trace here: {traced.stderr[-200:]}")
    assert traced.returncode == 0, traced.stderr
    assert len(re.findall(r"f(?:data)?sync\(", counts.read_text())) >= COMMITS


def commit_many(url: str) -> None:
    """Commit one row, many times; run in a process of its own."""
    from datetime import UTC, datetime

    from app.storage.base import create_storage
    from app.storage.keys import KeyRecord, add_key

    storage = create_storage(url)
    for number in range(COMMITS):
        moment = datetime(2018, 1, 1, tzinfo=UTC)
        key = KeyRecord(
            keyid=f"k{number}", rol="beheer", naam="n", gemaakt_op=moment, geldig_vanaf=moment, verloopt_op=moment
        )
        storage.run(lambda session, key=key: add_key(session, key=key))
    storage.close()


def test_a_start_that_is_killed_leaves_a_database_that_starts(tmp_path: Path, receiver: Receiver):
    """The first start migrates; killed at any moment of that, the next one finds an old or a new schema, never half."""
    house = House(f"sqlite:///{tmp_path / 'new.db'}", tmp_path, receiver)
    try:
        for delay in (0.02, 0.1, 0.2, 0.3, 0.5):
            node = house.launch("serve", "--port", str(house.port))
            node.ended(delay)
            node.kill()
        node = house.launch("serve", "--port", str(house.port))
        await_ready(node, house.port)
        house.furnish()
        house.post(*chain(1))
    except Died as died:
        pytest.fail(str(died))
    finally:
        house.close()
