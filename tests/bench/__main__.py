"""`make bench`: one 301, and a 303 of 1,000 prestaties, next to bare lxml parse + XSD of the same bytes.

Each figure is the median of pairs that are measured in a shuffled order in one process, on a fresh SQLite database.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from lxml import etree

from app.domain.bericht import BerichtIdentificatie
from app.domain.principal import Principal, Rol
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.observability import configure_logging
from app.processing.inrichtingen import load_files
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage.base import create_storage
from tests import builders as b

SCHEMAS = PROJECT / "schemas" / "iwmo"
GEMEENTE = Principal(key_id="bench", rol=Rol.GEMEENTE, gemeenten=frozenset({"0384"}))
AANBIEDER = Principal(key_id="bench", rol=Rol.AANBIEDER, aanbieders=frozenset({b.AANBIEDER}))
LINES = 1_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tests.bench")
    parser.add_argument("--pairs", type=int, default=15, help="measured pairs per figure (default 15)")
    pairs = parser.parse_args().pairs
    configure_logging("console", "error")
    with tempfile.TemporaryDirectory() as folder:
        runtime = _runtime(Path(folder))
        receive(runtime, GEMEENTE, _toewijzing("VOORAF", 1001))
        bare_disk = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        bare_disk.execute("PRAGMA journal_mode=WAL")
        bare_disk.execute("PRAGMA synchronous=FULL")
        bare_disk.execute("CREATE TABLE body (id INTEGER PRIMARY KEY, bytes BLOB)")
        print(f"{'what':34} {'full':>10} {'parse+XSD':>10} {'ratio':>7} {'+ insert':>10} {'ratio':>7}")
        numbers = iter(range(2_000, 1_000_000))
        _report(
            "301, one toewijzing",
            pairs,
            20,
            lambda: _toewijzing(f"T{next(numbers)}", next(numbers)),
            "WMO301",
            lambda body: receive(runtime, GEMEENTE, body),
            bare_disk,
        )
        _report(
            f"303, {LINES} prestaties",
            pairs,
            1,
            lambda: _declaratie(next(numbers)),
            "WMO303",
            lambda body: receive(runtime, AANBIEDER, body),
            bare_disk,
        )


def _runtime(folder: Path) -> Runtime:
    runtime = Runtime(
        storage=create_storage(f"sqlite:///{folder}/bench.db"),
        schemas=Schemas.load(SCHEMAS),
        today=lambda: date(2019, 6, 20),
        now=lambda: datetime.now(UTC),
    )
    runtime.storage.upgrade()
    load_files(runtime, [PROJECT / "fixtures" / "inrichting" / "voorbeeld-0384.yaml"])
    return runtime


def _toewijzing(identificatie: str, nummer: int) -> bytes:
    product = b.a_toegewezen_product(toewijzing_nummer=nummer, omvang=b.an_omvang(volume=1_000_000))
    client = b.a_client(beschikking=b.a_beschikking(product))
    header = b.a_toewijzing_header(
        bericht_identificatie=BerichtIdentificatie(identificatie=identificatie, dagtekening=date(2019, 5, 14))
    )
    return write(b.a_toewijzingsbericht(client, header=header), "2.3")


def _declaratie(number: int) -> bytes:
    lines = [
        b.a_prestatie(referentie_nummer=f"{number}-{line}", toewijzing_nummer=1001, geleverd_volume=1)
        for line in range(LINES)
    ]
    return write(b.a_declaratie(*lines, declarant_factuur_nummer=f"F{number}"), "2.3")


def _report(
    what: str,
    pairs: int,
    batch: int,
    make: Callable[[], bytes],
    soort: str,
    full: Callable[[bytes], object],
    disk: sqlite3.Connection,
) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "2.3" / f"{soort}.xsd"))

    def bare(body: bytes) -> None:
        assert schema.validate(etree.fromstring(body))

    def bare_durable(body: bytes) -> None:
        bare(body)
        disk.execute("INSERT INTO body (bytes) VALUES (?)", (body,))

    measured: dict[str, list[float]] = {"full": [], "bare": [], "durable": []}
    ways = {"full": full, "bare": bare, "durable": bare_durable}
    for pair in range(pairs + 2):
        for name in random.sample(sorted(ways), len(ways)):
            bodies = [make() for _ in range(batch)]
            begin = time.perf_counter()
            for body in bodies:
                ways[name](body)
            if pair >= 2:  # the first two warm up
                measured[name].append((time.perf_counter() - begin) / batch * 1000)
    full_ms, bare_ms, durable_ms = (statistics.median(measured[name]) for name in ("full", "bare", "durable"))
    print(
        f"{what:34} {full_ms:8.2f}ms {bare_ms:8.3f}ms {full_ms / bare_ms:7.1f}"
        f" {durable_ms:8.3f}ms {full_ms / durable_ms:7.1f}"
    )


if __name__ == "__main__":
    main()
