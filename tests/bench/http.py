"""Over HTTP, with keys, through the real `iwmo serve`: G6 and G11.

Requests a second and the 99th percentile of 301s, next to an endpoint that stores the body durably under the same
server program with as many processes; and how much more eight connections get done than one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Final, NamedTuple

from tests.bench.baselines import bare_on
from tests.bench.databases import NAMES
from tests.bench.figures import Figure, duration
from tests.bench.ground import furnish, runtime_on
from tests.bench.measure import Spread, percentile, processor_of, ratios, spread
from tests.bench.plan import Plan
from tests.bench.serving import Server, bare, iwmo, keys_of, load

CONNECTIONS: Final = 16
FIRST: Final = 3_000_000
BLOCK: Final = 50_000
"""Numbers that one run of a server may use up."""


class _Seen(NamedTuple):
    """Of one run: requests a second, the 99th percentile, and processor seconds of all servers for a request."""

    rate: float
    p99: float
    processor: float


def figures(plan: Plan) -> Iterator[Figure]:
    """Measure on each database; two processes only where there may be two."""
    for kind in plan.databases:
        yield from _with_workers(plan, kind, 1)
        if kind == "postgresql":
            yield from _with_workers(plan, kind, 2)


def _with_workers(plan: Plan, kind: str, workers: int) -> Iterator[Figure]:
    with ExitStack() as exits:
        url = plan.grounds.url(kind, f"http_{workers}")
        with runtime_on(url) as runtime:
            furnish(runtime, plan.clients)
            key = keys_of(runtime)["gemeente"]
        bare_url = plan.grounds.empty(kind, f"bare_http_{workers}")
        bare_on(bare_url).close()
        ours = exits.enter_context(iwmo(plan.folder, url, "--workers", str(workers)))
        least = exits.enter_context(bare(plan.folder, bare_url, workers))
        numbers = count(FIRST, BLOCK)

        def seen(server: Server, connections: int) -> _Seen:
            return _run(plan, kind, server, key, connections, next(numbers))

        turns = {"ours": lambda: seen(ours, CONNECTIONS), "bare": lambda: seen(least, CONNECTIONS)}
        runs = _shuffled(plan, turns)
        yield from _compared(kind, workers, runs["ours"], runs["bare"])
        if workers > 1:
            runs = _shuffled(plan, {"eight": lambda: seen(ours, 8), "one": lambda: seen(ours, 1)})
            yield _scaled(kind, workers, runs["eight"], runs["one"])


def _shuffled(plan: Plan, turns: dict[str, Callable[[], _Seen]]) -> dict[str, list[_Seen]]:
    chance = random.Random(plan.pairs)
    runs: dict[str, list[_Seen]] = {name: [] for name in turns}
    for pair in range(plan.pairs + 1):
        for name in chance.sample(sorted(turns), len(turns)):
            run = turns[name]()
            if pair:  # the first one warms up
                runs[name].append(run)
    return runs


def _run(plan: Plan, kind: str, server: Server, key: str, connections: int, first: int) -> _Seen:
    databases = plan.grounds.servers(kind)
    before = server.processor() + sum(map(processor_of, databases))
    samples = load(port=server.port, key=key, connections=connections, first=first, seconds=plan.seconds)
    processor = server.processor() + sum(map(processor_of, databases)) - before
    began, ended = min(s.moment for s in samples), max(s.moment + s.seconds for s in samples)
    p99 = percentile([sample.seconds for sample in samples], 0.99)
    return _Seen(len(samples) / (ended - began), p99, processor / len(samples))


def _compared(kind: str, workers: int, ours: list[_Seen], least: list[_Seen]) -> Iterator[Figure]:
    suffix = "" if workers == 1 else f"-{workers}"
    how = f"{CONNECTIONS} connections, {workers} process{'es' * (workers > 1)}"
    yield Figure(
        goal="G6",
        name=f"http-rate{suffix}",
        what=f"301s a second over HTTP, {how} / bodies stored durably",
        database=NAMES[kind],
        ratio=ratios([run.rate for run in ours], [run.rate for run in least]),
        processor=ratios([run.processor for run in least], [run.processor for run in ours]).median,
        ours=_rate(ours),
        baseline=_rate(least),
    )
    yield Figure(
        goal="G6",
        name=f"http-p99{suffix}",
        what=f"the same, 99th percentile of the answer, {how}",
        database=NAMES[kind],
        ratio=ratios([run.p99 for run in ours], [run.p99 for run in least]),
        ours=duration(spread([run.p99 for run in ours]).median),
        baseline=duration(spread([run.p99 for run in least]).median),
    )


def _scaled(kind: str, workers: int, eight: list[_Seen], one: list[_Seen]) -> Figure:
    gained: Spread = ratios([run.rate for run in eight], [run.rate for run in one])
    return Figure(
        goal="G11",
        name="connections",
        what=f"301s a second over HTTP, {workers} processes, 8 connections / 1 connection",
        database=NAMES[kind],
        ratio=gained,
        ours=_rate(eight),
        baseline=_rate(one),
    )


def _rate(runs: list[_Seen]) -> str:
    return f"{spread([run.rate for run in runs]).median:.0f}/s"
