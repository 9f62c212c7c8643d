"""The clock jumps, also by the hour that repeats in October: work goes on, ids and postbus keep their order."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.delivery.destinations import Destinations
from app.delivery.safe_client import SafeClient
from app.delivery.transports import Transports
from app.domain.principal import Principal, Rol
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.postbus import PostbusItemRow, postbus_after
from app.worker import Worker
from tests.builders import AANBIEDER, GEMEENTE
from tests.faults.house import PARTIJEN, House
from tests.faults.invariants import check
from tests.faults.messages import chain

BACK_OFFICE = Principal(key_id="g", rol=Rol.GEMEENTE, gemeenten=frozenset({GEMEENTE}))
DECLARANT = Principal(key_id="a", rol=Rol.AANBIEDER, aanbieders=frozenset({AANBIEDER}))
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BEFORE = datetime(2018, 10, 28, 2, 59, tzinfo=AMSTERDAM)  # a minute later it is 2:00 again
JUMPS = (timedelta(0), timedelta(minutes=2), timedelta(days=1), timedelta(days=-1), timedelta(hours=-1))


class JumpingClock:
    """Ticks as time goes by, from a moment that a test moves."""

    def __init__(self) -> None:
        self._moved, self._lock, self._begun = BEFORE.astimezone(UTC), Lock(), time.monotonic()

    def __call__(self) -> datetime:
        with self._lock:
            return self._moved + timedelta(seconds=time.monotonic() - self._begun)

    def jump(self, step: timedelta) -> None:
        with self._lock:
            self._moved += step


@pytest.fixture
def clock() -> JumpingClock:
    """Now, for the service."""
    return JumpingClock()


@pytest.fixture
def runtime(house: House, clock: JumpingClock) -> Runtime:
    """A service in this process."""
    destinations = Destinations(networks=["127.0.0.0/8"], ports=[house.receiver.port], plain_http=True)
    client = SafeClient(destinations)
    transports = Transports(client=client, ggk_client=client, secret_key=lambda: b"0" * 32)
    return house.runtime(now=clock, transports=transports, direct_bytes=4_000)


def test_work_goes_on_when_the_clock_jumps(house: House, runtime: Runtime, clock: JumpingClock):
    worker = Worker(runtime, alone=house.storage.dialect == "sqlite", lease=timedelta(seconds=1))
    worker.start()
    try:
        ids: list[str] = []
        for number, jump in enumerate(JUMPS, start=1):
            clock.jump(jump)
            for message in chain(number):
                receipt = receive(runtime, BACK_OFFICE if message.soort == "301" else DECLARANT, message.body)
                house.acknowledged.add(receipt.bericht_id, message.body)
                ids.append(receipt.bericht_id)
            house.acknowledged.chains.append(number)
        clock.jump(timedelta(days=2))  # what was planned for tomorrow when the clock was wrong
        house.await_quiet()
    finally:
        worker.stop()
    assert ids == sorted(ids), "ids follow the order of arrival, whatever the clock of the service says"
    check(house)


def test_the_postbus_keeps_its_order(house: House, runtime: Runtime, clock: JumpingClock):
    seen: list[str] = []
    cursor = None
    for number, jump in enumerate(JUMPS, start=1):
        clock.jump(jump)
        for message in list(chain(number))[:2]:
            receive(runtime, BACK_OFFICE if message.soort == "301" else DECLARANT, message.body)
        with house.storage.reading() as session:
            found, cursor = postbus_after(session, partijen=[PARTIJEN["aanbieder"]], cursor=cursor, limit=100)
        seen += found
    with house.storage.reading() as session:
        of_aanbieder = select(PostbusItemRow.bericht_id).where(PostbusItemRow.partij == PARTIJEN["aanbieder"])
        assert seen == list(session.scalars(of_aanbieder.order_by(PostbusItemRow.nummer)))
    assert len(seen) == len(set(seen)) == 2 * len(JUMPS)
