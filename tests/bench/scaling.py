"""What a whole country would take, on paper: from what one message costs to cores, disk and connections.

`python -m tests.bench.scaling` writes the tables of docs/scaling.md anew; change a figure to reckon with your own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app.settings import PROJECT

PAGE: Final = PROJECT / "docs" / "scaling.md"
BEGIN, END = "<!-- computed by tests/bench/scaling.py -->\n", "<!-- end of what is computed -->\n"
DAYS, SECONDS_A_DAY, GB = 365, 86_400, 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of message: how many a year, and what one costs. `rows` are its lines, of which each costs as well.

    Milliseconds are of one core, the database server included; bytes are with indexes.
    """

    name: str
    a_year: int
    ms: float
    bytes: int
    wal_bytes: int
    rows: int = 0
    ms_a_row: float = 0
    bytes_a_row: int = 0
    wal_bytes_a_row: int = 0

    @property
    def whole_ms(self) -> float:
        """Of one message with its rows."""
        return self.ms + self.rows * self.ms_a_row

    @property
    def whole_bytes(self) -> int:
        """Of one message with its rows."""
        return self.bytes + self.rows * self.bytes_a_row

    @property
    def whole_wal_bytes(self) -> int:
        """Of one message with its rows."""
        return self.wal_bytes + self.rows * self.wal_bytes_a_row


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """What is asked. `peak` is how many mean days come on the busiest one, `busiest_hour` its part of that day."""

    kinds: Sequence[Kind]
    gemeenten: int = 345
    peak: int = 20
    busiest_hour: float = 0.15
    load: float = 0.6
    years_kept: int = 16
    connections_a_process: int = 15
    connections_beside: int = 2

    @property
    def messages_a_year(self) -> int:
        """All of them."""
        return sum(kind.a_year for kind in self.kinds)

    def a_second(self, kind: Kind) -> float:
        """How many come in a second of the busiest hour of the busiest day."""
        return kind.a_year / DAYS * self.peak * self.busiest_hour / 3600

    def cores(self, kind: Kind) -> float:
        """How many cores one kind keeps busy in that hour, when each may be busy for `load` of the time."""
        return self.a_second(kind) * kind.whole_ms / 1000 / self.load

    @property
    def all_cores(self) -> float:
        """How many cores all kinds keep busy in that hour."""
        return sum(map(self.cores, self.kinds))

    @property
    def dearest_cores(self) -> float:
        """The same when every message of that hour is of the kind that costs most."""
        every = replace(max(self.kinds, key=lambda kind: kind.whole_ms), a_year=self.messages_a_year)
        return self.cores(every)

    @property
    def gb_a_year(self) -> float:
        """How much the database grows in a year."""
        return sum(kind.a_year * kind.whole_bytes for kind in self.kinds) / GB

    @property
    def wal_mb_a_second(self) -> float:
        """How fast the log of the database grows in the busiest hour."""
        return sum(self.a_second(kind) * kind.whole_wal_bytes for kind in self.kinds) / 1_000_000

    @property
    def rows_a_year(self) -> int:
        """How many lines of declaraties come in a year."""
        return sum(kind.a_year * kind.rows for kind in self.kinds)

    def connections(self, processes: int) -> int:
        """How many connections so many processes have at most, each with a worker and the process beside it."""
        return processes * (self.connections_a_process + self.connections_beside)


DOOR_MS: Final = 3.0
"""Of a request over HTTP, its key included."""

DELIVERY_MS: Final = 7.5
"""Of bringing one message to a partij: 4.0 here, 2.5 in the database server, 1 for the request itself."""

DELIVERY_BYTES, DELIVERY_WAL = 1_500, 3_000
"""What stays of a delivery: that it happened, and a line in the logboek."""

KINDS: Final = (
    Kind(
        name="301, and as it goes on",
        a_year=4_500_000,
        ms=DOOR_MS + 5.3 + 3.0 + DELIVERY_MS,
        bytes=6_800 + DELIVERY_BYTES,
        wal_bytes=11_000 + DELIVERY_WAL,
    ),
    Kind(
        name="302",
        a_year=4_500_000,
        ms=DOOR_MS + 4.0 + 2.0 + DELIVERY_MS,
        bytes=5_000 + DELIVERY_BYTES,
        wal_bytes=8_000 + DELIVERY_WAL,
    ),
    Kind(
        name="303 of 60 lines, and its 304",
        a_year=1_500_000,
        ms=DOOR_MS + 18.7 + 5.0 + 2 * DELIVERY_MS,
        bytes=7_700 + 2 * DELIVERY_BYTES,
        wal_bytes=15_800 + 2 * DELIVERY_WAL,
        rows=60,
        ms_a_row=0.25,
        bytes_a_row=930,
        wal_bytes_a_row=1_250,
    ),
)
"""Processor time in ms here, then in the database server, besides the door and the deliveries."""

COUNTRY: Final = Country(kinds=KINDS)


def tables(country: Country) -> str:
    """The tables of the page."""
    head = "| kind | a year | ms | bytes | a second at the peak | cores | GB a year |\n|---|---|---|---|---|---|---|\n"
    rows = [_row(country, kind) for kind in country.kinds]
    one, kept = replace(country, peak=1), country.gb_a_year * country.years_kept
    facts = {
        "messages a year, those that the service makes included": f"{country.messages_a_year + _answers(country):,}",
        "lines of declaraties a year": f"{country.rows_a_year:,}",
        f"cores in the busiest hour of the busiest day (× {country.peak})": f"{country.all_cores:.1f}",
        "the same when all that comes then are 303s": f"{country.dearest_cores:.1f}",
        "cores in the busiest hour of a mean day": f"{one.all_cores:.2f}",
        "log of the database in that hour of the busiest day": f"{country.wal_mb_a_second:.0f} MB/s",
        "growth a year": f"{country.gb_a_year:,.0f} GB",
        f"all that is kept, after {country.years_kept} years": f"{kept / 1000:,.1f} TB",
        "of that a gemeente, on average": f"{kept / country.gemeenten:,.0f} GB",
        "connections of 8, 16, 32 processes": ", ".join(str(country.connections(n)) for n in (8, 16, 32)),
    }
    summary = "".join(f"| {name} | {value} |\n" for name, value in facts.items())
    return f"{head}{''.join(rows)}\n| what follows | |\n|---|---|\n{summary}"


def _row(country: Country, kind: Kind) -> str:
    of_one = f"| {kind.name} | {kind.a_year:,} | {kind.whole_ms:.1f} | {kind.whole_bytes:,} "
    gb = kind.a_year * kind.whole_bytes / GB
    return f"{of_one}| {country.a_second(kind):.1f} | {country.cores(kind):.1f} | {gb:,.0f} |\n"


def _answers(country: Country) -> int:
    """The 304s: one for each message with lines."""
    return sum(kind.a_year for kind in country.kinds if kind.rows)


def written(page: str, country: Country) -> str:
    """The page with its tables as they are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables(country)}\n{END}{after}"


def main(page: Path = PAGE) -> None:
    """Write the tables."""
    page.write_text(written(page.read_text(), COUNTRY))


if __name__ == "__main__":
    main()
