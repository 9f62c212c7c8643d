"""The service on a database, furnished with an inrichting and as many toewijzingen as a 303 needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select, text

from app.domain.principal import Principal, Rol
from app.domain.werk import JobSoort
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing.geheimen import Geheimen
from app.processing.inrichtingen import load_files
from app.processing.receive import receive
from app.processing.runtime import DIRECT_BYTES, Runtime
from app.processing.werk import carry_out, claim
from app.settings import PROJECT
from app.storage.base import create_storage
from app.storage.bericht_tables import BerichtRow
from app.storage.columns import Base
from app.storage.inserts import insert_rows
from app.storage.toewijzing_tables import ToewijzingRow, ToewijzingVersieRow, VersieBerichtRow
from tests.bench.generators import AANBIEDER, CLIENTS, FIRST_TOEWIJZING, GEMEENTE, born, bsn, toewijzing

INRICHTING: Final = PROJECT / "fixtures" / "inrichting" / "voorbeeld-0384.yaml"
TODAY: Final = date(2019, 6, 20)
SECRET: Final = "0" * 64
BATCH: Final = 5_000
EARLIER: Final = 300
SENDER: Final = Principal(key_id="bench", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
CLAIMANT: Final = Principal(key_id="bench", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))


@contextmanager
def runtime_on(url: str, *, direct_bytes: int = DIRECT_BYTES) -> Iterator[Runtime]:
    """The parts of a service on a migrated database."""
    runtime = Runtime(
        storage=create_storage(url),
        schemas=Schemas.load(OWN_SCHEMAS),
        today=lambda: TODAY,
        now=lambda: datetime.now(UTC),
        direct_bytes=direct_bytes,
        geheimen=Geheimen(SECRET.encode),
    )
    try:
        yield runtime
    finally:
        runtime.storage.close()


def furnish(runtime: Runtime, clients: int) -> None:
    """Load the inrichting and give so many clients a toewijzing, as their 301 does, after a few real 301s.

    Above 9,000, as many as there are, they get another. Then PostgreSQL looks at what is in its tables, as it does of
    itself within a minute: how it goes about a statement on tables that it takes to be empty says little.
    """
    load_files(runtime, [INRICHTING])
    for number in range(1, min(clients, EARLIER) + 1):
        receive(runtime, SENDER, toewijzing(number))
    bericht_id = receive(runtime, SENDER, toewijzing(FIRST_TOEWIJZING, client=0)).bericht_id
    examples = [_example(runtime, row, bericht_id) for row in (ToewijzingVersieRow, VersieBerichtRow)]
    first = examples[0]["toewijzing_id"]
    with runtime.storage.writing() as session:
        held = session.execute(select(ToewijzingRow.__table__).where(ToewijzingRow.id == first)).mappings().one()
        for begin in range(1, clients, BATCH):
            numbers = range(begin, min(clients, begin + BATCH))
            insert_rows(session, ToewijzingRow, [_toewijzing(held, number) for number in numbers])
            insert_rows(session, ToewijzingVersieRow, [_versie(examples[0], number) for number in numbers])
            insert_rows(session, VersieBerichtRow, [_bericht(examples[1], number) for number in numbers])
        if runtime.storage.dialect == "postgresql":
            for table in ("toewijzing", "toewijzing_versie"):
                session.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608
                )
            session.execute(text("ANALYZE"))


def _example(runtime: Runtime, row: Any, bericht_id: str) -> dict[str, Any]:
    with runtime.storage.reading() as session:
        found = session.execute(select(row.__table__).where(row.bericht_id == bericht_id))
        return dict(found.mappings().one())


def _toewijzing(example: Any, client: int) -> dict[str, Any]:
    nummer = FIRST_TOEWIJZING + client
    sleutel = example["sleutel"].replace(str(FIRST_TOEWIJZING), str(nummer))
    return {**example, "id": example["id"] + client, "nummer": nummer, "sleutel": sleutel}


def _versie(example: dict[str, Any], client: int) -> dict[str, Any]:
    ids = {name: example[name] + client for name in ("id", "toewijzing_id")}
    whom = client % CLIENTS
    return {**example, **ids, "bsn": bsn(whom), "geboortedatum": born(whom)}


def _bericht(example: dict[str, Any], client: int) -> dict[str, Any]:
    return {**example, "versie_id": example["versie_id"] + client}


def work_off(runtime: Runtime) -> int:
    """Settle every 303 that waits; how many there were."""
    jobs = claim(runtime, frozenset({JobSoort.VERWERKING}), lease=timedelta(minutes=10), limit=10)
    for job in jobs:
        carry_out(runtime, job)
    return len(jobs)


def answer_bytes(runtime: Runtime, bericht_id: str) -> int:
    """The size of the 304 on a 303; AssertionError when there is none yet."""
    with runtime.storage.reading() as session:
        sizes = session.scalars(select(BerichtRow.omvang_bytes).where(BerichtRow.antwoord_op_id == bericht_id)).all()
    assert len(sizes) == 1, "the 303 has no answer"
    return sizes[0]


def rows_in(runtime: Runtime, row: type[Base]) -> int:
    """How many rows a table has."""
    with runtime.storage.reading() as session:
        return session.scalars(select(func.count()).select_from(row)).one()
