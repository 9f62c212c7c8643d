"""Whole stories of clients to be deleted, and a look at every byte that is left."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.processing import bewaren
from app.processing.runtime import Runtime
from app.storage.base import Storage
from app.storage.bewaren_soorten import BEWAARSOORT_BY_TABLE
from app.storage.schema import metadata
from tests.e2e.service import Clock

Dump = dict[str, list[tuple[Any, ...]]]


def dump(storage: Storage, *tables: str) -> Dump:
    """Every row of the tables (else of all), as Python values in a fixed order."""
    with storage.reading() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
            if not tables or name in tables
        }


def everything(storage: Storage) -> bytes:
    """Every column of every row, as bytes; what is compressed both as it is and decompressed."""
    parts: list[bytes] = []
    for rows in dump(storage).values():
        for value in (value for row in rows for value in row):
            parts.append(value if isinstance(value, bytes) else str(value).encode())
            if isinstance(value, bytes):
                parts.append(_decompressed(value))
    return b"\n".join(parts)


def files(url: str) -> bytes:
    """The bytes of a SQLite file and of its log, compressed parts of messages too; of PostgreSQL nothing."""
    if not url.startswith("sqlite:///"):
        return b""
    path = Path(url.removeprefix("sqlite:///"))
    raw = b"".join(found.read_bytes() for found in path.parent.glob(f"{path.name}*"))
    starts = [at for at in range(len(raw) - 2) if raw[at : at + 2] in {b"\x78\x01", b"\x78\x9c"}]
    return raw + b"\n".join(_begin(raw[at : at + 65_536]) for at in starts)


def traces_in(haystack: bytes, needles: list[str]) -> list[str]:
    """Which of the texts are there."""
    return [needle for needle in needles if needle.encode() in haystack]


def emptied(storage: Storage) -> dict[str, int]:
    """How many rows of dossiers, work and answers there still are, per table that has any."""
    kept = {"dossier", "antwoord"}
    found = dump(storage, *(name for name, soort in BEWAARSOORT_BY_TABLE.items() if soort in kept))
    return {name: len(rows) for name, rows in found.items() if rows}


def years_on(clock: Clock, runtime: Runtime, years: int = 40) -> bewaren.Verslag:
    """A run so many years from now."""
    clock.today = date(date.today().year + years, 1, 1)  # noqa: DTZ011 - far from any border
    return bewaren.run(on_the_day(runtime))


def on_the_day(runtime: Runtime) -> Runtime:
    """The service when its business date is also the day that it really is."""
    return replace(runtime, now=lambda: datetime.combine(runtime.today(), time(12), tzinfo=UTC))


def _decompressed(value: bytes) -> bytes:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return b""


def _begin(value: bytes) -> bytes:
    """As much as can be read of a compressed text that begins here, also when the rest was overwritten."""
    reader = zlib.decompressobj()
    found = b""
    try:
        for at in range(0, len(value), 64):
            found += reader.decompress(value[at : at + 64])
    except zlib.error:
        pass
    return found
