"""How much is measured, and with what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.databases import Grounds
from tests.bench.figures import Figure
from tests.bench.generators import LARGE_LINES, clients_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run: on which databases (`sqlite`, `postgresql`), with how many pairs. `quick` tries all and tells little."""

    grounds: Grounds
    databases: tuple[str, ...]
    pairs: int
    quick: bool

    @property
    def folder(self) -> Path:
        """Where files may be left until the end of the run."""
        return self.grounds.folder

    @property
    def batch(self) -> int:
        """Small messages that are measured as one."""
        return 3 if self.quick else 50

    @property
    def sizes(self) -> tuple[int, ...]:
        """Lines of 303s, from small to the largest, each as many times the one before."""
        return (30, 60, 120) if self.quick else (1_000, 4_450, LARGE_LINES)

    @property
    def clients(self) -> int:
        """How many have a toewijzing: as many as the largest 303 needs."""
        return clients_of(self.sizes[-1])

    @property
    def seconds(self) -> float:
        """How long a server is asked without pause."""
        return 0.3 if self.quick else 2.0


Group = Callable[[Plan], Iterator[Figure]]
