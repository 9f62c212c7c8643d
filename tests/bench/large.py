"""`python -m tests.bench.large URL --months 72`: a PostgreSQL database with a long history, to measure pages on.

Seventy-two months are 10,000,000 prestaties and 1,000,000 berichten, thirty-six months the newest half of those: the
newest month is the same, only what lies before it is longer. `large.sql` says what is in it.
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, create_engine, text

from app.iwmo.xsd import Schemas
from app.processing.inrichtingen import load_files
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage.base import create_storage
from tests.bench.million import EXAMPLES

MONTHS: Final = 72
CLIENTS: Final = 1_910
"""New clients a month; one in eleven of these numbers is no bsn."""
TODAY: Final = date(2021, 1, 15)
STATEMENTS: Final = Path(__file__).with_suffix(".sql").read_text().split("\n----\n")
FILLED: Final = "bench.example"
SEQUENCES: Final = ("toewijzing", "toewijzing_versie", "gebeurtenis", "termijn", "toekenning_toewijzing")

CONSTRAINTS: Final = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'u', 'p') AND conrelid <> 'alembic_version'::regclass
ORDER BY CASE contype WHEN 'f' THEN 2 ELSE 1 END, conrelid::regclass::text, conname
"""
INDEXES: Final = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname AND contype IN ('p', 'u')) ORDER BY indexname
"""


def fill(connection: Connection, months: int, clients: int) -> None:
    """Write the history into a migrated database without rows; indexes and keys are built when all is there."""
    settings = {"maintenance_work_mem": "1GB", "work_mem": "512MB", "bench.months": months, "bench.clients": clients}
    for name, value in settings.items():
        connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": str(value)})
    constraints, indexes = connection.execute(text(CONSTRAINTS)).all(), connection.execute(text(INDEXES)).all()
    away = [f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _ in reversed(constraints)]
    away += [f'DROP INDEX "{name}"' for name, _ in indexes]
    for statement in (*away, "ALTER TABLE logboek DISABLE TRIGGER USER"):
        connection.execute(text(statement))
    _told(connection, STATEMENTS[0])
    _examples(connection)
    for statement in (*STATEMENTS[1:], "ALTER TABLE logboek ENABLE TRIGGER USER", *_built(constraints, indexes)):
        _told(connection, statement)


def _built(constraints: Sequence[Any], indexes: Sequence[Any]) -> Iterator[str]:
    keys = [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {what}' for table, name, what in constraints]
    foreign = [key for key in keys if "FOREIGN KEY" in key]
    yield from (key for key in keys if key not in foreign)
    yield from (definition for _, definition in indexes)
    yield from foreign
    for table in SEQUENCES:
        yield f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
    yield "VACUUM (ANALYZE)"


def _examples(connection: Connection) -> None:
    connection.execute(text(f"CREATE TABLE {FILLED} (soort text, inhoud bytea)"))
    for soort, path in EXAMPLES.items():
        inhoud = zlib.compress((PROJECT / path).read_bytes(), 1)
        connection.execute(text(f"INSERT INTO {FILLED} VALUES (:soort, :inhoud)"), {"soort": soort, "inhoud": inhoud})  # noqa: S608


def _told(connection: Connection, statement: str) -> None:
    began = time.perf_counter()
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    said = next(line for line in statement.splitlines() if line and not line.startswith("--"))
    print(f"{time.perf_counter() - began:7.1f} s  {said[:90]}", flush=True)


def load_inrichtingen(url: str) -> None:
    """Those of the demo: of the two largest gemeenten, and of a small one."""
    folder = PROJECT / "fixtures" / "inrichting"
    storage, schemas = create_storage(url), Schemas.load(PROJECT / "schemas" / "iwmo")
    runtime = Runtime(storage=storage, schemas=schemas, today=lambda: TODAY, now=lambda: datetime.now(UTC))
    load_files(runtime, [folder / "steenwijkerland-2018.yaml", *sorted((folder / "drechtsteden-2016").glob("*.yaml"))])
    storage.close()


def main() -> None:
    """Make the database."""
    parser = argparse.ArgumentParser(prog="tests.bench.large")
    parser.add_argument("url", help="URL of an empty PostgreSQL database")
    parser.add_argument("--months", type=int, default=MONTHS)
    parser.add_argument("--clients", type=int, default=CLIENTS, help="new ones in a month")
    arguments = parser.parse_args()
    storage = create_storage(arguments.url)
    storage.upgrade()
    storage.close()
    engine = create_engine(arguments.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        fill(connection, arguments.months, arguments.clients)
        for table in ("bericht", "declaratie", "prestatie"):
            count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            print(f"{table}: {count}")
    engine.dispose()
    load_inrichtingen(arguments.url)


if __name__ == "__main__":
    main()
