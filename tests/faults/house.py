"""A whole house under test: a database, parties with keys, a receiver, and processes of the service."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.domain.principal import Principal, Rol, aanbieder_partij, gemeente_partij
from app.domain.werk import JobSoort, JobStatus
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing.geheimen import Geheimen
from app.processing.inrichtingen import load_files
from app.processing.keys import create_key
from app.processing.opnieuw import try_again
from app.processing.runtime import Runtime
from app.settings import PROJECT
from app.storage.aansluitingen import set_aansluiting
from app.storage.base import Storage
from app.storage.job_tables import JobRow
from app.storage.zicht import Zicht
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER
from tests.faults.adapter import Adapter
from tests.faults.client import Acknowledged, Connection, Load, Numbers, Task, insist
from tests.faults.messages import DIRECT_BYTES, Message
from tests.faults.node import PATIENCE_SECONDS, Node, await_ready
from tests.faults.receiver import Receiver
from tests.ports import OwnPort

INRICHTING = PROJECT / "fixtures" / "inrichting" / "voorbeeld-0384.yaml"
TODAY = date(2019, 6, 20)
SECRET = "0" * 64
PARTIJEN = {
    "gemeente": gemeente_partij(GEMEENTE),
    "aanbieder": aanbieder_partij(AANBIEDER),
    "other": aanbieder_partij(OTHER_AANBIEDER),
}
BACK_OFFICE = Principal(key_id="x", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
ONE_OFF = (JobSoort.AFLEVERING, JobSoort.VERWERKING, JobSoort.ENVELOP, JobSoort.FOUTBERICHT)


class House:
    """The service of one test. Its first node serves on `port`; a node that ended may be started again."""

    def __init__(self, url: str, folder: Path, receiver: Receiver) -> None:
        self.url, self.folder, self.receiver = url, folder, receiver
        self.storage = Storage(url)
        self.acknowledged = Acknowledged()
        self.numbers = Numbers()
        self.nodes: list[Node] = []
        self._ports = [OwnPort()]
        self.port = self._ports[0].number
        self.keys: dict[str, str] = {}
        self.adapter: Adapter | None = None
        self._posting: Task | None = None

    def furnish(self) -> None:
        """Load the inrichting, make the keys, and say how the parties are reached."""
        runtime = self.runtime()
        load_files(runtime, [INRICHTING])
        self.keys = {
            "gemeente": create_key(runtime, rol=Rol.GEMEENTE, gemeenten=[GEMEENTE], naam="gemeente"),
            "aanbieder": create_key(runtime, rol=Rol.AANBIEDER, aanbieders=[AANBIEDER], naam="aanbieder"),
            "other": create_key(runtime, rol=Rol.AANBIEDER, aanbieders=[OTHER_AANBIEDER], naam="ander"),
            "ggk": create_key(runtime, rol=Rol.GGK, gemeenten=[GEMEENTE], naam="adapter"),
        }
        for partij in PARTIJEN.values():
            self.connect(Aansluiting(partij=partij, soort=AansluitingSoort.HTTP, adres=self.receiver.url(partij)))

    def runtime(self, **changes: Any) -> Runtime:
        """The parts of a service in this process, on the same database."""
        parts: dict[str, Any] = {
            "today": lambda: TODAY,
            "now": lambda: datetime.now(UTC),
            "geheimen": Geheimen(SECRET.encode),
        }
        return Runtime(storage=self.storage, schemas=Schemas.load(OWN_SCHEMAS), **(parts | changes))

    def connect(self, aansluiting: Aansluiting) -> None:
        """Say how a partij is reached."""
        self.storage.run(
            lambda session: set_aansluiting(session, aansluiting=aansluiting, now=datetime.now(UTC)),
        )

    def connect_over_ggk(self, adapter: Adapter) -> None:
        """Let the parties of an adapter be reached by it."""
        self.adapter = adapter
        for partij in adapter.partijen:
            self.connect(Aansluiting(partij=partij, soort=AansluitingSoort.GGK, adres=adapter.url))

    def environment(self, **more: str) -> dict[str, str]:
        """The settings of a node."""
        ports = [self.receiver.port, *([self.adapter.port] if self.adapter else [])]
        return {
            "IWMO_DATABASE_URL": self.url,
            "IWMO_DATA_DIR": str(self.folder),
            "IWMO_TODAY": TODAY.isoformat(),
            "IWMO_LOG_LEVEL": "warning",
            "IWMO_DIRECT_BYTES": str(DIRECT_BYTES),
            "IWMO_INTERNAL_NETWORKS": json.dumps(["127.0.0.0/8"]),
            "IWMO_DELIVERY_PORTS": json.dumps(ports),
            "IWMO_PLAIN_HTTP": "true",
            "IWMO_SECRET_KEY": SECRET,
            "FAULT_WAIT": "0.1",
            "FAULT_LEASE": "1",
            **more,
        }

    def another_port(self) -> int:
        """Where a second service may listen."""
        self._ports.append(OwnPort())
        return self._ports[-1].number

    def serve(self, *argv: str, port: int = 0, **environment: str) -> Node:
        """Start a service that answers; Died when it ends before."""
        port = port or self.port
        node = self.launch("serve", "--port", str(port), *argv, **environment)
        await_ready(node, port)
        return node

    def work(self, **environment: str) -> Node:
        """Start a worker of its own."""
        return self.launch("worker", **environment)

    def launch(self, *argv: str, **environment: str) -> Node:
        """Start a command."""
        node = Node(list(argv), self.environment(**environment), self.folder / f"node-{len(self.nodes)}.log")
        self.nodes.append(node)
        return node

    def load(self) -> Load:
        """Parties that post; started by the caller."""
        return Load(self.port, self.keys, self.acknowledged, numbers=self.numbers)

    def post(self, *messages: Message) -> list[str]:
        """Post until each is acknowledged; the ids of the berichten."""
        with Connection(self.port, self.keys) as connection:
            return [insist(connection, message, self.acknowledged) for message in messages]

    def post_in_background(self, *messages: Message) -> None:
        """Post until each is acknowledged, while the caller goes on; `join` waits for it."""
        self._posting = Task(lambda: self.post(*messages))

    def join(self) -> None:
        """Wait until everything that is posted in the background is acknowledged."""
        if self._posting is not None:
            self._posting.finish()

    def open_jobs(self) -> int:
        """How much work is not done yet, apart from what comes back by itself."""
        with self.storage.reading() as session:
            query = select(func.count()).where(JobRow.status == JobStatus.OPEN, JobRow.soort.in_(ONE_OFF))
            return session.scalars(query).one()

    def await_quiet(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until everything is done; AssertionError when for so long nothing more gets done."""
        left = self._left()
        deadline = time.monotonic() + seconds
        while left:
            assert time.monotonic() < deadline, self._what_is_left()
            time.sleep(0.02)
            before, left = left, self._left()
            if left < before:
                deadline = time.monotonic() + seconds

    def _left(self) -> int:
        """Files that nobody picked up yet, and open jobs; in this order, for a file becomes a job."""
        return len(list((self.folder / "map" / "in").glob("*.xml"))) + self.open_jobs()

    def try_given_up_again(self) -> None:
        """Have settled what was cut off so often that nobody tries any more, as a gemeente does that sees it."""
        with self.storage.reading() as session:
            given_up = select(JobRow.bericht_id).where(
                JobRow.status == JobStatus.MISLUKT, JobRow.soort == JobSoort.VERWERKING
            )
            ids = session.scalars(given_up).all()
        zicht = Zicht(gemeenten=BACK_OFFICE.gemeenten)
        for id in filter(None, ids):
            assert try_again(self.runtime(), BACK_OFFICE, zicht, id)

    def tally(self) -> Counter[str]:
        """What was done to the house, and what came of it."""
        return Counter(
            {
                "kills": sum(node.status == -signal.SIGKILL for node in self.nodes),
                "berichten acknowledged": len({id for id, _ in self.acknowledged.berichten}),
                "envelopes acknowledged": len(self.adapter.brought) if self.adapter else 0,
                "messages delivered": len(self.receiver.times) + (len(self.adapter.came) if self.adapter else 0),
                "requests": self.receiver.requests.total() + (self.adapter.requests if self.adapter else 0),
            }
        )

    def _what_is_left(self) -> str:
        with self.storage.reading() as session:
            query = select(JobRow).where(JobRow.status == JobStatus.OPEN, JobRow.soort.in_(ONE_OFF))
            rows = session.scalars(query.limit(10)).all()
            jobs = [f"{row.soort} {row.pogingen} {row.gepland_op} {row.lease_tot} {row.reden}" for row in rows]
        return "\n".join(["work is left", f"{datetime.now(UTC)}", *jobs, self.said()])

    def said(self) -> str:
        """What each process wrote last."""
        return "\n".join(
            f"{node.log.name} {'lives' if node.alive else 'is dead'}: {node.said()[-1500:]}" for node in self.nodes
        )

    def had_by(self, partij: str) -> dict[str, bytes]:
        """What a partij has, by kenmerk: at its endpoint, or in its folder."""
        files = (self.folder / "map" / "uit").glob("*.xml") if partij == PARTIJEN["other"] else ()
        return {path.stem: path.read_bytes() for path in files} | self.receiver.kept.get(partij, {})

    def close(self) -> None:
        """End everything."""
        for node in self.nodes:
            if node.alive:
                node.kill()
        self.storage.close()
        for port in self._ports:
            port.close()


def await_true(holds: Callable[[], bool], otherwise: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something holds; AssertionError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


@contextmanager
def a_house(url: str, folder: Path, receiver: Receiver) -> Iterator[House]:
    """A furnished house on an empty database with a current schema; nothing of it lives on after the block."""
    house = House(url, folder, receiver)
    try:
        house.furnish()
        yield house
    finally:
        house.close()
