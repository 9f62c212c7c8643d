"""Many at once: the same message from many threads, two workers on one database, two services on one file."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from threading import Lock

import pytest
from sqlalchemy import select

from app.domain.werk import JobSoort
from app.storage.bericht_tables import BerichtRow
from app.storage.job_tables import JobRow
from tests.faults.client import Connection, at_once
from tests.faults.house import PARTIJEN, House, await_true
from tests.faults.invariants import check
from tests.faults.messages import chain, declaratie, toewijzing

THREADS = 20


def test_the_same_message_in_parallel(house: House, rounds: Callable[[int], int]):
    house.serve()
    for number in range(1, rounds(2) + 1):
        for message in (toewijzing(number), declaratie(number, 0), declaratie(number, 1, large=True)):
            answers: list[tuple[int, str]] = []
            lock = Lock()

            def post(_thread: int, message=message, answers=answers, lock=lock) -> None:
                with Connection(house.port, house.keys) as connection:
                    answer = connection.post(message)
                assert answer is not None
                with lock:
                    answers.append((answer[0], answer[1]["id"]))
                house.acknowledged.add(answer[1]["id"], message.body)

            at_once(THREADS, post)
            assert len({id for _, id in answers}) == 1
            assert sorted({status for status, _ in answers}) in ([200, 201], [200, 202])
            assert sum(status != 200 for status, _ in answers) == 1
    house.await_quiet()
    check(house)


class TestWorkers:
    """On PostgreSQL several share the work; on SQLite the second is refused."""

    def test_two_share_the_work(self, house: House, rounds: Callable[[int], int]):
        if house.storage.dialect != "postgresql":
            pytest.skip("on SQLite there is one worker")
        house.serve("--no-worker")
        workers = [house.work(), house.work()]
        load = house.load()
        load.start(4)
        for turn in range(rounds(4)):
            time.sleep(0.5)
            workers[turn % 2].kill()
            workers[turn % 2] = house.work()
        load.stop()
        house.await_quiet()
        check(house)

    def test_one_that_stood_still_cannot_end_what_another_took_over(self, house: House):
        if house.storage.dialect != "postgresql":
            pytest.skip("on SQLite there is one worker")
        house.serve("--no-worker")
        house.receiver.manners = lambda partij, n: "hang" if (partij, n) == (PARTIJEN["aanbieder"], 1) else "well"
        frozen = house.work(FAULT_IDLE="2")
        house.post(toewijzing(1))
        await_true(lambda: house.receiver.requests[PARTIJEN["aanbieder"]] == 1, "nothing was sent")
        frozen.freeze()
        house.work()
        house.await_quiet()
        house.receiver.closing.set()  # the hanging answer breaks off
        frozen.freeze(thaw=True)
        time.sleep(1)
        assert frozen.alive
        check(house)

    def test_one_that_stood_still_within_a_transaction_locks_up_nothing(self, house: House):
        """It holds the row of a 303 that is being settled; PostgreSQL takes it back."""
        if house.storage.dialect != "postgresql":
            pytest.skip("on SQLite there is one worker")
        house.serve("--no-worker")
        frozen = house.work(FAULT_IDLE="2", FAULT_AT="verwerking-geboekt:freeze")
        house.post(toewijzing(1), declaratie(1, 1, large=True))
        await_true(lambda: frozen.stands_still, "the failpoint was not passed")
        house.work()
        house.await_quiet()
        frozen.freeze(thaw=True)
        time.sleep(1)
        assert frozen.alive
        check(house)

    def test_a_second_service_on_one_sqlite_file_is_refused(self, house: House):
        if house.storage.dialect != "sqlite":
            pytest.skip("on PostgreSQL there may be several")
        house.serve()
        for argv in (("serve", "--port", str(house.another_port())), ("worker",)):
            second = house.launch(*argv)
            assert second.ended() == 2
            assert "Een ander proces werkt al met deze SQLite-database" in second.said()
            assert "Traceback" not in second.said()
        house.post(*chain(1))

    def test_two_services_on_postgresql(self, house: House):
        if house.storage.dialect != "postgresql":
            pytest.skip("on SQLite there is one service")
        house.serve()
        port = house.another_port()
        house.serve(port=port)
        first, second = house.load(), house.load()
        second._port = port
        first.start(2)
        second.start(2)
        time.sleep(1)
        first.stop()
        second.stop()
        house.await_quiet()
        check(house)


class TestBeside:
    """The process that settles large 303s comes and goes; the service and what it said stay."""

    @pytest.mark.parametrize("place", ["verwerking-gelezen", "verwerking-geboekt", "verwerking-klaar"])
    def test_its_death_costs_an_attempt(self, house: House, place: str):
        crashed = house.folder / "crashed"
        node = house.serve(FAULT_AT=f"{place}:crash", FAULT_ONCE=str(crashed))
        house.post(*chain(1))
        house.acknowledged.chains.append(1)
        house.await_quiet()
        assert crashed.exists()
        assert node.alive
        check(house)

    def test_it_goes_with_its_service(self, house: House):
        node = house.launch(
            "serve", "--port", str(house.port), FAULT_AT="verwerking-geboekt:orphan", FAULT_STALL="3600"
        )
        house.post_in_background(toewijzing(1), declaratie(1, 1, large=True))
        assert node.ended() == -signal.SIGKILL
        await_true(lambda: not node.left_something, "the service is gone, and what it started is not")
        house.serve()
        house.join()
        house.await_quiet()
        check(house)

    def test_it_ends_when_its_service_is_told_to_stop(self, house: House):
        node = house.serve()
        house.post(toewijzing(1), declaratie(1, 1, large=True))
        house.await_quiet()
        assert node.terminate() == 0
        await_true(lambda: not node.left_something, "the service ended, and what it started did not")


def test_poison_stops_nothing_else(house: House):
    """One 303 always fails: it ends as mislukt, with a reason that names no client, and the rest is settled."""
    poison = declaratie(1, 1, large=True)
    house.serve(FAULT_POISON="F1C1")
    (_, id) = house.post(toewijzing(1), poison)
    house.post(*chain(2), *chain(3))
    house.acknowledged.chains += [2, 3]
    house.await_quiet()
    check(house)
    with house.storage.reading() as session:
        bericht = session.get(BerichtRow, id)
        job = session.scalars(select(JobRow).where(JobRow.bericht_id == id, JobRow.soort == JobSoort.VERWERKING)).one()
    assert bericht is not None
    assert (bericht.status, job.status) == ("mislukt", "mislukt")
    assert job.reden == "Onverwachte fout: Injected."
