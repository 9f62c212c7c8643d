"""What the benches compute from what they measured."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from app.settings import PROJECT
from tests.bench import figures, limits
from tests.bench.beside import _Busy
from tests.bench.beside import _figure as beside_figure
from tests.bench.figures import BEGIN, END, Figure, compared, table, write_into
from tests.bench.limits import Limit
from tests.bench.load import Sample
from tests.bench.measure import (
    PINNED,
    Clock,
    Cost,
    Spread,
    exponent,
    paired,
    percentile,
    processor_of,
    ratios,
    spread,
)


def a_figure(ratio: float, name: str = "known") -> Figure:
    """A figure of so much, on no database."""
    return Figure(goal="G1", name=name, what="something", ratio=Spread(1, ratio, 9), ours="1 s", baseline="2 s")


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_known_growth(power):
    sizes = [1_000, 4_450, 19_850]
    assert exponent(sizes, [0.003 * size**power for size in sizes]) == pytest.approx(power)


def test_the_median_of_pairs_leaves_out_what_slows_a_whole_pair():
    ours, baseline = [2.0, 20.0, 4.4], [1.0, 10.0, 2.0]
    assert ratios(ours, baseline).median == pytest.approx(2.0)
    with pytest.raises(ValueError, match="zip"):
        ratios(ours, baseline[:2])


def test_the_middle_half_of_many_and_the_ends_of_few():
    assert spread([5, 1, 2, 4, 3]) == Spread(2, 3, 4)
    assert spread([9, 1, 5]) == Spread(1, 5, 9)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_a_value_that_came(share, expected):
    assert percentile(range(100, 0, -1), share) == expected


def test_pairs_are_whole_and_shuffled_and_the_first_does_not_count():
    order: list[str] = []
    ways = {name: lambda name=name: lambda: order.append(name) for name in ("one", "other")}
    costs = paired(ways, 8, Clock(), warm=2)
    assert {name: len(found) for name, found in costs.items()} == {"one": 8, "other": 8}
    pairs = [order[place : place + 2] for place in range(0, len(order), 2)]
    assert len(pairs) == 10
    assert {frozenset(pair) for pair in pairs} == {frozenset({"one", "other"})}
    assert {tuple(pair) for pair in pairs} == {("one", "other"), ("other", "one")}


def test_only_what_is_given_back_is_measured():
    seen: list[str] = []

    class Noting(Clock):
        def cost(self, work):
            seen.append("clock starts")
            work()
            return Cost(1, 1)

    def prepared():
        seen.append("prepared")
        return lambda: seen.append("done")

    assert paired({"way": prepared}, 1, Noting(), warm=0) == {"way": [Cost(1, 1)]}
    assert seen == ["prepared", "clock starts", "done"]


def test_a_cost_is_of_the_work():
    assert Clock().cost(lambda: time.sleep(0.05)).wall >= 0.05


def test_processor_time_of_another_process_counts():
    program = """
import time
input()
begun = time.process_time()
while time.process_time() < begun + 0.3: pass
print(flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        to, back = other.stdin, other.stdout
        assert to
        assert back

        def work():
            to.write(b"\n")
            to.flush()
            back.readline()

        cost = Clock([other.pid]).cost(work)
        assert processor_of(os.getpid()) >= processor_of(other.pid) >= 0.25
        other.communicate(b"\n")
    assert cost.processor >= 0.2


def test_the_peak_is_of_what_was_held_since():
    program = """
from tests.bench.measure import peak, reset_peak
held = b"x" * 400_000_000
del held
idle = reset_peak()
held = b"x" * 100_000_000
del held
print(peak() - idle)
"""  # in a process of its own: another heap may have room already
    unpinned = {name: value for name, value in os.environ.items() if name not in PINNED}
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, cwd=PROJECT, env=unpinned, stdout=subprocess.PIPE, text=True, check=True)
    assert 50_000 < int(ran.stdout) < 250_000  # KiB: pages that the freed 400 MB left behind may serve again


