"""`python -m tests.fuzz`: fuzz each reader, guided by coverage; what makes one fail is kept as a file.

Every target runs in a process of its own, for its share of FUZZ_SECONDS (60) or for FUZZ_RUNS inputs. FUZZ_FOLDER holds
the corpus that grows, and what was found; FUZZ_TARGETS picks targets by name. Ends with 1 when something was found.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import atheris

NAMES = ("bericht", "envelop", "json", "overgang", "inrichting")
CHILD = "FUZZ_TARGET"
LONGEST = 8_192
SLOWEST_SECONDS = 20
SEED = int(os.environ.get("FUZZ_SEED", "1"))
MOST_MB = 1_024
MEANINGFUL = 4
"""Of this many changes one is made by libFuzzer, byte by byte; the others keep to the form of the input."""


def main() -> int:
    """Run every target that was asked for; 1 when any of them found something."""
    names = os.environ.get("FUZZ_TARGETS", " ".join(NAMES)).split()
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    folder = Path(os.environ.get("FUZZ_FOLDER", ".fuzz"))
    runs = int(os.environ.get("FUZZ_RUNS", "-1"))
    failed = [name for name in names if _child(name, folder, max(1, seconds // len(names)), runs).returncode]
    for name in failed:
        print(f"{name}: what shows a fault is in {folder / name}", file=sys.stderr)
    return 1 if failed else 0


def _child(name: str, folder: Path, seconds: int, runs: int) -> subprocess.CompletedProcess[bytes]:
    corpus, found = folder / name / "corpus", folder / name
    corpus.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}", f"-runs={runs}", f"-max_len={LONGEST}", f"-artifact_prefix={found}/",
        f"-timeout={SLOWEST_SECONDS}", f"-rss_limit_mb={MOST_MB}", "-print_final_stats=1", f"-seed={SEED}", str(corpus),
    ]  # fmt: skip
    return subprocess.run([sys.executable, "-m", "tests.fuzz", *options], env={**os.environ, CHILD: name}, check=False)


def fuzz_one(name: str) -> None:
    """Fuzz one target in this process, which ends with it."""
    with atheris.instrument_imports(include=["app"]):  # pyright: ignore[reportAttributeAccessIssue]
        from tests.fuzz.targets import TARGETS, changed
    from tests.fuzz.no_connections import forbid_connections

    target = TARGETS[name]
    _add_seeds(Path(sys.argv[-1]), target.seeds())
    forbid_connections()

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.randrange(MEANINGFUL) == 0 or not data:
            return atheris.Mutate(data, most)
        return changed(target, data, random, most=most - target.prefix)

    atheris.Setup(sys.argv, target.check, custom_mutator=mutate)
    atheris.Fuzz()


def _add_seeds(corpus: Path, seeds: Iterator[bytes]) -> None:
    for number, body in enumerate(seeds):
        (corpus / f"seed-{number:04}").write_bytes(body)


if __name__ == "__main__":
    if CHILD in os.environ:
        fuzz_one(os.environ[CHILD])
    else:
        sys.exit(main())
