"""`python -m tests.bench.queries URL`: what every page and list asks of a long history, and how long that takes.

The database is one of `tests.bench.large`. Every GET of the pages and of the API is asked by a large gemeente, a small
one, a region of four, an aanbieder that works everywhere, and who runs the service. Time is processor time of the
processes of PostgreSQL (Linux, a server on this machine, without parallel workers), so that what else the machine does
changes little: with the tables in memory nothing else is waited for.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event, text
from starlette.testclient import TestClient

from app.api.policy import POLICY as API
from app.domain.persoon import Fase
from app.domain.principal import Herkomst, Rol
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS, create_app
from app.processing.keys import create_key
from app.processing.personen import create_persoon
from app.processing.runtime import Runtime
from app.processing.sessies import Vanaf, Wie, begin
from app.settings import Settings
from app.storage.base import create_storage
from app.web.policy import POLICY as PAGES
from tests.bench.looks import LOOKS, OF_NO_INTEREST

TODAY: Final = date(2021, 1, 15)
NOW: Final = datetime(2021, 1, 15, 10, 0, tzinfo=UTC)
SLOW_MS: Final = 50.0
TIMES: Final = 5
EXPECTED: Final = {303, 307, 401, 403, 404}
"""Of who may not have a look, or leads elsewhere."""
LARGE: Final = "1708"
NEWEST: Final = {
    "b301": "SELECT max(id) FROM bericht WHERE MINE AND soort = 'WMO301'",
    "b302": "SELECT max(id) FROM bericht WHERE MINE AND soort = 'WMO302'",
    "b303": "SELECT max(bericht_id) FROM declaratie WHERE MINE",
    "b304": "SELECT max(id) FROM bericht WHERE MINE AND soort = 'WMO304'",
    "declaratie": "SELECT max(id) FROM declaratie WHERE MINE",
    "oudste": "SELECT id FROM bericht WHERE MINE ORDER BY id OFFSET 1000 LIMIT 1",
    "midden": "SELECT id FROM declaratie WHERE MINE ORDER BY id OFFSET 200 LIMIT 1",
    "toewijzing": "SELECT max(id) FROM toewijzing WHERE MINE",
    "factuur": "SELECT max(factuurnummer) FROM declaratie WHERE MINE",
    "identificatie": "SELECT max(identificatie) FROM bericht WHERE MINE",
}
"""What is filled in in an address, of the party of who looks."""

WHO: Final[Mapping[str, tuple[Rol, tuple[str, ...], tuple[str, ...]]]] = {
    "groot": (Rol.BEHANDELAAR, ("1708",), ()),
    "klein": (Rol.BEHANDELAAR, ("0482",), ()),
    "regio": (Rol.BEHANDELAAR, ("1708", "0505", "0363", "0482"), ()),
    "aanbieder": (Rol.AANBIEDER, (), ("42420001",)),
    "beheer": (Rol.BEHEER, (), ()),
    "auditor": (Rol.AUDITOR, (), ()),
}


@dataclass
class Asked:
    """One statement with its values and its time."""

    statement: str
    values: Any
    ms: float


@dataclass
class Measured:
    """What one request asked, the median over the times that it was made."""

    who: str
    path: str
    status: int
    ms: list[float] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Of the time of all statements together, without the first request."""
        return statistics.median(self.ms[1:])


@contextmanager
def listening() -> Iterator[list[Asked]]:
    """Every statement of this process until the end of the block."""
    asked: list[Asked] = []

    def before(connection: Any, *_: Any) -> None:
        connection.info["began"] = time.perf_counter()

    def after(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append(Asked(statement, values, 1000 * (time.perf_counter() - connection.info["began"])))

    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "after_cursor_execute", after)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", before)
        event.remove(Engine, "after_cursor_execute", after)


