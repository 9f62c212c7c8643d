"""`make bench`: every figure as a ratio to the least that anyone has to do, measured in the same run.

`python -m tests.bench [group …] [--database sqlite] [--pairs 5] [--quick] [--write]`. Ends with 1 when a ratio is
beyond what `tests/bench/limits.py` holds it to. `--write` puts the table in docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from app.observability import configure_logging
from app.settings import PROJECT
from tests.bench import beside, declaratie, history, http, intake, jobs
from tests.bench.databases import NAMES, Grounds
from tests.bench.figures import Figure, held, table, write_into
from tests.bench.machine import machine
from tests.bench.measure import PINNED
from tests.bench.plan import Group, Plan

GROUPS: Final[Mapping[str, Group]] = {
    "intake": intake.figures,
    "declaratie": declaratie.figures,
    "http": http.figures,
    "beside": beside.figures,
    "jobs": jobs.figures,
}
LARGE: Final[Mapping[str, Group]] = {"history": history.figures}
"""What takes too long for every run; `make bench-large` measures it."""
PAGE: Final = PROJECT / "docs" / "performance.md"


def main() -> int:
    """Measure, print, and judge."""
    arguments = _arguments()
    configure_logging("console", "error")
    begun = time.monotonic()
    figures, on = measure(arguments)
    text = f"{table(figures)}\n\n{on}"
    print(text, f"{time.monotonic() - begun:.0f} s", sep="\n\n")
    if arguments.hold:
        print(held(figures))
    if arguments.write:
        write_into(PAGE, text)
    over = [figure for figure in figures if figure.verdict == "over"]
    for figure in over:
        print(f"over: {figure.what} ({figure.database}): {figure.ratio.median:.2f}", file=sys.stderr)
    return 1 if over else 0


def measure(arguments: argparse.Namespace) -> tuple[Sequence[Figure], str]:
    """The figures of the groups that were asked for, each told on standard error as it comes; and on what machine."""
    figures: list[Figure] = []
    with ExitStack() as exits:
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="iwmo-bench-")))
        grounds = Grounds(folder, exits)
        plan = Plan(grounds=grounds, databases=arguments.database, pairs=arguments.pairs, quick=arguments.quick)
        for name in arguments.groups:
            for figure in (GROUPS | LARGE)[name](plan):
                print(f"{figure.ratio.median:8.2f}  {figure.database}  {figure.what}", file=sys.stderr, flush=True)
                figures.append(figure)
    return figures, machine(grounds.version)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, *LARGE, []], help="what to measure")
    parser.add_argument("--database", choices=NAMES, action="append", help="default: both")
    parser.add_argument("--pairs", type=int, default=0, help="measured pairs of a figure (default 5, with --quick 2)")
    parser.add_argument("--quick", action="store_true", help="small messages and short runs, to try it")
    parser.add_argument("--write", action="store_true", help=f"put the table in {PAGE.relative_to(PROJECT)}")
    parser.add_argument("--hold", action="store_true", help="print what limits.HELD would be by these figures")
    arguments = parser.parse_args()
    arguments.groups = arguments.groups or list(GROUPS)
    arguments.database = tuple(arguments.database or NAMES)
    arguments.pairs = arguments.pairs or (2 if arguments.quick else 5)
    return arguments


if __name__ == "__main__":
    if not PINNED.items() <= os.environ.items():
        os.execve(sys.executable, [sys.executable, "-m", "tests.bench", *sys.argv[1:]], {**os.environ, **PINNED})  # noqa: S606
    sys.exit(main())