@pytest.mark.parametrize(
    ("limit", "ratio", "verdict"),
    [
        (Limit(hold=3, target=2), 1.9, "ok"),
        (Limit(hold=3, target=2), 2.5, "short"),
        (Limit(hold=3, target=2), 3.1, "over"),
        (Limit(hold=2, target=2.4, at_least=True), 2.5, "ok"),
        (Limit(hold=2, target=2.4, at_least=True), 2.1, "short"),
        (Limit(hold=2, target=2.4, at_least=True), 1.9, "over"),
        (Limit(hold=3), 2.0, ""),
        (Limit(target=2), 9.0, "short"),
        (Limit(), 9.0, ""),
    ],
)
def test_a_figure_is_judged_by_its_limit(monkeypatch, limit, ratio, verdict):
    monkeypatch.setattr(figures, "limit_of", lambda name, database: limit)
    assert a_figure(ratio).verdict == verdict


def test_a_limit_is_found_by_figure_and_database(monkeypatch):
    monkeypatch.setattr(limits, "HELD", {("http-rate", limits.SQLITE): 0.2, ("new", limits.NONE): 7})
    assert limits.limit_of("http-rate", limits.SQLITE) == Limit(hold=0.2, target=0.5, at_least=True)
    assert limits.limit_of("http-rate", limits.POSTGRESQL) == Limit(target=0.5, at_least=True)
    assert limits.limit_of("301", limits.SQLITE).target == 2
    assert limits.limit_of("new", limits.NONE) == Limit(hold=7)


def test_what_was_measured_gets_room_for_noise():
    assert limits.room_for("301", 2.4567) == 3.69
    assert limits.room_for("http-rate", 0.3) == 0.2
    assert figures.held([a_figure(2, "301")]) == '    ("301", NONE): 3,'


def test_what_is_held_is_above_zero_on_a_known_database():
    assert {database for _, database in limits.HELD} <= {limits.SQLITE, limits.POSTGRESQL, limits.NONE}
    assert all(bound > 0 for bound in limits.HELD.values())


def test_two_ways_compared_by_the_clock_and_by_processor_time():
    figure = compared("G1", "x", "x", "SQLite", [Cost(4, 3), Cost(8, 3)], [Cost(2, 1), Cost(4, 1)])
    assert (figure.ratio.median, figure.processor, figure.ours, figure.baseline) == (2, 3, "6.00 s", "3.00 s")
    assert compared("G1", "x", "x", "SQLite", [Cost(4, 3)], [Cost(2, 0)]).processor is None


def test_beside_each_303_is_set_against_the_moments_before_it():
    busy = [_Busy(quiet=10.0 * turn, begun=10.0 * turn + 5, ended=10.0 * turn + 10) for turn in range(3)]
    slow = [(1.0, 3.0), (1.0, 40.0), (20.0, 4.0)]
    samples = [
        Sample(one.quiet + 5 * part, seconds, 202)
        for one, pair in zip(busy, slow, strict=True)
        for part, seconds in enumerate(pair)
    ]
    figure = beside_figure("sqlite", 1, busy, samples)
    assert (figure.ratio.median, figure.ours, figure.baseline) == (3.0, "4.00 s", "1.00 s")


def test_the_table_goes_between_its_marks(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "limit_of", lambda name, database: Limit(hold=3, target=2))
    page = tmp_path / "page.md"
    page.write_text(f"above\n\n{BEGIN}\nold\n{END}\n\nbelow\n")
    for _ in range(2):
        write_into(page, table([a_figure(2.5)]))
    text = page.read_text()
    assert text.startswith(f"above\n\n{BEGIN}\n\n| goal |")
    assert text.endswith(f"|\n\n{END}\n\nbelow\n")
    assert "| G1 | something | – | 2.50 | 1.00–9.00 |  | 1 s | 2 s | ≤ 2 | ≤ 3 | short |" in text
    assert "old" not in text
