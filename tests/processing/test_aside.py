"""A large 303 is settled in a process beside the service, with the same outcome, and without it when that dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

import pytest

from app.domain.werk import JobSoort
from app.iwmo.releases import write
from app.parts import create_runtime
from app.processing import beside
from app.processing.aside import Aside, Died, Ending, Outcome, Word
from app.processing.inrichtingen import load_files
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.werk import carry_out
from app.settings import Settings
from app.storage.jobs import LeaseLost
from app.storage.outages import DatabaseUnavailable
from tests.e2e.notation import BASE
from tests.e2e.service import INRICHTING
from tests.processing.test_verwerking import A_303
from tests.processing.working import BACK_OFFICE, DECLARANT, claimed, jobs, kinds, status_of

Other = Callable[[Connection], None]


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """The service that the settings make, for which every 303 is large."""
    settings = Settings(
        database_url=database_url, data_dir=tmp_path, today=date(2019, 6, 20), direct_bytes=0, log_level="error"
    )
    runtime = create_runtime(settings)
    assert runtime.aside is not None
    load_files(runtime, [INRICHTING])
    for bericht in BASE:
        receive(runtime, BACK_OFFICE, write(bericht, "2.3"))
    yield runtime
    runtime.aside.close()
    runtime.storage.close()


class InThread:
    """A process that is none: the other side on a thread."""

    def __init__(self, other: Other, connection: int) -> None:
        self._connection = Connection(os.dup(connection))
        Thread(target=self._run, args=(other,), daemon=True).start()

    def _run(self, other: Other) -> None:
        with self._connection, suppress(EOFError, OSError):
            self._connection.recv()  # the settings
            other(self._connection)

    def kill(self) -> None:
        """Nothing to do: it hears that the connection ended."""

    def wait(self, timeout: float | None = None) -> int:
        """Over."""
        return 0


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> list[Other]:
    """What each process does that is started, in turn."""
    found: list[Other] = []
    monkeypatch.setattr(beside, "start_process", lambda _module, connection: InThread(found.pop(0), connection))
    return found


def says(*outcomes: Outcome | Word) -> Other:
    """One that says this of each job in turn, and then ends."""

    def say(connection: Connection) -> None:
        for outcome in outcomes:
            connection.recv()
            connection.send(outcome)

    return say


def settled(runtime: Runtime) -> None:
    """Have a 303 settled."""
    receive(runtime, DECLARANT, A_303)
    (job,) = claimed(runtime, JobSoort.VERWERKING)
    assert runtime.aside is not None
    runtime.aside.settle(job, turn=runtime.storage.turn)


def test_settles_what_is_large(post):
    id = receive(post, DECLARANT, A_303).bericht_id
    (job,) = claimed(post, JobSoort.VERWERKING)
    carry_out(post, job)
    assert (status_of(post, id), kinds(post, id)) == ("verwerkt", ["verwerkt"])
    assert [row.status for row in jobs(post, JobSoort.VERWERKING)] == ["gedaan"]


def test_another_is_started_when_one_had_nothing_to_do(post, others):
    others += [says(Word.LEFT), says(Outcome(Ending.DONE))]
    settled(post)
    assert others == []


@pytest.mark.parametrize(("ending", "raised"), [(Ending.LOST, LeaseLost), (Ending.UNAVAILABLE, DatabaseUnavailable)])
def test_what_it_met_is_met_here(ending, raised, post, others):
    others.append(says(Outcome(ending)))
    with pytest.raises(raised):
        settled(post)


def test_its_death_leaves_the_job_to_its_lease(post, others):
    others.append(says())
    id = receive(post, DECLARANT, A_303).bericht_id
    (job,) = claimed(post, JobSoort.VERWERKING)
    with pytest.raises(Died):
        carry_out(post, job)
    (row,) = jobs(post, JobSoort.VERWERKING)
    assert (row.status, row.lease_token, row.onverwacht) == ("open", job.token, 0)
    assert status_of(post, id) == "in-verwerking"


def test_its_errors_count_as_ours(post, others):
    others.append(says(Outcome(Ending.FAILED, "KeyError")))
    receive(post, DECLARANT, A_303)
    (job,) = claimed(post, JobSoort.VERWERKING)
    carry_out(post, job)
    (row,) = jobs(post, JobSoort.VERWERKING)
    assert (row.status, row.onverwacht, row.reden) == ("open", 1, "Onverwachte fout: KeyError.")


def test_it_writes_when_it_is_its_turn(post, others):
    seen: list[str] = []

    class Turn:
        def __enter__(self) -> None:
            seen.append("held")

        def __exit__(self, *_error: object) -> None:
            seen.append("free")

    def writes(connection: Connection) -> None:
        connection.recv()
        connection.send(Word.MY_TURN)
        assert connection.recv() is Word.MY_TURN
        seen.append("writes")
        connection.send(Word.WRITTEN)
        connection.send(Word.MY_TURN)
        connection.recv()  # and dies with it

    others.append(writes)
    receive(post, DECLARANT, A_303)
    (job,) = claimed(post, JobSoort.VERWERKING)
    assert post.aside is not None
    with pytest.raises(Died):
        post.aside.settle(job, turn=Turn())
    assert seen == ["held", "writes", "free", "held", "free"]


def test_nothing_is_started_after_the_end(post, others):
    closed = Aside(None)
    closed.close()
    post = replace(post, aside=closed)
    with pytest.raises(Died):
        settled(post)
