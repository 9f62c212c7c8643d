"""Large 303s of an aanbieder that declared a million prestaties before: the rest of G5. Takes minutes.

The history is made by settling 303s of 25 MB as any other; then 303s of each size are settled beside ones on a database
without it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from tests.bench.databases import NAMES
from tests.bench.declaratie import Run, do, growth
from tests.bench.figures import Figure, compared
from tests.bench.generators import clients_of, declaratie
from tests.bench.ground import CLAIMANT, furnish, receive, runtime_on, work_off
from tests.bench.plan import Plan

PRESTATIES: Final = 1_000_000
FIRST: Final = 100_000


def figures(plan: Plan) -> Iterator[Figure]:
    """Measure on each database."""
    lines = plan.sizes[-1]
    before = lines if plan.quick else PRESTATIES
    for kind in plan.databases:
        runs = {"with": Run(plan), "without": Run(plan)}
        urls = {name: plan.grounds.url(kind, f"history_{name}") for name in runs}
        _fill(urls["with"], lines, before // lines)
        _fill(urls["without"], lines, 0)
        chance = random.Random(plan.pairs)
        for pair in range(plan.pairs):
            turns = [(name, size) for name in runs for size in plan.sizes]
            for name, size in chance.sample(turns, len(turns)):
                do(runs[name], kind, urls[name], ("full", "many", size, pair))
        costs = [runs[name].costs("full", "many", str(lines)) for name in ("with", "without")]
        what = f"303 of {lines} lines, after {before // lines * lines} earlier prestaties of the same aanbieder"
        yield growth(runs["with"], kind, "many", "growth-history", "after a million earlier prestaties")
        yield compared("", "history", f"{what} / after none", NAMES[kind], *costs)


def _fill(url: str, lines: int, declaraties: int) -> None:
    with runtime_on(url, direct_bytes=0) as runtime:
        furnish(runtime, clients_of(lines))
        for number in range(declaraties):
            receive(runtime, CLAIMANT, declaratie(lines, "many", FIRST + number))
            assert work_off(runtime) == 1
