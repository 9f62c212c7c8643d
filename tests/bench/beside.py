"""What small messages notice of a large one: G7.

301s come in at an even pace, each timed from the moment it was due; meanwhile a 303 of 25 MB is posted, received and
settled. The 99th percentile in that time, next to that of an equally busy service with nothing large to do.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from typing import Final, NamedTuple

from tests.bench.databases import NAMES
from tests.bench.figures import Figure, duration
from tests.bench.generators import declaratie
from tests.bench.ground import furnish, runtime_on
from tests.bench.load import Sample
from tests.bench.measure import percentile, ratios
from tests.bench.plan import Plan
from tests.bench.serving import iwmo, keys_of, loading, samples_of
from tests.faults.house import await_true
from tests.faults.node import ask

PER_SECOND: Final = 50
CONNECTIONS: Final = 8
FIRST: Final = 4_000_000
SHARE: Final = 0.99
QUIET: Final = 2.5
"""Times as long as elsewhere: about as long as a 303 takes, for the 99th percentile of few is their worst."""


class _Busy(NamedTuple):
    """From when to when a 303 was posted, received and settled; and when it was quiet before that."""

    quiet: float
    begun: float
    ended: float


def figures(plan: Plan) -> Iterator[Figure]:
    """Measure on each database."""
    for kind in plan.databases:
        yield _on(plan, kind)


def _on(plan: Plan, kind: str) -> Figure:
    lines = plan.sizes[-1]
    url = plan.grounds.url(kind, "beside")
    with ExitStack() as exits:
        with runtime_on(url) as runtime:
            furnish(runtime, plan.clients)
            keys = keys_of(runtime)
        direct = {"IWMO_DIRECT_BYTES": "1000"} if plan.quick else {}
        server = exits.enter_context(iwmo(plan.folder, url, **direct))
        asked = {"port": server.port, "key": keys["gemeente"], "connections": CONNECTIONS, "first": FIRST}
        process = exits.enter_context(loading(**asked, rate=PER_SECOND))
        bodies = (declaratie(lines, "many", 500 + turn) for turn in range(plan.pairs + 1))
        busy = [_settle(plan, server.port, keys["aanbieder"], body) for body in bodies]
        samples = samples_of(process)
    return _figure(kind, lines, busy[1:], samples)  # the first one warms up


def _settle(plan: Plan, port: int, key: str, body: bytes) -> _Busy:
    time.sleep(plan.seconds)  # what waited for the one before is answered first
    quiet = time.monotonic()
    time.sleep(QUIET * plan.seconds)
    begun = time.monotonic()
    status, answer = ask(port, "POST", "/v1/berichten", key, body)
    assert status == HTTPStatus.ACCEPTED, status
    path = f"/v1/berichten/{answer['id']}"

    def settled() -> bool:
        time.sleep(0.1)
        return ask(port, "GET", path, key)[1]["status"] != "in-verwerking"

    await_true(settled, "the 303 is not settled")
    return _Busy(quiet, begun, time.monotonic())


def _figure(kind: str, lines: int, busy: list[_Busy], samples: list[Sample]) -> Figure:
    meanwhile = [percentile(_within(samples, one.begun, one.ended), SHARE) for one in busy]
    before = [percentile(_within(samples, one.quiet, one.begun), SHARE) for one in busy]
    took = duration(statistics.median(one.ended - one.begun for one in busy))
    return Figure(
        goal="G7",
        name="beside",
        what=f"99th percentile of {PER_SECOND} 301s a second while a 303 of {lines} lines is received and settled "
        f"({took}) / without",
        database=NAMES[kind],
        ratio=ratios(meanwhile, before),
        ours=duration(statistics.median(meanwhile)),
        baseline=duration(statistics.median(before)),
    )


def _within(samples: list[Sample], begin: float, end: float) -> list[float]:
    return [sample.seconds for sample in samples if begin <= sample.moment < end]
