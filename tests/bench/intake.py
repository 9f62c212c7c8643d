"""Small messages, inside one process: G1 and G2.

The whole intake of a 301, with rules, toewijzing, postbus and logboek, next to parsing, validating and one durable
insert of its bytes, and the same in a house twenty times as large; and the gate with its defences next to parsing and
validating.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

from app.iwmo.reading import recognise
from app.processing.receive import receive
from app.processing.runtime import Runtime
from tests.bench.baselines import Judge, bare_on
from tests.bench.databases import NAMES
from tests.bench.figures import Figure, compared
from tests.bench.generators import declaratie, toewijzing
from tests.bench.ground import CLAIMANT, SENDER, furnish, runtime_on
from tests.bench.limits import NONE
from tests.bench.measure import Clock, Round, paired
from tests.bench.plan import Plan

FIRST: Final = 2_000_000
GROWTH: Final = 2_500_000
TIMES: Final = 20


def figures(plan: Plan) -> Iterator[Figure]:
    """Measure on each database."""
    for kind in plan.databases:
        with _house(plan, kind, "intake", plan.clients) as runtime:
            yield from _on(plan, kind, runtime)
            yield _growth(plan, kind, runtime)
            if kind == plan.databases[0]:
                yield _gate(plan, runtime)


@contextmanager
def _house(plan: Plan, kind: str, name: str, clients: int) -> Iterator[Runtime]:
    with runtime_on(plan.grounds.url(kind, name)) as runtime:
        furnish(runtime, clients)
        yield runtime


def _on(plan: Plan, kind: str, runtime: Runtime) -> Iterator[Figure]:
    clock = Clock(plan.grounds.servers(kind))
    bare = bare_on(plan.grounds.empty(kind, "bare_intake"))
    numbers = count(FIRST)
    soorten = {
        "301": ("WMO301", lambda: toewijzing(next(numbers)), SENDER),
        "303-1": ("WMO303", lambda: declaratie(1, "one", next(numbers)), CLAIMANT),
    }
    for name, (soort, make, principal) in soorten.items():
        judge = Judge(soort)

        def full(body: bytes) -> None:
            receive(runtime, principal, body)  # noqa: B023 - called within this turn

        def durable(body: bytes) -> None:
            judge.demand_valid(body)  # noqa: B023
            bare.store(body)

        ways = {way.__name__: _batch(plan, make, way) for way in (full, durable)}
        costs = paired(ways, plan.pairs, clock)
        what = f"{plan.batch} × {soort} of {len(make())} bytes, received / parsed, validated and inserted"
        yield compared("G1" if name == "301" else "", name, what, NAMES[kind], costs["full"], costs["durable"])
    bare.close()


def _growth(plan: Plan, kind: str, runtime: Runtime) -> Figure:
    numbers = count(GROWTH)

    def batch(house: Runtime) -> Round:
        def take(body: bytes) -> None:
            receive(house, SENDER, body)

        return _batch(plan, lambda: toewijzing(next(numbers)), take)

    with _house(plan, kind, "large_intake", TIMES * plan.clients) as large:
        costs = paired({"large": batch(large), "small": batch(runtime)}, plan.pairs, Clock(plan.grounds.servers(kind)))
    what = f"{plan.batch} × 301 where there are {TIMES * plan.clients} toewijzingen / where there are {plan.clients}"
    return compared("", "history-301", what, NAMES[kind], costs["large"], costs["small"])


def _gate(plan: Plan, runtime: Runtime) -> Figure:
    judge, size = Judge("WMO301"), plan.batch * 10
    bodies = [toewijzing(FIRST + number) for number in range(size)]

    def gate(body: bytes) -> None:
        recognised = recognise(body)
        found = runtime.schemas.findings(recognised.release, recognised.soort, recognised.tree, size=len(body))
        assert not found

    ways = {
        way: lambda work=work: lambda: [work(body) for body in bodies]
        for way, work in {"gate": gate, "bare": judge.demand_valid}.items()
    }
    costs = paired(ways, plan.pairs, Clock())
    what = f"{size} × 301, gate with every defence / parsed and validated"
    return compared("G2", "gate-301", what, NONE, costs["gate"], costs["bare"])


def _batch(plan: Plan, make: Callable[[], bytes], work: Callable[[bytes], None]) -> Round:
    def prepare() -> Callable[[], None]:
        bodies = [make() for _ in range(plan.batch)]

        def run() -> None:
            for body in bodies:
                work(body)

        return run

    return prepare