class Visitors:
    """Clients of one application, each with a session and a key."""

    def __init__(self, url: str) -> None:
        self.runtime = Runtime(
            storage=create_storage(url), schemas=Schemas.load(OWN_SCHEMAS), today=lambda: TODAY, now=lambda: NOW
        )
        self._watch = create_engine(url, isolation_level="AUTOCOMMIT")
        with self._watch.connect() as connection:
            name = connection.execute(text("SELECT current_database()")).scalar_one()
            connection.execute(text(f'ALTER DATABASE "{name}" SET max_parallel_workers_per_gather = 0'))
        settings = Settings(log_level="error", worker=False, database_url=url, today=TODAY)
        self._app = create_app(settings, self.runtime)
        self._clients = {who: self._client(who) for who in WHO}

    def _client(self, who: str) -> TestClient:
        rol, gemeenten, aanbieders = WHO[who]
        naam = f"meter-{who}"
        with self.runtime.storage.writing() as session:
            session.execute(text("DELETE FROM persoon WHERE naam = :naam"), {"naam": naam})
        create_persoon(
            self.runtime, naam=naam, rol=rol, gemeenten=list(gemeenten), aanbieders=list(aanbieders),
            wachtwoord="een lange zin is goed",
        )  # fmt: skip
        wie = Wie(naam, rol.value, frozenset(gemeenten), aanbieders=frozenset(aanbieders))
        vanaf = Vanaf("127.0.0.1", "meter", Herkomst(adres="127.0.0.1", trace_id="1" * 32, span_id="1" * 16))
        cookie = self.runtime.storage.run(lambda session: begin(session, self.runtime, wie, vanaf, fase=Fase.INGELOGD))
        client = TestClient(self._app, base_url="https://testserver", follow_redirects=False)
        client.cookies.set("__Host-iwmo", cookie)
        if rol is not Rol.AUDITOR:
            key_rol = Rol.GEMEENTE if rol is Rol.BEHANDELAAR else rol
            key = create_key(
                self.runtime, rol=key_rol, gemeenten=list(gemeenten), aanbieders=list(aanbieders), naam=naam
            )
            client.headers["x-key"] = key
        return client

    def processor_ms(self) -> float:
        """How long the processes that serve clients of this database were at work so far, without autovacuum."""
        with self._watch.connect() as connection:
            of_clients = "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            pids = connection.execute(text(f"SELECT pid FROM pg_stat_activity WHERE {of_clients}"))  # noqa: S608
            paths = [Path(f"/proc/{pid}/schedstat") for (pid,) in pids]
        return sum(int(path.read_text().split()[0]) for path in paths) / 1e6

    def ask(self, who: str, path: str) -> int:
        """One request; the status of its answer."""
        client = self._clients[who]
        key = client.headers.get("x-key", "")
        headers = {"Authorization": f"Bearer {key}"} if path.startswith(("/v1", "/metrics")) else {}
        return client.get(path, headers=headers).status_code

    def places(self, who: str) -> Mapping[str, object]:
        """What is filled in in an address: of what this visitor sees, or of the large gemeente."""
        _, gemeenten, aanbieders = WHO[who]
        column, code = ("aanbieder", aanbieders[0]) if aanbieders else ("gemeente", (gemeenten or (LARGE,))[0])
        with self.runtime.storage.reading() as session:
            found = {
                name: session.execute(text(query.replace("MINE", f"{column} = :code")), {"code": code}).scalar()
                for name, query in NEWEST.items()
            }
            of = text("SELECT gemeente FROM toewijzing WHERE id = :toewijzing")
            van = session.execute(of, {"toewijzing": found["toewijzing"]}).scalar()
        return {**found, "van": van, "g": (gemeenten or (LARGE,))[0]}


def measure(visitors: Visitors, only: str = "", times: int = TIMES) -> list[Measured]:
    """Every look of everybody who may have it."""
    results: list[Measured] = []
    for who in WHO:
        places = visitors.places(who)
        for look in (one for looks in LOOKS.values() for one in looks):
            path = look.format(**places)
            if (only and only not in path) or "None" in path:
                continue
            found = Measured(who, path, 0)
            for _ in range(times + 1):
                before = visitors.processor_ms()
                with listening() as asked:
                    found.status = visitors.ask(who, path)
                found.ms.append(visitors.processor_ms() - before)
                found.asked = list(asked)
                if found.status != HTTPStatus.OK:
                    break
            if found.status == 200:
                results.append(found)
            elif found.status not in EXPECTED:
                print(f"{who} {path}: {found.status}")
    return sorted(results, key=lambda one: -one.median)


def plans(visitors: Visitors, results: Sequence[Measured], above: float) -> Iterator[str]:
    """The plans of the statements that take longer."""
    seen: set[str] = set()
    for result in results:
        for one in result.asked:
            if one.ms < above or one.statement in seen or not one.statement.lstrip().startswith(("SELECT", "WITH")):
                continue
            seen.add(one.statement)
            with visitors.runtime.storage.reading() as session:
                connection = session.connection()
                asked = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {one.statement}", one.values)
                plan = "\n".join(line for (line,) in asked)
            yield f"## {result.who} {result.path}: {one.ms:.0f} ms\n{one.statement}\n{one.values}\n{plan}\n"


def demand_complete() -> None:
    """Every GET of the pages and of the API has a look, or a word why not."""
    wanted = {operation for operation in (*PAGES, *API) if operation.startswith("GET ")}
    if wrong := wanted ^ (set(LOOKS) | set(OF_NO_INTEREST)):
        raise SystemExit(f"looks and addresses differ in: {', '.join(sorted(wrong))}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tests.bench.queries")
    parser.add_argument("url")
    parser.add_argument("--plans", help="file for the plans of what is slow")
    parser.add_argument("--above", type=float, default=SLOW_MS, help="milliseconds that a statement may take")
    parser.add_argument("--only", default="", help="part of the addresses")
    parser.add_argument("--times", type=int, default=TIMES, help="requests after the first, of which the median counts")
    parser.add_argument("--rows", type=int, default=40)
    arguments = parser.parse_args()
    demand_complete()
    visitors = Visitors(arguments.url)
    results = measure(visitors, arguments.only, arguments.times)
    print("| who | address | statements | ms, first | ms, median | slowest statement |\n|---|---|---|---|---|---|")
    for one in results[: arguments.rows]:
        worst = max((asked.ms for asked in one.asked), default=0.0)
        print(f"| {one.who} | {one.path[:110]} | {len(one.asked)} | {one.ms[0]:.1f} | {one.median:.1f} | {worst:.1f} |")
    over = sum(one.median > 100 for one in results)
    print(f"{len(results)} addresses; {over} above 100 ms")
    if arguments.plans:
        found = plans(visitors, results, arguments.above)
        Path(arguments.plans).write_text("\n".join(found), encoding="utf-8")


if __name__ == "__main__":
    main()
