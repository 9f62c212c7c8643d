"""`python -m tests.bench.overgang 2000`: convert synthetic clients; time, rows per second and peak memory.

The bsns pass the 11-proef and count down from 999999999, so that there are enough of them.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from stdnum.nl import bsn

from app.domain.overgang import Afstemming, Omzetting
from app.iwmo.xsd import Schemas
from app.overgang.clients import OF_CLIENT, OUD_BUDGET, VAN_REALISATIE, open_clients
from app.overgang.rapport import Rapport
from app.processing.inrichtingen import load_files
from app.processing.overgang import convert_clients
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage.base import create_storage

INRICHTING = PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"
SPECIFICATIES = ("OZL1", "OZL2", "OZL3", "OMD1", "OMD2", "OMD3", "VERVOER")
AANBIEDERS = ("42420001", "42420002", "98000001", "98000002")
SEED = 1708


def main() -> None:
    """Write a file, convert it, run it again, and print what that took."""
    parser = argparse.ArgumentParser(prog="tests.bench.overgang")
    parser.add_argument("clienten", type=int, nargs="?", default=2_000)
    parser.add_argument("--every", type=int, default=1_000, help="print the memory after so many clients")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clienten.csv"
        rows = write_clients(path, arguments.clienten)
        runtime = _runtime(Path(folder))
        for what in ("first run", "second run"):
            began, processor = time.perf_counter(), time.process_time()
            afstemming = _convert(runtime, path, Path(folder) / "rapport.csv", arguments.every)
            seconds, processor = time.perf_counter() - began, time.process_time() - processor
            totaal = afstemming.totaal
            print(f"{what}: {totaal.omgezet} converted, {totaal.eerder} before, {totaal.mislukt} failed")
            print(f"  {seconds:.1f} s, {totaal.clienten / seconds:.0f} clients/s, {rows / seconds:.0f} rows/s")
            print(f"  {processor:.1f} s of processor time, {totaal.clienten / processor:.0f} clients/s of it")
        print(f"peak memory {_peak_mb():.0f} MB, database {(Path(folder) / 'bench.db').stat().st_size / 1e6:.0f} MB")


def write_clients(path: Path, clienten: int) -> int:
    """Write a file of so many invented clients with one to three rows each; the number of rows."""
    chance, rows = random.Random(SEED), 0
    with path.open("w", encoding="utf-8") as file:
        file.write(";".join((*OF_CLIENT, *VAN_REALISATIE, OUD_BUDGET)) + "\n")
        for number, one in zip(range(clienten), _bsns(), strict=False):
            client = _client(one, number, chance)
            oud = f"{chance.randint(100, 2000)},{chance.randint(0, 99):02}"
            for code in chance.sample(SPECIFICATIES, chance.randint(1, 3)):
                file.write(";".join((*client, code, f"{chance.randint(5, 200)},25", oud)) + "\n")
                rows += 1
    return rows


def _client(one: str, number: int, chance: random.Random) -> tuple[str, ...]:
    born = f"{chance.randint(1930, 1995)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    naam = (chance.choice("12"), f"Testmans-{number}", "", chance.choice("ABCDEF"))
    adres = ("Teststraat", str(chance.randint(1, 300)), "", "", "8331AB", "Testdorp")
    return (one, born, *naam, *adres, str(100_000 + number), "", chance.choice(AANBIEDERS))


def _bsns() -> Iterator[str]:
    return (str(number) for number in range(999_999_999, 0, -1) if bsn.is_valid(str(number)))


def _convert(runtime: Runtime, path: Path, rapport_path: Path, every: int) -> Afstemming:
    bestand, afstemming = open_clients(path), Afstemming(frozenset(AANBIEDERS))
    began = time.perf_counter()
    with rapport_path.open("w", encoding="utf-8", newline="") as file:
        rapport = Rapport(file)
        for uitkomst in convert_clients(runtime, Omzetting(gemeente="1708"), bestand.clients()):
            afstemming.add(uitkomst)
            rapport.add(uitkomst)
            if afstemming.totaal.clienten % every == 0:
                seconds = time.perf_counter() - began
                print(
                    f"  {afstemming.totaal.clienten:7} clients, {seconds:6.1f} s, peak {_peak_mb():.0f} MB", flush=True
                )
        rapport.close(afstemming)
    return afstemming


def _runtime(folder: Path) -> Runtime:
    storage = create_storage(f"sqlite:///{folder / 'bench.db'}")
    storage.upgrade()
    schemas = Schemas.load(PROJECT / "schemas" / "iwmo")
    runtime = Runtime(storage=storage, schemas=schemas, today=lambda: date(2017, 12, 15), now=lambda: datetime.now(UTC))
    load_files(runtime, [INRICHTING])
    return runtime


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
