"""Small messages, inside one process: G1 and G2.

The whole intake of a 301, with rules, toewijzing, postbus and logboek, next to parsing, validating and one durable
insert of its bytes; and the gate with its defences next to parsing and validating.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from app.iwmo.reading import recognise
from app.processing.receive import receive
from app.processing.runtime import Runtime
from tests.bench.baselines import Judge, bare_on
from tests.bench.databases import NAMES
from tests.bench.figures import Figure, compared
from tests.bench.generators import clients_of, declaratie, toewijzing
from tests.bench.ground import CLAIMANT, SENDER, furnish, runtime_on
from tests.bench.limits import NONE
from tests.bench.measure import Clock, Round, paired
from tests.bench.plan import Plan

FIRST = 2_000_000


def figures(plan: Plan) -> Iterator[Figure]:
    """Measure on each database."""
    for kind in plan.databases:
        with _runtime(plan, kind) as runtime:
            yield from _on(plan, kind, runtime)
            if kind == plan.databases[0]:
                yield _gate(plan, runtime)


@contextmanager
def _runtime(plan: Plan, kind: str) -> Iterator[Runtime]:
    with runtime_on(plan.grounds.url(kind, "intake")) as runtime:
        furnish(runtime, clients_of(1))
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
