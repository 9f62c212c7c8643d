"""One way to deal with one 303, in a process of its own: `python -m tests.bench.declaratie_child REQUEST`.

A fresh process, so that no heap of an earlier run makes it faster or slower, and its peak is that of this 303. The
request and what is printed are JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.measure import Clock, peak, reset_peak


def main() -> None:
    """Carry out the request and print what it took."""
    request = json.loads(sys.argv[1])
    print(json.dumps(WAYS[request["way"]](request)))


def _bare(request: dict[str, Any]) -> dict[str, Any]:
    """Parse and validate as lxml does by itself."""
    from tests.bench.baselines import Judge

    judge = Judge("WMO303")
    judge.demand_valid(Path(request["small"]).read_bytes())
    return _measured(request, judge.demand_valid)


def _gate(request: dict[str, Any]) -> dict[str, Any]:
    """Validate with every defence that the service has; in the same pass a large 303 is read."""
    from app.iwmo.reading import recognise
    from app.iwmo.xsd import Schemas
    from app.main import OWN_SCHEMAS

    schemas = Schemas.load(OWN_SCHEMAS)

    def gate(body: bytes) -> None:
        recognised = recognise(body, schemas)
        assert recognised.accepted or not schemas.findings(
            recognised.release, recognised.soort, recognised.tree, size=len(body)
        )

    gate(Path(request["small"]).read_bytes())
    return _measured(request, gate)


def _bulk(request: dict[str, Any]) -> dict[str, Any]:
    """Insert as many lines in bulk, by the driver alone."""
    from tests.bench.baselines import bare_on, lines_of

    bare = bare_on(request["url"])
    lines = lines_of(request["lines"], 1)
    bare.store_lines(lines_of(100, 2))
    return _measured(request, lambda _body: bare.store_lines(lines))


def _full(request: dict[str, Any]) -> dict[str, Any]:
    """Receive, settle, store and answer, in the two steps in which the service does it."""
    from tests.bench.ground import CLAIMANT, answer_bytes, receive, runtime_on, work_off

    with runtime_on(request["url"], direct_bytes=0) as runtime:
        receive(runtime, CLAIMANT, Path(request["small"]).read_bytes())
        assert work_off(runtime) == 1
        ids: list[str] = []
        moments: list[float] = []

        def full(body: bytes) -> None:
            ids.append(receive(runtime, CLAIMANT, body).bericht_id)
            moments.append(time.perf_counter())
            del body
            assert work_off(runtime) == 1
            moments.append(time.perf_counter())

        measured = _measured(request, full)
        return measured | {"settled": moments[1] - moments[0], "answer": answer_bytes(runtime, ids[0])}


def _measured(request: dict[str, Any], work: Callable[[bytes], object]) -> dict[str, Any]:
    idle = reset_peak()
    bodies = [Path(request["body"]).read_bytes()]
    cost = Clock(request["servers"]).cost(lambda: work(bodies.pop()))
    return {"cost": cost, "grown": peak() - idle}


WAYS = {"bare": _bare, "gate": _gate, "bulk": _bulk, "full": _full}

if __name__ == "__main__":
    main()
