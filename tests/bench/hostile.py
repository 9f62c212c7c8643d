"""`make hostile`: what each hostile input costs at each door; 1 when one costs more than it may.

No input may take more than two seconds of one core or grow the process by more than 100 MiB, but for those that are
listed here with the reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile

from tests.fixtures.messages import ROOT

MOST_SECONDS = 2.0
MOST_MIB = 100
SHOWN = 10
LISTED = {
    ("inrichting", "100,000 keys"): "a file of an operator of 2 MB at most; each key is told to be unknown",
}


def main() -> int:
    """Measure in a process of its own and show the dearest."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.hostile", folder, "127.0.0.1:9"]
        ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    *costs, end = lines
    for by in ("seconds", "mib"):
        print(f"dearest in {by}:")
        for line in sorted(costs, key=lambda line: -line[by])[:SHOWN]:
            print(f"  {line['seconds']:7.3f} s {line['mib']:5} MiB  {line['door']}: {line['name'][:60]}")
    above = [line for line in costs if line["seconds"] > MOST_SECONDS or line["mib"] > MOST_MIB]
    wrong = [line for line in above if (line["door"], line["name"]) not in LISTED]
    print(f"{len(costs)} visits, {len(above)} above {MOST_SECONDS} s or {MOST_MIB} MiB, {len(wrong)} not listed")
    print(f"opened or called: {end['seen'] or 'nothing'}; work that failed: {end['failed'] or 'none'}")
    return 1 if wrong or end["seen"] or end["touched"] or end["failed"] or not end["works"] else 0


if __name__ == "__main__":
    sys.exit(main())
