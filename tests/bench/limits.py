"""What each ratio is held to, and what it should become.

`hold` is half as much again as was measured on two quiet cores, so that noise does not fail the run and a step back
does. `target` is what we aim at; the table says which are met. A figure that is not here is only shown.
"""

from __future__ import annotations

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

LIMITS: Final[Mapping[tuple[str, str], Limit]] = {
    ("301", SQLITE): Limit(target=2.0),
    ("301", POSTGRESQL): Limit(target=2.0),
    ("gate-301", "–"): Limit(target=1.15),
    ("gate-303", "–"): Limit(target=1.15),
    ("303-many", SQLITE): Limit(target=4.0),
    ("303-many", POSTGRESQL): Limit(target=4.0),
    ("memory", SQLITE): Limit(target=1.0),
    ("memory", POSTGRESQL): Limit(target=1.0),
    ("growth-many", SQLITE): Limit(target=1.05),
    ("growth-many", POSTGRESQL): Limit(target=1.05),
    ("growth-one", SQLITE): Limit(target=1.05),
    ("growth-one", POSTGRESQL): Limit(target=1.05),
    ("http-rate", SQLITE): Limit(target=0.5, at_least=True),
    ("http-rate", POSTGRESQL): Limit(target=0.5, at_least=True),
    ("http-p99", SQLITE): Limit(target=3.0),
    ("http-p99", POSTGRESQL): Limit(target=3.0),
    ("http-rate-2", POSTGRESQL): Limit(target=0.5, at_least=True),
    ("http-p99-2", POSTGRESQL): Limit(target=3.0),
    ("connections", POSTGRESQL): Limit(target=2.4, at_least=True),
    ("beside", SQLITE): Limit(target=2.0),
    ("beside", POSTGRESQL): Limit(target=2.0),
    ("delivery-p99", SQLITE): Limit(target=1.0),
    ("delivery-p99", POSTGRESQL): Limit(target=1.0),
    ("jobs", SQLITE): Limit(target=1.0, at_least=True),
    ("jobs", POSTGRESQL): Limit(target=1.0, at_least=True),
}
