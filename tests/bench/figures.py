"""What was measured, as a table; and whether it keeps to the limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.limits import NONE, POSTGRESQL, SQLITE, Limit, limit_of, room_for
from tests.bench.measure import Cost, Spread, ratios, spread

BEGIN: Final = "<!-- table of make bench -->"
END: Final = "<!-- end of the table -->"
HEAD: Final = (
    "goal",
    "what",
    "database",
    "ratio",
    "middle half",
    "by processor",
    "ours",
    "baseline",
    "target",
    "limit",
    "",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A ratio and where it comes from. `name` finds its limit; `processor` is the same ratio of processor time."""

    goal: str
    name: str
    what: str
    database: str = NONE
    ratio: Spread
    processor: float | None = None
    ours: str
    baseline: str

    @property
    def limit(self) -> Limit:
        """What it is held to; no limit for what is only shown."""
        return limit_of(self.name, self.database)

    @property
    def verdict(self) -> str:
        """`over` beyond what we hold, `ok` within the target, `short` between these; nothing without both."""
        if not self.limit.keeps(self.ratio.median, self.limit.hold):
            return "over"
        if self.limit.target is None:
            return ""
        return "ok" if self.limit.keeps(self.ratio.median, self.limit.target) else "short"


def compared(goal: str, name: str, what: str, database: str, ours: Sequence[Cost], baseline: Sequence[Cost]) -> Figure:
    """The figure of two ways that were measured in pairs."""
    walls = [[cost.wall for cost in way] for way in (ours, baseline)]
    processors = [[cost.processor for cost in way] for way in (ours, baseline)]
    counted = all(seconds > 0 for way in processors for seconds in way)
    return Figure(
        goal=goal,
        name=name,
        what=what,
        database=database,
        ratio=ratios(*walls),
        processor=ratios(*processors).median if counted else None,
        ours=duration(spread(walls[0]).median),
        baseline=duration(spread(walls[1]).median),
    )


def duration(seconds: float) -> str:
    """In the unit that suits."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1_000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1_000:.3f} ms"


def table(figures: Iterable[Figure]) -> str:
    """Markdown, a row for each figure."""
    rows = [HEAD, ("---",) * len(HEAD), *(_row(figure) for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    low, median, high = figure.ratio
    sign = "≥" if figure.limit.at_least else "≤"
    return (
        figure.goal,
        figure.what,
        figure.database,
        f"{median:.2f}",
        f"{low:.2f}–{high:.2f}",
        "" if figure.processor is None else f"{figure.processor:.2f}",
        figure.ours,
        figure.baseline,
        "" if figure.limit.target is None else f"{sign} {figure.limit.target:g}",
        "" if figure.limit.hold is None else f"{sign} {figure.limit.hold:g}",
        figure.verdict,
    )


def held(figures: Iterable[Figure]) -> str:
    """The lines of `limits.HELD` that follow from these figures."""
    constants = {SQLITE: "SQLITE", POSTGRESQL: "POSTGRESQL", NONE: "NONE"}
    return "\n".join(
        f'    ("{figure.name}", {constants[figure.database]}): {room_for(figure.name, figure.ratio.median):g},'
        for figure in figures
    )


def write_into(page: Path, text: str) -> None:
    """Put the text between the two marks of the page, in place of what stands there."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
