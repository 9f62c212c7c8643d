"""The database is away, locked or full: nothing is acknowledged meanwhile, and it heals by itself."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url

from tests.faults.client import Connection
from tests.faults.house import House, a_house, await_true
from tests.faults.invariants import check
from tests.faults.messages import chain, toewijzing
from tests.faults.node import ask
from tests.faults.postgres import stoppable_postgres
from tests.faults.receiver import Receiver
from tests.faults.test_start import a_house_to_be

LOGS_ONLY = 65_536
"""Bytes that a file may have when the disk is full: what the service says still fits, a database does not."""


def test_postgresql_goes_and_comes_back(tmp_path: Path, receiver: Receiver, rounds: Callable[[int], int]):
    with stoppable_postgres() as server, a_house_to_be(server.url, tmp_path, receiver) as house:
        node = house.serve()
        load = house.load()
        load.start(4)
        for number in range(rounds(2)):
            time.sleep(0.4)
            house.storage.close()
            server.stop()
            with Connection(house.port, house.keys) as connection:
                answer = connection.post(toewijzing(900_000 + number))
            assert answer is not None
            assert answer[0] >= 500
            assert ask(house.port, "GET", "/healthz")[0] == 200
            assert ask(house.port, "GET", "/readyz")[0] == 503
            server.start()
            await_true(lambda: ask(house.port, "GET", "/readyz")[0] == 200, "it does not recover")
        load.stop()
        house.await_quiet()
        assert node.alive
        check(house)
        assert house.acknowledged.chains


def test_sqlite_is_locked_by_another(migrated_sqlite: Path, tmp_path: Path, receiver: Receiver):
    """A backup tool holds the file: who posts waits, and is served when it lets go."""
    with _sqlite_house(migrated_sqlite, tmp_path, receiver) as house:
        house.serve()
        holder = sqlite3.connect(tmp_path / "iwmo.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        house.post_in_background(*chain(1))
        time.sleep(1)
        assert house.acknowledged.berichten == []
        assert ask(house.port, "GET", "/readyz")[0] == 200  # reading goes on
        holder.execute("ROLLBACK")
        holder.close()
        house.join()
        house.await_quiet()
        check(house)


def test_the_disk_is_full(migrated_sqlite: Path, tmp_path: Path, receiver: Receiver, rounds: Callable[[int], int]):
    """The service may write no further than here; then there is room again."""
    with _sqlite_house(migrated_sqlite, tmp_path, receiver) as house:
        node = house.serve()
        pid = node.process.pid or 0
        for number in range(rounds(2)):
            house.post(*chain(10 * number + 1))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (LOGS_ONLY, resource.RLIM_INFINITY))
            refused = _post_until_refused(house, 1000 * (number + 1))
            assert refused >= 500
            assert ask(house.port, "GET", "/healthz")[0] == 200
            looks = ("GET", "/v1/berichten", house.keys["gemeente"])
            # No view without its row in the logboek; a last one may still fit where a bericht did not.
            await_true(lambda looks=looks: ask(house.port, *looks)[0] == 503, "it is seen and not written down")
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            assert ask(house.port, *looks)[0] == 200
            house.post(*chain(10 * number + 2))
            house.acknowledged.chains.append(10 * number + 2)
        house.await_quiet()
        assert node.alive
        check(house)


def _post_until_refused(house: House, number: int) -> int:
    with Connection(house.port, house.keys) as connection:
        for offset in range(200):
            message = toewijzing(number + offset)
            answer = connection.post(message)
            assert answer is not None, "the service went down"
            if answer[0] >= 300:
                return answer[0]
            house.acknowledged.add(answer[1]["id"], message.body)
    raise AssertionError("the disk never got full")


def _sqlite_house(migrated_sqlite: Path, folder: Path, receiver: Receiver):
    shutil.copy(migrated_sqlite, folder / "iwmo.db")
    return a_house(make_url(f"sqlite:///{folder / 'iwmo.db'}").render_as_string(), folder, receiver)
