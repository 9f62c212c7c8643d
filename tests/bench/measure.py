"""How a figure is measured: in pairs in a shuffled order, by the clock and by processor time, memory at its peak."""

from __future__ import annotations

import math
import os
import random
import statistics
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

PINNED: Final = {"MALLOC_TRIM_THRESHOLD_": "536870912", "MALLOC_MMAP_THRESHOLD_": "536870912"}
"""Without these the same parse takes half as long again in a process whose heap holds other data."""

TICK: Final = 1 / os.sysconf("SC_CLK_TCK")

Round = Callable[[], Callable[[], object]]
"""Prepares what is not measured, and gives what is."""


class Cost(NamedTuple):
    """Seconds that something took: by the clock, and of the processors, those of the database server included."""

    wall: float
    processor: float


class Clock:
    """Reads the time, and the processor time of this process and of those below others (as a database server)."""

    def __init__(self, servers: Collection[int] = ()) -> None:
        self._servers = servers

    def cost(self, work: Callable[[], object]) -> Cost:
        """What one call takes."""
        wall, processor = time.perf_counter(), self._processor()
        work()
        return Cost(time.perf_counter() - wall, self._processor() - processor)

    def _processor(self) -> float:
        return time.process_time() + sum(processor_of(server) for server in self._servers)


def paired(ways: Mapping[str, Round], pairs: int, clock: Clock, *, warm: int = 1) -> dict[str, list[Cost]]:
    """The cost of each way, so many times; the order differs, and the first `warm` times do not count."""
    chance = random.Random(pairs)
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for turn in range(-warm, pairs):
        for name in chance.sample(sorted(ways), len(ways)):
            cost = clock.cost(ways[name]())
            if turn >= 0:
                costs[name].append(cost)
    return costs


class Spread(NamedTuple):
    """The median of some figures, and the quartiles around it."""

    low: float
    median: float
    high: float


def spread(figures: Sequence[float]) -> Spread:
    """Where the middle half lies; of fewer than four figures, from the lowest to the highest."""
    if len(figures) < 4:
        return Spread(min(figures), statistics.median(figures), max(figures))
    low, median, high = statistics.quantiles(figures, n=4, method="inclusive")
    return Spread(low, median, high)


def ratios(ours: Sequence[float], baseline: Sequence[float]) -> Spread:
    """The ratio of each pair, of which the median counts: what slows a whole pair down is not in it."""
    return spread([one / other for one, other in zip(ours, baseline, strict=True)])


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The power of the size that the time grows with, by least squares on logarithms; 1 is in proportion."""
    return statistics.linear_regression([math.log(size) for size in sizes], [math.log(s) for s in seconds]).slope


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of the values does not exceed (0.99: one in a hundred does)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def reset_peak() -> int:
    """Forget the largest memory so far; how much this process has now, in KiB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def peak() -> int:
    """The most memory that this process had at once since `reset_peak`, in KiB."""
    return _memory("VmHWM")


def _memory(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise LookupError(name)


def processor_of(pid: int) -> float:
    """Processor seconds so far of a process and of all below it, as far as the kernel counts (hundredths)."""
    stats = _stats()
    below, more = {pid}, {pid}
    while more:  # a process may have a lower number than the one that began it
        more = {int(stat[0]) for stat in stats if int(stat[2]) in more} - below
        below |= more
    return sum(int(ticks) for stat in stats if int(stat[0]) in below for ticks in stat[12:16]) * TICK


def _stats() -> list[list[str]]:
    """Of each process pid, state, parent and further, without its name."""
    found: list[list[str]] = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            pid, _, rest = (folder / "stat").read_text().partition(" ")
        except OSError:
            continue  # it ended meanwhile
        found.append([pid, *rest.rpartition(")")[2].split()])
    return found
