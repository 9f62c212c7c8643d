"""Messages leave by themselves: to a real webhook that fails at first, and from folder to folder."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.delivery.destinations import Destinations
from app.delivery.safe_client import SafeClient
from app.delivery.signature import sign
from app.delivery.transports import Transports
from app.domain.aflevering import AansluitingSoort
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.processing.aansluitingen import connect, secret_of
from app.storage.base import Storage
from tests.builders import AANBIEDER, GEMEENTE, a_declaratie, a_toewijzingsbericht
from tests.delivery.servers import says
from tests.delivery.servers import serving as listening
from tests.e2e.service import Clock, Service, a_runtime, serving

PARTIJ = f"aanbieder:{AANBIEDER}"


class Later:
    """Now, and as much later as a test wants."""

    def __init__(self) -> None:
        self.later = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later


@pytest.fixture
def later() -> Later:
    """The clock."""
    return Later()


@pytest.fixture
def delivering(storage: Storage, schemas: Schemas, later: Later) -> Iterator[Service]:
    """A service that may post to 127.0.0.1, on each database in turn."""
    inside = SafeClient(Destinations(networks=["127.0.0.0/8"], plain_http=True, ports=range(1024, 65536)))
    transports = Transports(client=inside, ggk_client=inside, secret_key=lambda: b"0123456789" * 4)
    clock = Clock()
    runtime = replace(a_runtime(storage, schemas, clock), transports=transports, now=later)
    with serving(runtime, clock) as running:
        yield running


def test_a_webhook_gets_the_same_bytes_until_it_takes_them(delivering: Service, later: Later):
    with listening(says("503 Service Unavailable")) as down:
        url = f"http://127.0.0.1:{down.port}/berichten"
        connect(delivering.runtime, partij=PARTIJ, soort=AansluitingSoort.HTTP, adres=url)
        id = delivering.accept(a_toewijzingsbericht(), as_=GEMEENTE)["id"]
        delivering.work()
        assert delivering.get(f"/v1/berichten/{id}")["status"] == "te-verzenden"
    with listening(says("204 No Content")) as up:
        url = f"http://127.0.0.1:{up.port}/berichten"
        aansluiting = connect(delivering.runtime, partij=PARTIJ, soort=AansluitingSoort.HTTP, adres=url)
        delivering.work()
        shown = delivering.get(f"/v1/berichten/{id}")
    assert shown["status"] == "afgeleverd"
    assert {event["gebeurtenis"] for event in shown["verloop"]} >= {"poging-mislukt", "afgeleverd"}
    assert down.body() == up.body() == delivering.xml(id, as_=GEMEENTE)
    assert down.header("webhook-id") == up.header("webhook-id") == id
    secret = base64.b64decode(secret_of(delivering.runtime, aansluiting).removeprefix("whsec_"))
    timestamp = int(up.header("webhook-timestamp") or 0)
    assert up.header("webhook-signature") == sign([secret], kenmerk=id, timestamp=timestamp, body=up.body())


@pytest.mark.parametrize("direct_bytes", [0, 1_000_000], ids=["large", "small"])
def test_from_folder_to_folder(direct_bytes: int, delivering: Service, later: Later, tmp_path: Path):
    folder = tmp_path / "uitwisseling"
    folder.mkdir()
    runtime = replace(delivering.runtime, direct_bytes=direct_bytes)
    connect(runtime, partij=PARTIJ, soort=AansluitingSoort.MAP, adres=str(folder))
    with serving(runtime, delivering.clock) as service:
        toewijzing = service.accept(a_toewijzingsbericht(), as_=GEMEENTE)
        service.work()
        assert (folder / "uit" / f"{toewijzing['id']}.xml").exists()
        (folder / "in" / "factuur.xml").write_bytes(write(a_declaratie(), "2.3"))
        later.later += timedelta(minutes=1)
        service.work()
        (claim,) = service.berichten(soort="WMO303")
        service.read304(claim, as_=AANBIEDER)
        answer = claim["_links"]["antwoord"]["href"].rpartition("/")[2]
        assert (folder / "uit" / f"{answer}.xml").read_bytes() == service.xml(answer, as_=AANBIEDER)
        assert (folder / "in" / "verwerkt" / "factuur.xml").exists()
        assert service.get(f"/v1/berichten/{answer}")["status"] == "afgeleverd"
