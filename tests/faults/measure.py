"""Figures of the work in the background: from commit to request, deliveries a second, and what kills cost.

`python -m tests.faults.measure [jobs [kills]]`; nothing is asserted, for another machine has other figures.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import func, select

from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.processing.receive import receive
from app.storage.bericht_tables import BerichtRow
from app.storage.job_tables import JobRow
from tests.builders import AANBIEDER, OTHER_AANBIEDER
from tests.faults.client import Connection, insist
from tests.faults.house import BACK_OFFICE, PARTIJEN, House, await_true
from tests.faults.invariants import broken
from tests.faults.launch import prepare_once
from tests.faults.messages import toewijzing
from tests.faults.postgres import stoppable_postgres
from tests.faults.receiver import receiving

JOBS = 1_000
PER_SECOND = 100
KILLS = 20
ONLY_KILLS = "kills"
LONG_LEASE = {"FAULT_LEASE": "10"}
"""Seconds that no delivery takes, however busy the machine is: else leases that ended are counted with the kills."""


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
    if ONLY_KILLS in sys.argv:
        _kills(name, house, jobs)
        return
    house.serve(FAULT_MARKS=str(house.folder / "marks"))
    _latency(f"{name}, idle", house, 50, pause=0.1, first=1)
    _latency(f"{name}, {PER_SECOND} a second", house, jobs, pause=1 / PER_SECOND, first=1_000)
    house.nodes[-1].kill()
    ports = json.dumps([house.receiver.port])
    _throughput(f"{name}, one lane", house, jobs, first=100_000, ports=ports)
    _throughput_to_several(name, house, jobs)
    _kills(name, house, jobs)


def _latency(name: str, house: House, count: int, *, pause: float, first: int) -> None:
    """Post one after the other at an even pace; from the commit in the service to the request at the receiver."""
    marks = house.folder / "marks"
    marks.unlink(missing_ok=True)
    begun = time.monotonic()
    ids: list[str] = []
    with Connection(house.port, house.keys) as connection:
        for number in range(count):
            time.sleep(max(0.0, begun + number * pause - time.monotonic()))
            ids.append(insist(connection, toewijzing(first + number), house.acknowledged))
    took = time.monotonic() - begun
    house.await_quiet()
    committed = [float(line) for line in marks.read_text().split()]
    waits = sorted((house.receiver.first[id] - moment) * 1000 for id, moment in zip(ids, committed, strict=True))
    p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99) - 1]
    print(f"{name}: commit to request p50 {p50:.0f} ms, p99 {p99:.0f} ms ({count / took:.0f} posts a second)")


def _throughput(name: str, house: House, count: int, *, first: int, ports: str) -> None:
    """Work off a full queue, without anybody posting."""
    house.serve("--no-worker", IWMO_DELIVERY_PORTS=ports)
    aanbieders = (AANBIEDER, OTHER_AANBIEDER)
    house.post(*(toewijzing(first + number, aanbieders[number % 2]) for number in range(count)))
    house.nodes[-1].kill()
    waiting = house.open_jobs()
    begun = time.monotonic()
    house.serve(IWMO_DELIVERY_PORTS=ports)
    house.await_quiet()
    print(f"{name}: {waiting / (time.monotonic() - begun):.0f} deliveries a second")
    house.nodes[-1].kill()


def _throughput_to_several(name: str, house: House, count: int) -> None:
    """Each of the three parties behind an address of its own, so that each has a lane of its own."""
    with ExitStack() as stack:
        receivers = [stack.enter_context(receiving()) for _ in PARTIJEN]
        for receiver, partij in zip(receivers, PARTIJEN.values(), strict=True):
            house.connect(Aansluiting(partij=partij, soort=AansluitingSoort.HTTP, adres=receiver.url(partij)))
        ports = json.dumps([receiver.port for receiver in receivers])
        _throughput(f"{name}, three lanes", house, count, first=300_000, ports=ports)
        for receiver in receivers:
            for partij, kept in receiver.kept.items():
                house.receiver.kept.setdefault(partij, {}).update(kept)
    for partij in PARTIJEN.values():
        house.connect(Aansluiting(partij=partij, soort=AansluitingSoort.HTTP, adres=house.receiver.url(partij)))


def _kills(name: str, house: House, count: int) -> None:
    """Work off a full queue with kills; on PostgreSQL two nodes share it and are killed in turn."""
    runtime = house.runtime()
    for number in range(count // 2):  # each is delivered, and answered by a 302 that is
        message = toewijzing(200_000 + number)
        house.acknowledged.add(receive(runtime, BACK_OFFICE, message.body).bericht_id, message.body)
    before, due, begun = house.receiver.requests.total(), house.open_jobs(), time.monotonic()
    nodes = [house.work(**LONG_LEASE) for _ in range(2 if house.storage.dialect == "postgresql" else 1)]
    for turn in range(KILLS):
        left = house.open_jobs()
        await_true(lambda left=left: house.open_jobs() < left - due // (2 * KILLS) or not left, "nothing is done")
        nodes[turn % len(nodes)].kill()
        nodes[turn % len(nodes)] = house.work(**LONG_LEASE)
    house.await_quiet()
    extra = house.receiver.requests.total() - before - due
    with house.storage.reading() as session:
        berichten = session.scalars(select(func.count()).select_from(BerichtRow)).one()
        jobs = session.scalars(select(func.count()).select_from(JobRow)).one()
    print(
        f"{name}: {due} deliveries on {len(nodes)} nodes with {KILLS} kills in {time.monotonic() - begun:.0f} s: "
        f"{extra} requests too many, {len(broken(house))} invariants broken; {berichten} berichten, {jobs} jobs",
        flush=True,
    )
    for node in nodes:
        node.kill()


if __name__ == "__main__":
    main()
