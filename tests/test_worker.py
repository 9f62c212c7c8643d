"""The worker finds work by itself, keeps what it does, gives back what it cannot end, and outlives the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from app.domain.aflevering import AansluitingSoort
from app.domain.werk import JobSoort, JobStatus, Slotgroep
from app.iwmo.releases import write
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing.aansluitingen import connect
from app.processing.bezorgen import give
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.storage.base import Storage
from app.worker import SLOTS, Worker
from tests.builders import a_toewijzingsbericht
from tests.e2e.service import Clock, a_runtime
from tests.processing.working import BACK_OFFICE, PARTIJ, Scripted, connected, jobs, scripted, status_of
from tests.storage.rows import stored_bericht

ENOUGH = 120.0
A_301 = write(a_toewijzingsbericht(), "2.3")


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    """Our own schemas, compiled once."""
    return Schemas.load(OWN_SCHEMAS)


@pytest.fixture
def transport() -> Scripted:
    """Where everything goes."""
    return Scripted()


@pytest.fixture
def post(storage: Storage, schemas: Schemas, transport: Scripted) -> Runtime:
    """A service whose transport the test decides, with a party that has a webhook."""
    runtime = replace(a_runtime(storage, schemas, Clock()), transports=scripted(transport))
    connected(runtime)
    return runtime


def until(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold; the time is only how long a broken worker is waited for."""
    end = time.monotonic() + ENOUGH
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)
    return False


def lease_end(runtime: Runtime) -> datetime:
    """Until when the only delivery is somebody's."""
    (job,) = jobs(runtime, JobSoort.AFLEVERING)
    assert job.lease_tot is not None
    return job.lease_tot


def test_does_what_comes_in_while_it_runs(post, transport):
    worker = Worker(post, alone=True)
    worker.start()
    try:
        id = receive(post, BACK_OFFICE, A_301).bericht_id
        assert until(lambda: status_of(post, id) == "afgeleverd")
    finally:
        worker.stop()
    assert len(transport.sent) == 1


def test_takes_over_what_another_left(post, transport):
    id = receive(post, BACK_OFFICE, A_301).bericht_id
    dead = replace(post, now=lambda: datetime.now(UTC))
    from_dead = Worker(dead, alone=False, lease=timedelta(seconds=1))
    hung, released = Event(), Event()

    def hang(_zending):
        if not hung.is_set():
            hung.set()
            released.wait(ENOUGH)
            raise RuntimeError

    transport.meanwhile = hang
    from_dead._renewing = lambda: None  # type: ignore[method-assign]  # it hangs as a whole
    from_dead._threads = from_dead._threads[:1]
    from_dead.start()
    assert hung.wait(ENOUGH)
    from_dead._stop.set()
    worker = Worker(post, alone=False, lease=timedelta(seconds=1))
    worker.start()
    try:
        assert until(lambda: status_of(post, id) == "afgeleverd")
    finally:
        released.set()
        worker.stop()
        from_dead.stop()
    assert status_of(post, id) == "afgeleverd"


def test_keeps_what_takes_long(post, transport):
    id = receive(post, BACK_OFFICE, A_301).bericht_id
    begun, enough = Event(), Event()

    def take_long(_zending):
        begun.set()
        enough.wait(ENOUGH)

    transport.meanwhile = take_long
    lease = timedelta(seconds=3)  # a busy machine lets nobody stand still for so long, and whoever does loses it
    workers = [Worker(post, alone=False, lease=lease) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        assert begun.wait(ENOUGH)
        first_lease = lease_end(post)
        assert until(lambda: lease_end(post) > first_lease + 1.5 * lease)
        enough.set()
        assert until(lambda: status_of(post, id) == "afgeleverd")
    finally:
        enough.set()
        for worker in workers:
            worker.stop()
    assert len(transport.sent) == 1


def test_may_claim_again_what_it_lost_itself(post, transport, monkeypatch):
    id = receive(post, BACK_OFFICE, A_301).bericht_id
    hung, released = Event(), Event()
    broken: list[object] = []
    monkeypatch.setattr("threading.excepthook", broken.append)

    def hang_once(_zending):
        if not hung.is_set():
            hung.set()
            released.wait(ENOUGH)

    transport.meanwhile = hang_once
    worker = Worker(post, alone=False, lease=timedelta(seconds=1))
    worker._threads = worker._threads[:1]  # the leases are not renewed: the database was away for a while
    worker.start()
    try:
        assert hung.wait(ENOUGH)
        assert until(lambda: status_of(post, id) == "afgeleverd")
        released.set()
        assert until(lambda: not worker._running)
    finally:
        released.set()
        worker.stop()
    assert len(transport.sent) >= 2
    assert broken == []


def test_goes_on_when_it_gets_no_more_threads(post, monkeypatch):
    refused = Event()
    worker = Worker(post, alone=False, lease=timedelta(milliseconds=200))

    def none_left(*_arguments, **_named):
        refused.set()
        raise RuntimeError("can't start new thread")

    worker.start()
    with monkeypatch.context() as full:
        full.setattr("app.hands.Thread", none_left)
        id = receive(post, BACK_OFFICE, A_301).bericht_id
        assert refused.wait(ENOUGH)
    try:
        assert until(lambda: status_of(post, id) == "afgeleverd")
        assert until(lambda: not worker._running)
    finally:
        worker.stop()


def test_folders_that_hang_hold_up_nothing_else(post, transport, tmp_path):
    released = Event()
    hanging = [f"aanbieder:{number}" for number in range(98000100, 98000112)]

    def hang_in_a_folder(zending):
        if zending.partij in hanging:
            released.wait(ENOUGH)

    transport.meanwhile = hang_in_a_folder
    for partij in hanging:
        folder = tmp_path / partij.partition(":")[2]
        folder.mkdir()
        connect(post, partij=partij, soort=AansluitingSoort.MAP, adres=str(folder))
    stuck = stored_bericht(post.storage)
    post.storage.run(lambda session: give(session, post, [(partij, stuck) for partij in hanging]))
    worker = Worker(post, alone=True)
    worker.start()
    try:
        assert until(lambda: len(transport.sent) >= 1)
        id = receive(post, BACK_OFFICE, A_301).bericht_id
        assert until(lambda: status_of(post, id) == "afgeleverd")
        assert sum(zending.partij in hanging for zending in transport.sent) <= SLOTS[Slotgroep.MAPPEN]
    finally:
        released.set()
        worker.stop()


def test_goes_on_when_the_database_was_gone(post, transport, monkeypatch):
    failed = Event()
    real = post.storage.run

    def gone(work):
        failed.set()
        raise OSError("gone")

    worker = Worker(post, alone=True)
    with monkeypatch.context() as outage:
        outage.setattr(post.storage, "run", gone)
        worker.start()
        assert failed.wait(ENOUGH)
    assert post.storage.run == real
    try:
        id = receive(post, BACK_OFFICE, A_301).bericht_id
        assert until(lambda: status_of(post, id) == "afgeleverd")
    finally:
        worker.stop()


def test_many_jobs_are_each_done_once_by_two_workers(post, transport):
    ids = [stored_bericht(post.storage) for _ in range(60)]
    post.storage.run(lambda session: give(session, post, [(PARTIJ, id) for id in ids]))
    workers = [Worker(post, alone=False) for _ in range(2)]
    for worker in workers:
        worker.start()
    try:
        assert until(lambda: len(jobs(post, JobSoort.AFLEVERING, JobStatus.GEDAAN)) == 60)
    finally:
        for worker in workers:
            worker.stop()
    assert sorted(zending.bericht_id for zending in transport.sent) == sorted(ids)
