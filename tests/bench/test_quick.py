"""The benches run: each way does what it is measured for."""

from __future__ import annotations

import argparse
import sqlite3
from contextlib import ExitStack

import pytest

from tests.bench.__main__ import measure
from tests.bench.baselines import bare_on
from tests.bench.databases import Grounds
from tests.bench.declaratie import Run, do
from tests.bench.figures import table
from tests.bench.generators import clients_of
from tests.bench.ground import furnish, runtime_on
from tests.bench.plan import Plan
from tests.bench.serving import bare, load


@pytest.fixture
def plan(tmp_path):
    """A quick run on SQLite."""
    with ExitStack() as exits:
        yield Plan(grounds=Grounds(tmp_path, exits), databases=("sqlite",), pairs=1, quick=True)


def test_a_quick_run_gives_a_row_for_each_figure():
    asked = argparse.Namespace(groups=["intake"], database=("sqlite",), pairs=1, quick=True)
    figures, machine = measure(asked)
    assert {(figure.name, figure.database) for figure in figures} == {
        ("301", "SQLite"),
        ("303-1", "SQLite"),
        ("history-301", "SQLite"),
        ("gate-301", "–"),
    }
    assert all(figure.ratio.median > 0 for figure in figures)
    assert table(figures).count("\n") == 1 + len(figures)
    assert "SQLite 3." in machine
    assert "PostgreSQL" not in machine


def test_each_way_with_a_303_is_measured_in_a_process_of_its_own(plan):
    url, lines = plan.grounds.url("sqlite", "declaratie"), plan.sizes[0]
    with runtime_on(url) as runtime:
        furnish(runtime, clients_of(lines))
    run = Run(plan)
    for way, variant in (("bare", "many"), ("gate", "many"), ("bulk", "many"), ("full", "many"), ("full", "refused")):
        do(run, "sqlite", url, (way, variant, lines, 0))
    assert all(cost.processor > 0 for key in run.results for cost in run.costs(*key))
    granted, refused = (run.results["full", variant, str(lines)][0]["answer"] for variant in ("many", "refused"))
    assert refused > 10 * granted > 0
    with sqlite3.connect(plan.folder / "bulk_0" / "iwmo.db") as connection:
        assert connection.execute("SELECT count(*) FROM bare WHERE id = 1").fetchone() == (lines,)


def test_the_least_that_a_service_does_stores_what_it_acknowledges(plan):
    url = plan.grounds.empty("sqlite", "bare")
    bare_on(url).close()
    with bare(plan.folder, url, workers=1) as server:
        samples = load(port=server.port, key="none", connections=4, first=1, count=20)
        assert server.processor() > 0
    assert len(samples) == 20
    assert all(sample.seconds > 0 for sample in samples)
    with sqlite3.connect(plan.folder / "bare" / "iwmo.db") as connection:
        assert connection.execute("SELECT count(*) FROM body").fetchone() == (20,)
