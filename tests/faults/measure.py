"""Figures of the work in the background: from stored to sent, jobs a second, and what kills cost.

`python -m tests.faults.measure [jobs]`; nothing is asserted, for another machine has other figures.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import func, select

from app.storage.bericht_tables import BerichtRow
from app.storage.job_tables import JobRow
from tests.faults.client import Connection, insist
from tests.faults.house import House
from tests.faults.invariants import broken
from tests.faults.launch import prepare_once
from tests.faults.messages import toewijzing
from tests.faults.postgres import stoppable_postgres
from tests.faults.receiver import receiving

JOBS = 1_000
PER_SECOND = 100
KILLS = 20


def main() -> None:
    """Measure each database in turn."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else JOBS
    prepare_once()
    with _sqlite() as house:
        _measure("SQLite", house, jobs)
    with stoppable_postgres() as server, receiving() as receiver:
        folder = Path(mkdtemp(prefix="iwmo-measure-"))
        house = House(server.url, folder, receiver)
        house.storage.upgrade()
        house.furnish()
        try:
            _measure("PostgreSQL", house, jobs)
        finally:
            house.close()
            shutil.rmtree(folder)


@contextmanager
def _sqlite() -> Iterator[House]:
    folder = Path(mkdtemp(prefix="iwmo-measure-"))
    with receiving() as receiver:
        house = House(f"sqlite:///{folder / 'iwmo.db'}", folder, receiver)
        house.storage.upgrade()
        house.furnish()
        try:
            yield house
        finally:
            house.close()
            shutil.rmtree(folder)


def _measure(name: str, house: House, jobs: int) -> None:
    house.serve()
    _latency(f"{name}, idle", house, 50, pause=0.1, first=1)
    _latency(f"{name}, {PER_SECOND} a second", house, jobs, pause=1 / PER_SECOND, first=1_000)
    house.nodes[-1].kill()
    _throughput(name, house, jobs)
    _kills(name, house, jobs)


def _latency(name: str, house: House, count: int, *, pause: float, first: int) -> None:
    """Post at an even pace; from just after the commit (the answer is later) to the request at the receiver."""
    messages = [toewijzing(first + number) for number in range(count)]
    begun = time.monotonic()
    answered: dict[str, float] = {}
    with Connection(house.port, house.keys) as connection:
        for number, message in enumerate(messages):
            time.sleep(max(0.0, begun + number * pause - time.monotonic()))
            posted = time.time()
            answered[insist(connection, message, house.acknowledged)] = posted
    took = time.monotonic() - begun
    house.await_quiet(600)
    waits = sorted((house.receiver.first[id] - posted) * 1000 for id, posted in answered.items())
    p99 = waits[int(len(waits) * 0.99) - 1]
    p50, rate = statistics.median(waits), count / took
    print(f"{name}: posted to sent p50 {p50:.0f} ms, p99 {p99:.0f} ms ({rate:.0f} posts a second)")


def _throughput(name: str, house: House, count: int) -> None:
    """Work off a full queue, without anybody posting."""
    house.serve("--no-worker")
    house.post(*(toewijzing(100_000 + number) for number in range(count)))
    house.nodes[-1].kill()
    waiting = house.open_jobs()
    begun = time.monotonic()
    house.serve()
    house.await_quiet(600)
    print(f"{name}: {waiting / (time.monotonic() - begun):.0f} deliveries a second")
    house.nodes[-1].kill()


def _kills(name: str, house: House, count: int) -> None:
    """Work off a full queue with kills."""
    house.serve("--no-worker")
    house.post(*(toewijzing(200_000 + number) for number in range(count)))
    house.nodes[-1].kill()
    before = house.receiver.requests.total()
    due = house.open_jobs()
    begun = time.monotonic()
    for _ in range(KILLS):
        node = house.serve()
        time.sleep(0.2)
        node.kill()
    house.serve()
    house.await_quiet(600)
    extra = house.receiver.requests.total() - before - due
    with house.storage.reading() as session:
        berichten = session.scalars(select(func.count()).select_from(BerichtRow)).one()
        jobs = session.scalars(select(func.count()).select_from(JobRow)).one()
    print(
        f"{name}: {due} deliveries with {KILLS} kills in {time.monotonic() - begun:.0f} s: {extra} requests too many, "
        f"{len(broken(house))} invariants broken; {berichten} berichten, {jobs} jobs"
    )
    house.nodes[-1].kill()


if __name__ == "__main__":
    main()
