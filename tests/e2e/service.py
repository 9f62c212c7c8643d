"""A running service for tests: its parties, its clock, and what a test asks of it over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from httpx2 import Client, Response
from starlette.testclient import TestClient

from app.domain.declaratie import DeclaratieRetour
from app.domain.principal import Rol
from app.domain.toewijzing import ToewijzingRetour
from app.domain.werk import JobSoort
from app.inrichting import load as loading
from app.iwmo.reading import Inhoud, read, recognise
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.main import create_app
from app.processing.inrichtingen import load_files
from app.processing.keys import create_key
from app.processing.runtime import Runtime
from app.processing.werk import carry_out, claim
from app.settings import PROJECT, Settings
from app.storage.base import Storage
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER
from tests.e2e.official_schemas import official_errors

INRICHTING = PROJECT / "fixtures" / "inrichting" / "voorbeeld-0384.yaml"
BEHEER = "beheer"
ADAPTER = "adapter"
"""The adapter of the GGk, which brings envelopes to gemeente 0384."""

PARTIES = (GEMEENTE, AANBIEDER, OTHER_AANBIEDER)


class Clock:
    """The business date; a test sets it."""

    def __init__(self) -> None:
        self.today = date(2019, 6, 20)

    def __call__(self) -> date:
        return self.today


_read_once = cache(loading.read_file)
"""Most of the time that a service of a test takes to begin is the YAML, and it is always the same."""


def a_runtime(storage: Storage, schemas: Schemas, clock: Clock, *inrichtingen: Path) -> Runtime:
    """The parts of a service that knows gemeente 0384, or the gemeenten of these files."""
    runtime = Runtime(storage=storage, schemas=schemas, today=clock, now=lambda: datetime.now(UTC))
    with patch.object(loading, "read_file", _read_once):
        load_files(runtime, inrichtingen or [INRICHTING])
    return runtime


class Service:
    """The service as its parties meet it: `as_` is the CBS or AGB code whose key is used, `beheer`, or `adapter`."""

    def __init__(self, client: Client, runtime: Runtime, clock: Clock) -> None:
        self.client = client
        self.runtime = runtime
        self.clock = clock
        self._keys: dict[str, str] = {}

    def key(self, as_: str) -> str:
        """The key of a party, made when it is first asked for."""
        if as_ not in self._keys:
            self._keys[as_] = self._new_key(as_)
        return self._keys[as_]

    def use_key(self, as_: str, key: str) -> None:
        """From now on a party comes in with this key."""
        self._keys[as_] = key

    def _new_key(self, party: str) -> str:
        if party == BEHEER:
            return create_key(self.runtime, rol=Rol.BEHEER, naam=party)
        if party == ADAPTER:
            return create_key(self.runtime, rol=Rol.GGK, gemeenten=[GEMEENTE], naam=party)
        if len(party) == len(GEMEENTE):
            return create_key(self.runtime, rol=Rol.GEMEENTE, gemeenten=[party], naam=party)
        return create_key(self.runtime, rol=Rol.AANBIEDER, aanbieders=[party], naam=party)

    def request(self, method: str, path: str, *, as_: str, **more: Any) -> Response:
        """One request with the key of the party."""
        headers = {"Authorization": f"Bearer {self.key(as_)}", **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def get(self, path: str, *, as_: str = GEMEENTE, **query: Any) -> Any:
        """The JSON at a path that is there."""
        response = self.request("GET", path, as_=as_, params=query or None)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, message: Inhoud | bytes, *, as_: str, release: str = "2.3", to: str = "/v1/berichten") -> Response:
        """Post a message as XML."""
        body = message if isinstance(message, bytes) else write(message, release)
        return self.request("POST", to, as_=as_, content=body, headers={"Content-Type": "application/xml"})

    def accept(self, message: Inhoud | bytes, *, as_: str, release: str = "2.3") -> dict[str, Any]:
        """The bericht of a message that is accepted as a new one."""
        response = self.post(message, as_=as_, release=release)
        assert response.status_code == 201, response.text
        bericht = response.json()
        assert response.headers["location"] == bericht["_links"]["self"]["href"] == f"/v1/berichten/{bericht['id']}"
        return bericht

    def refuse(self, message: Inhoud | bytes, *, as_: str, status: int = 400, release: str = "2.3") -> dict[str, Any]:
        """The problem of a message that is not accepted."""
        response = self.post(message, as_=as_, release=release)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        return response.json()

    def controleer(self, message: Inhoud | bytes, *, as_: str, release: str = "2.3") -> dict[str, Any]:
        """What the dry run says of a message."""
        response = self.post(message, as_=as_, release=release, to="/v1/berichten/_controleer")
        assert response.status_code == 200, response.text
        return response.json()

    def xml(self, bericht_id: str, *, as_: str) -> bytes:
        """The bytes of a bericht."""
        response = self.request("GET", f"/v1/berichten/{bericht_id}/xml", as_=as_)
        assert response.status_code == 200, response.text
        return response.content

    def postbus(self, *, as_: str) -> list[dict[str, Any]]:
        """Every bericht in the postbus of a party, oldest first."""
        return self.get("/v1/postbus", as_=as_, limiet=500)["resultaten"]

    def berichten(self, *, as_: str = GEMEENTE, **filters: Any) -> list[dict[str, Any]]:
        """The first page of berichten, newest first."""
        return self.get("/v1/berichten", as_=as_, limiet=500, **filters)["resultaten"]

    def read304(self, bericht: dict[str, Any], *, as_: str) -> DeclaratieRetour:
        """The 304 on a 303: behind its link, and in the postbus of the aanbieder."""
        antwoord = self.get(bericht["_links"]["antwoord"]["href"], as_=as_)
        assert antwoord["soort"] == "WMO304"
        assert antwoord["_links"]["antwoordOp"]["href"] == bericht["_links"]["self"]["href"]
        assert antwoord["id"] in [received["id"] for received in self.postbus(as_=as_)]
        retour = self.read(self.xml(antwoord["id"], as_=as_))
        assert isinstance(retour, DeclaratieRetour)
        return retour

    def read302(self, bericht: dict[str, Any], *, as_: str = GEMEENTE) -> ToewijzingRetour:
        """The 302 on a 301: behind its link, and in the postbus of the gemeente."""
        antwoord = self.get(bericht["_links"]["antwoord"]["href"], as_=as_)
        assert antwoord["soort"] == "WMO302"
        assert antwoord["id"] in [received["id"] for received in self.postbus(as_=as_)]
        retour = self.read(self.xml(antwoord["id"], as_=as_))
        assert isinstance(retour, ToewijzingRetour)
        return retour

    def read(self, body: bytes) -> Inhoud:
        """What a message of ours says, after both sets of schemas accepted it."""
        recognised = recognise(body)
        assert self.runtime.xsd_findings(recognised.release, recognised.soort, body) == ()
        assert official_errors(body) == []
        return read(recognised)

    def work(self) -> int:
        """Do all the work that is due, one job after the other; how many there were."""
        return drain(self.runtime)

    def check_outgoing(self, parties: Iterable[str] = PARTIES) -> set[str]:
        """Read every message that lies in a postbus; the soorten that were found."""
        found = {(bericht["id"], bericht["soort"], party) for party in parties for bericht in self.postbus(as_=party)}
        for bericht_id, _, party in found:
            self.read(self.xml(bericht_id, as_=party))
        return {soort for _, soort, _ in found}

    def budget(self, nummer: int, *, as_: str = GEMEENTE, gemeente: str = GEMEENTE) -> list[dict[str, Any]]:
        """The budget of a toewijzing, by period."""
        return self.get(f"/v1/toewijzingen/{gemeente}/{nummer}/budget", as_=as_)["resultaten"]

    def granted(self, nummer: int, *, gemeente: str = GEMEENTE) -> tuple[int, int]:
        """The net volume and cents that a toewijzing granted over all periods."""
        rows = self.budget(nummer, gemeente=gemeente)
        return sum(row["gedeclareerd"] for row in rows), sum(row["toegekendCenten"] for row in rows)


def drain(runtime: Runtime) -> int:
    """Do all the work that is due, as a worker would; how many jobs there were."""
    done = 0
    while jobs := claim(runtime, frozenset(JobSoort), lease=timedelta(minutes=1), limit=1):
        carry_out(runtime, jobs[0])
        done += 1
    return done


@contextmanager
def serving(runtime: Runtime, clock: Clock, **settings: Any) -> Iterator[Service]:
    """The application on this runtime."""
    app = create_app(Settings(**{"log_level": "error", "worker": False, **settings}), runtime)
    with TestClient(app) as client:
        yield Service(client, runtime, clock)


@contextmanager
def early_2018(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """Steenwijkerland, and a gemeente of Drechtsteden with its contracts in release 2.1, on 2 January 2018."""
    clock = Clock()
    clock.today = date(2018, 1, 2)
    (drechtsteden,) = (INRICHTING.parent / "drechtsteden-2016").glob("*0482*")
    runtime = a_runtime(storage, schemas, clock, INRICHTING.parent / "steenwijkerland-2018.yaml", drechtsteden)
    with serving(runtime, clock) as running:
        yield running
