"""What each ratio should become, and what it is held to; a figure that is in neither table is only shown.

`python -m tests.bench --hold` measures and prints the second table anew.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a ratio may go, up or (`at_least`) down; None: as far as it likes."""

    hold: float | None = None
    target: float | None = None
    at_least: bool = False

    def keeps(self, ratio: float, bound: float | None) -> bool:
        """Whether the ratio is within a bound."""
        if bound is None:
            return True
        return ratio >= bound if self.at_least else ratio <= bound


SQLITE: Final = "SQLite"
POSTGRESQL: Final = "PostgreSQL"
NONE: Final = "–"
ROOM: Final = 1.5
"""So much worse than it was measured a ratio may be: noise does not fail a run, a step back does."""

AT_MOST: Final[Mapping[str, float]] = {
    "301": 2.0,
    "gate-301": 1.15,
    "gate-303": 1.15,
    "303-many": 4.0,
    "memory-many": 1.0,
    "memory-one": 1.0,
    "memory-refused": 1.0,
    "growth-many": 1.05,
    "growth-one": 1.05,
    "growth-history": 1.05,
    "http-p99": 3.0,
    "http-p99-2": 3.0,
    "beside": 2.0,
    "delivery-p99": 1.0,
}
AT_LEAST: Final[Mapping[str, float]] = {"http-rate": 0.5, "http-rate-2": 0.5, "connections": 2.4, "jobs": 1.0}
HELD: Final[Mapping[tuple[str, str], float]] = {
    ("301", SQLITE): 8.6,
    ("301", POSTGRESQL): 11.5,
    ("303-1", SQLITE): 22,
    ("303-1", POSTGRESQL): 22.9,
    ("history-301", SQLITE): 1.95,
    ("history-301", POSTGRESQL): 1.5,
    ("gate-301", NONE): 1.68,
    ("gate-303", NONE): 2.6,
    ("303-many", SQLITE): 11.3,
    ("303-many", POSTGRESQL): 15,
    ("303-one", SQLITE): 6.23,
    ("303-one", POSTGRESQL): 10.5,
    ("303-refused", SQLITE): 14,
    ("303-refused", POSTGRESQL): 16.9,
    ("303-bulk", SQLITE): 9.47,
    ("303-bulk", POSTGRESQL): 11,
    ("memory-many", SQLITE): 1.48,
    ("memory-many", POSTGRESQL): 1.45,
    ("memory-one", SQLITE): 0.921,
    ("memory-one", POSTGRESQL): 0.93,
    ("memory-refused", SQLITE): 1.6,
    ("memory-refused", POSTGRESQL): 1.58,
    ("growth-many", SQLITE): 1.38,
    ("growth-many", POSTGRESQL): 1.35,
    ("growth-one", SQLITE): 1.36,
    ("growth-one", POSTGRESQL): 1.25,
    ("growth-refused", SQLITE): 1.41,
    ("growth-refused", POSTGRESQL): 1.34,
    ("jobs-bare", SQLITE): 23.1,
    ("jobs-bare", POSTGRESQL): 16.8,
}


def limit_of(name: str, database: str) -> Limit:
    """What the figure with this name is held to on a database."""
    return Limit(
        hold=HELD.get((name, database)),
        target=AT_LEAST.get(name, AT_MOST.get(name)),
        at_least=name in AT_LEAST,
    )


def room_for(name: str, ratio: float) -> float:
    """What a ratio is held to when it was measured so, in three digits."""
    bound = ratio / ROOM if name in AT_LEAST else ratio * ROOM
    return round(bound, 2 - math.floor(math.log10(bound))) if bound > 0 else 0.0
