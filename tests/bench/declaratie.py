"""Large 303s, each in a process of its own: G2 to G5.

Received, settled, stored and answered, next to parsing and validating the same bytes in as fresh a process; the memory
that takes, and how the time grows from a thousand lines to a file of 25 MB: with many clients, with all lines on one,
and with every line refused, of which the 304 is larger than the 303.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from app.settings import PROJECT
from tests.bench.databases import NAMES
from tests.bench.figures import Figure, compared, duration
from tests.bench.generators import VARIANTS, declaratie
from tests.bench.ground import furnish, runtime_on
from tests.bench.limits import NONE
from tests.bench.measure import PINNED, Cost, Spread, exponent, spread
from tests.bench.plan import Plan

ROOM_KIB: Final = 64 * 1024
OTHERS: Final = 2
"""The variants beside `many` are measured in every second pair only, and of two sizes: they take long."""

WHATS: Final = {"many": "three lines a client", "one": "all lines on one client", "refused": "every line refused"}


@dataclass
class Run:
    """The results of processes by what they did, each list in the order of the pairs."""

    plan: Plan
    results: dict[tuple[str, ...], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    number: int = 0

    def child(self, key: tuple[str, ...], way: str, body: bytes, **more: Any) -> None:
        """Let a process do it."""
        self.number += 1
        paths = {name: self.plan.folder / f"{name}-{self.number}.xml" for name in ("body", "small")}
        paths["body"].write_bytes(body)
        paths["small"].write_bytes(declaratie(3, "many", 1_000_000 + self.number))
        request = {"way": way, "servers": [], **{name: str(path) for name, path in paths.items()}, **more}
        command = [sys.executable, "-m", "tests.bench.declaratie_child", json.dumps(request)]
        environment = {**os.environ, **PINNED}
        ran = subprocess.run(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        result = json.loads(ran.stdout.splitlines()[-1])
        self.results[key].append(result | {"cost": Cost(*result["cost"])})
        for path in paths.values():
            path.unlink()

    def costs(self, *key: str) -> list[Cost]:
        """What they took."""
        return [result["cost"] for result in self.results[key]]


def figures(plan: Plan) -> Iterator[Figure]:
    """Measure on each database; what uses none is measured once."""
    first = True
    for kind in plan.databases:
        run = Run(plan)
        url = plan.grounds.url(kind, "declaratie")
        with runtime_on(url) as runtime:
            furnish(runtime, plan.clients)
        for task in _tasks(plan, with_gate=first):
            do(run, kind, url, task)
        if first:
            yield _gate(run)
        first = False
        yield from _large(run, kind)
        yield from (growth(run, kind, variant, f"growth-{variant}", WHATS[variant]) for variant in VARIANTS)


Task = tuple[str, str, int, int]
"""What to do, with which variant of a 303, of how many lines, for which pair."""


def _tasks(plan: Plan, *, with_gate: bool) -> list[Task]:
    largest = plan.sizes[-1]
    tasks: list[Task] = []
    for pair in range(plan.pairs):
        block: list[Task] = [(way, "many", largest, pair) for way in ("bare", "bulk", *(["gate"] * with_gate))]
        block += [("full", "many", size, pair) for size in plan.sizes]
        if pair % OTHERS == 0:
            block += [
                ("full", variant, size, pair) for variant in VARIANTS[1:] for size in plan.sizes[:: len(plan.sizes) - 1]
            ]
        random.Random(pair).shuffle(block)
        tasks += block
    return tasks


def do(run: Run, kind: str, url: str, task: Task) -> None:
    """Let a process do a task on a database that is furnished."""
    way, variant, lines, pair = task
    number = 1 + pair * 10 + run.plan.sizes.index(lines)
    body = declaratie(lines, variant, number + 1_000 * VARIANTS.index(variant))
    more: dict[str, Any] = {}
    if way == "bulk":
        more = {"url": run.plan.grounds.empty(kind, f"bulk_{pair}"), "lines": lines}
    if way == "full":
        more = {"url": url}
    if way in {"bulk", "full"}:
        more["servers"] = run.plan.grounds.servers(kind)
    run.child((way, variant, str(lines)), way, body, **more)


def _gate(run: Run) -> Figure:
    key = ("many", str(run.plan.sizes[-1]))
    what = f"303 of {key[1]} lines, gate with every defence, which reads it too / parsed and validated"
    return compared("G2", "gate-303", what, NONE, run.costs("gate", *key), run.costs("bare", *key))


def _large(run: Run, kind: str) -> Iterator[Figure]:
    lines = str(run.plan.sizes[-1])
    bare, bulk = run.costs("bare", "many", lines), run.costs("bulk", "many", lines)
    both = [Cost(*(one + other for one, other in zip(*pair, strict=True))) for pair in zip(bare, bulk, strict=True)]
    for variant in VARIANTS:
        results, costs = run.results["full", variant, lines], run.costs("full", variant, lines)
        settled = duration(statistics.median(result["settled"] for result in results))
        answer = f"304 of {statistics.median(result['answer'] for result in results) / 1e6:.1f} MB"
        what = f"303 of {lines} lines, {WHATS[variant]}, settled in {settled} ({answer}) / parsed and validated"
        beside = bare if variant == "many" else bare[::OTHERS]
        yield compared("G3" if variant == "many" else "", f"303-{variant}", what, NAMES[kind], costs, beside)
    what = f"303 of {lines} lines, {WHATS['many']} / parsed and validated, and as many rows inserted in bulk"
    yield compared("", "303-bulk", what, NAMES[kind], run.costs("full", "many", lines), both)
    yield from (_memory(run, kind, variant, lines) for variant in VARIANTS)


def _memory(run: Run, kind: str, variant: str, lines: str) -> Figure:
    grown = [result["grown"] / ROOM_KIB for result in run.results["full", variant, lines]]
    bare = statistics.median(result["grown"] for result in run.results["bare", "many", lines])
    return Figure(
        goal="G4",
        name=f"memory-{variant}",
        what=f"303 of {lines} lines, {WHATS[variant]}: memory above idle / 64 MiB (baseline: parsed and validated)",
        database=NAMES[kind],
        ratio=spread(grown),
        ours=f"{statistics.median(grown) * 64:.0f} MiB",
        baseline=f"{bare / 1024:.0f} MiB",
    )


def growth(run: Run, kind: str, variant: str, name: str, what: str) -> Figure:
    """The power of the number of lines that the time grows with."""
    sizes = [size for size in run.plan.sizes if ("full", variant, str(size)) in run.results]
    costs = [run.costs("full", variant, str(size)) for size in sizes]
    powers = [exponent(sizes, [cost.wall for cost in pair]) for pair in zip(*costs, strict=True)]
    processor = exponent(sizes, [statistics.median(cost.processor for cost in of_size) for of_size in costs])
    medians = [statistics.median(cost.wall for cost in of_size) for of_size in costs]
    return Figure(
        goal="G5",
        name=name,
        what=f"growth exponent, {sizes[0]} to {sizes[-1]} lines, {what}",
        database=NAMES[kind],
        ratio=Spread(min(powers), exponent(sizes, medians), max(powers)),
        processor=processor,
        ours=duration(medians[-1]),
        baseline=duration(medians[0]),
    )
