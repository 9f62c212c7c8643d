"""Work in the background: G10.

From the commit of a 301 to the request that delivers it, while 301s come in; and how many deliveries a second are made,
answered and recorded when a queue is worked off. How often a kill loses or doubles something (G9) `make faults` tells.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.domain.principal import aanbieder_partij, gemeente_partij
from app.domain.werk import JobSoort, JobStatus
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage.aansluitingen import set_aansluiting
from app.storage.job_tables import JobRow
from tests.bench.baselines import Bare, bare_on
from tests.bench.databases import NAMES
from tests.bench.figures import Figure, duration
from tests.bench.generators import AANBIEDER, GEMEENTE, toewijzing
from tests.bench.ground import furnish, runtime_on
from tests.bench.measure import percentile, spread
from tests.bench.plan import Plan
from tests.bench.serving import iwmo, keys_of, load
from tests.faults.house import await_true
from tests.faults.node import free_port

MOST_SECONDS: Final = 0.05
LEAST_PER_SECOND: Final = 500
PER_SECOND: Final = 50
MOST_TURNS: Final = 3
FIRST: Final = 5_000_000
LAUNCH: Final = "tests.faults.launch"
"""The command of the service that also writes down the moment of each commit."""


def figures(plan: Plan) -> Iterator[Figure]:
    """Measure on each database."""
    for kind in plan.databases:
        url = plan.grounds.url(kind, "jobs")
        with runtime_on(url) as runtime, _receiving(plan.folder / f"came-{kind}") as (ports, came):
            furnish(runtime, plan.clients)
            key = keys_of(runtime)["gemeente"]
            _connect(runtime, ports)
            work = _Work(plan, url, runtime, key, {"IWMO_DELIVERY_PORTS": json.dumps(ports), **SETTINGS}, came)
            yield _latency(work, kind)
            yield from _rate(work, kind)


SETTINGS: Final = {"IWMO_INTERNAL_NETWORKS": '["127.0.0.0/8"]', "IWMO_PLAIN_HTTP": "true"}


class _Work:
    """A service whose parties take their messages, and what came."""

    def __init__(
        self, plan: Plan, url: str, runtime: Runtime, key: str, environment: dict[str, str], came: Path
    ) -> None:
        self.plan, self.url, self.runtime, self.key, self.environment = plan, url, runtime, key, environment
        self._came = came
        self.count = 20 if plan.quick else 300

    def serving(self, *argv: str, **more: str):
        """The service as a process."""
        return iwmo(self.plan.folder, self.url, *argv, **{**self.environment, **more})

    def came(self, *, gemeente_too: bool = True) -> dict[str, float]:
        """By webhook-id when its first delivery began; a 301 is answered by a 302 to the gemeente."""
        lines = [line.split() for line in self._came.read_text().splitlines()]
        return {id: float(moment) for moment, path, id in reversed(lines) if gemeente_too or path != "/gemeente"}

    def open_jobs(self) -> int:
        """How many deliveries are not made yet."""
        with self.runtime.storage.reading() as session:
            query = select(func.count()).where(JobRow.status == JobStatus.OPEN, JobRow.soort == JobSoort.AFLEVERING)
            return session.scalars(query).one()


def _latency(work: _Work, kind: str) -> Figure:
    marks = work.plan.folder / f"marks-{kind}"
    asked = {"key": work.key, "connections": 1, "first": FIRST, "rate": PER_SECOND, "count": work.count}
    with work.serving(module=LAUNCH, FAULT_MARKS=str(marks)) as server:
        load(port=server.port, **asked)
        await_true(lambda: work.open_jobs() == 0, "not everything is delivered")
    committed = [float(line) for line in marks.read_text().split()]
    came = work.came(gemeente_too=False)
    in_order = [came[id] for id in sorted(came)]  # an id begins with its moment
    waits = [moment - commit for moment, commit in zip(in_order, committed, strict=True)]
    p99 = percentile(waits, 0.99)
    middle = spread([wait / MOST_SECONDS for wait in waits])
    return Figure(
        goal="G10",
        name="delivery-p99",
        what=f"from commit to the request that delivers, 99th percentile of {len(waits)} / 50 ms",
        database=NAMES[kind],
        ratio=middle._replace(median=p99 / MOST_SECONDS, high=max(middle.high, p99 / MOST_SECONDS)),
        ours=f"{duration(p99)} (median {duration(spread(waits).median)})",
        baseline=duration(MOST_SECONDS),
    )


def _rate(work: _Work, kind: str) -> Iterator[Figure]:
    bare = bare_on(work.plan.grounds.empty(kind, "bare_jobs"))
    rates, stores = [], []
    for turn in range(min(work.plan.pairs, MOST_TURNS)):
        rates.append(_worked_off(work, FIRST + 100_000 * (turn + 1)))
        stores.append(_stored(bare, 10 * work.count))
    bare.close()
    per_second, inserts = spread(rates), spread(stores)
    what = f"deliveries a second when those of {4 * work.count} 301s wait"
    yield Figure(
        goal="G10",
        name="jobs",
        what=f"{what} / {LEAST_PER_SECOND}",
        database=NAMES[kind],
        ratio=spread([rate / LEAST_PER_SECOND for rate in rates]),
        ours=f"{per_second.median:.0f}/s",
        baseline=f"{LEAST_PER_SECOND}/s",
    )
    yield Figure(
        goal="",
        name="jobs-bare",
        what=f"durable inserts a second / {what}",
        database=NAMES[kind],
        ratio=spread([store / rate for store, rate in zip(stores, rates, strict=True)]),
        ours=f"{per_second.median:.0f}/s",
        baseline=f"{inserts.median:.0f}/s",
    )


def _worked_off(work: _Work, first: int) -> float:
    """Deliveries a second, of what was received while nobody worked, from the first to the last one."""
    count = 4 * work.count
    with work.serving("--no-worker") as server:
        load(port=server.port, key=work.key, connections=8, first=first, count=count)
    before = set(work.came())
    assert work.open_jobs() >= count
    with work.serving():
        await_true(lambda: work.open_jobs() == 0, "not everything is delivered")
    moments = sorted(moment for id, moment in work.came().items() if id not in before)
    return (len(moments) - 1) / (moments[-1] - moments[0])


def _stored(bare: Bare, count: int) -> float:
    body, begun = toewijzing(1), time.perf_counter()
    for _ in range(count):
        bare.store(body)
    return count / (time.perf_counter() - begun)


@contextmanager
def _receiving(file: Path) -> Iterator[tuple[list[int], Path]]:
    """A process that takes deliveries on two ports, and the file where it notes them."""
    ports = [free_port(), free_port()]
    file.touch()
    with ExitStack() as exits:
        command = [sys.executable, "-m", "tests.bench.receiver", *map(str, ports), str(file)]
        process = subprocess.Popen(command, cwd=PROJECT)
        exits.callback(process.wait)
        exits.callback(process.kill)
        yield ports, file


def _connect(runtime: Runtime, ports: list[int]) -> None:
    """Let the parties be reached there."""
    places = {aanbieder_partij(AANBIEDER): "aanbieder", gemeente_partij(GEMEENTE): "gemeente"}
    for (partij, path), port in zip(places.items(), ports, strict=True):
        connection = Aansluiting(partij=partij, soort=AansluitingSoort.HTTP, adres=f"http://127.0.0.1:{port}/{path}")
        now = datetime.now(UTC)
        runtime.storage.run(lambda session: set_aansluiting(session, aansluiting=connection, now=now))  # noqa: B023
