"""A large 303 is read by a process beside the service as it comes in, with the same outcome as without it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from app import skimming
from app.domain.bericht import BerichtStatus
from app.domain.principal import Principal, Rol
from app.domain.refusals import RejectedBericht, SenderNotAllowed, UnreadableBericht
from app.iwmo.releases import write
from app.iwmo.xsd import LARGEST_WHOLE
from app.main import OWN_SCHEMAS
from app.parts import create_runtime
from app.processing import beside, skimmer
from app.processing import receive as receiving
from app.processing.inrichtingen import load_files
from app.processing.logboek import clients_in
from app.processing.receive import receive
from app.processing.runtime import Runtime
from app.processing.skimmer import Skimmer, Told
from app.settings import Settings
from app.storage.berichten import get_bericht
from app.storage.logboek import bsns_of_berichten
from app.storage.logboek_tables import LogboekClientRow, LogboekRow
from app.storage.zicht import Zicht
from tests.builders import BSN_X, GEMEENTE, OTHER_AANBIEDER, P1
from tests.e2e.notation import BASE, D, line, message_303
from tests.e2e.service import INRICHTING, drain
from tests.processing.test_aside import InThread, Other
from tests.processing.working import BACK_OFFICE, DECLARANT, status_of

LINES = [line(f"R{n}", 1001, P1, 1, 100, D(100)) for n in range(120)]
A_303 = write(message_303("F1", P1, "2019-06-20", *LINES), "2.3")
OTHER_303 = A_303.replace(b">F1<", b">F2<").replace(b">R1", b">S1")
NOT_VALID = A_303.replace(b">82<", b">99<", 1)
TOO_LATE = A_303.replace(b"2019-", b"12019-")
CUT_OFF = A_303[:-100]
MINE = Zicht(gemeenten=frozenset({GEMEENTE}))
SAME = ("soort", "release", "richting", "status", "afzender", "ontvanger", "identificatie", "dagtekening", "findings")


@pytest.fixture
def post(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    """The service that the settings make; what is larger than LARGEST_WHOLE is large."""
    settings = Settings(
        database_url=database_url, data_dir=tmp_path, today=date(2019, 6, 20), direct_bytes=0, log_level="error"
    )
    runtime = create_runtime(settings)
    load_files(runtime, [INRICHTING])
    for bericht in BASE:
        receive(runtime, BACK_OFFICE, write(bericht, "2.3"))
    yield runtime
    for process in (runtime.aside, runtime.skimmer):
        assert process is not None
        process.close()
    runtime.storage.close()


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> list[Other]:
    """What each process does that is started, in turn; no other may be."""
    found: list[Other] = []

    def start(_module: str, connection: int) -> InThread:
        return InThread(found.pop(0) if found else pytest.fail("a process was started"), connection)

    monkeypatch.setattr(beside, "start_process", start)
    return found


def without(runtime: Runtime) -> Runtime:
    return replace(runtime, skimmer=None)


def kept(runtime: Runtime, id: str) -> dict[str, Any]:
    with runtime.storage.reading() as session:
        record = asdict(get_bericht(session, id=id, zicht=MINE))
    return {name: record[name] for name in SAME}


def never_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "recognise", lambda *_: pytest.fail("it was read by who receives it"))


def reads(connection: Connection, *, messages: int = 1) -> None:
    """The other side as it is, for so many messages."""
    schemas = skimming.Schemas.load(OWN_SCHEMAS)
    for _ in range(messages):
        connection.send(skimming._skimmed(connection, schemas))


def dies(connection: Connection) -> None:
    """One that is gone after the first piece."""
    connection.recv_bytes()


def test_it_is_read_beside_and_settled_as_any(post: Runtime, monkeypatch: pytest.MonkeyPatch):
    assert len(A_303) > LARGEST_WHOLE
    with monkeypatch.context() as patched:
        never_read_here(patched)
        id = receive(post, DECLARANT, A_303).bericht_id
        assert receive(post, DECLARANT, A_303).bericht_id == id
    assert status_of(post, id) == BerichtStatus.IN_VERWERKING
    other = receive(without(post), DECLARANT, OTHER_303).bericht_id
    assert kept(post, id) | {"identificatie": "F2"} == kept(post, other)
    drain(post)
    assert status_of(post, id) == status_of(post, other) == BerichtStatus.VERWERKT


@pytest.mark.parametrize(
    ("body", "refusal"),
    [(NOT_VALID, RejectedBericht), (TOO_LATE, RejectedBericht), (CUT_OFF, UnreadableBericht)],
    ids=["not valid", "a year that cannot be meant", "cut off"],
)
def test_what_is_refused_is_refused_with_the_same_findings(
    body: bytes, refusal: type[Exception], post: Runtime, others
):
    others.append(partial(reads))
    with pytest.raises(refusal) as beside_us:
        receive(post, DECLARANT, body)
    with pytest.raises(refusal) as here:
        receive(without(post), DECLARANT, body)
    assert others == []
    assert beside_us.value.findings == here.value.findings != ()  # pyright: ignore[reportAttributeAccessIssue]


def test_what_is_small_is_read_here(post: Runtime, others):
    assert receive(post, DECLARANT, write(message_303("F9", P1, "2019-06-20", LINES[0]), "2.3")).is_new


@pytest.mark.parametrize("deaths", [1, 2, 3])
def test_its_death_costs_nobody_anything(deaths: int, post: Runtime, others):
    others += [dies] * deaths + [partial(reads)]
    assert receive(post, DECLARANT, A_303).is_new
    assert len(others) == max(deaths - 1, 0)


def test_an_error_that_nobody_foresaw_is_met_here(post: Runtime, others, monkeypatch: pytest.MonkeyPatch):
    errors, skim = [KeyError()], skimming.skim

    def fails_once(*given: Any) -> Any:
        if errors:
            raise errors.pop()
        return skim(*given)

    monkeypatch.setattr(skimming, "skim", fails_once)
    others.append(partial(reads, messages=2))
    assert receive(post, DECLARANT, A_303).is_new
    never_read_here(monkeypatch)
    assert receive(post, DECLARANT, OTHER_303).is_new


def says_no_pickle(connection: Connection) -> None:
    hears(connection)
    connection.send_bytes(b"no pickle")


def is_silent(connection: Connection) -> None:
    hears(connection)
    connection.poll(None)


def hears(connection: Connection) -> None:
    while connection.recv_bytes():
        pass


@pytest.mark.parametrize("other", [says_no_pickle, is_silent])
def test_one_that_fails_is_given_up_and_the_next_is_new(
    other: Other, post: Runtime, others, monkeypatch: pytest.MonkeyPatch
):
    others += [other, partial(reads)]
    with monkeypatch.context() as patched:
        patched.setattr(skimmer, "PATIENCE", 0.05)
        assert receive(post, DECLARANT, A_303).is_new
    never_read_here(monkeypatch)
    assert receive(post, DECLARANT, OTHER_303).is_new
    assert others == []


def test_what_is_no_303_does_not_go_there(post: Runtime, others):
    with pytest.raises(UnreadableBericht):
        receive(post, DECLARANT, b"x" * (LARGEST_WHOLE + 1))


def test_the_message_of_another_is_refused_as_ever(post: Runtime, others, monkeypatch: pytest.MonkeyPatch):
    others.append(partial(reads))
    never_read_here(monkeypatch)
    stranger = Principal(key_id="b", rol=Rol.AANBIEDER, aanbieders=frozenset({OTHER_AANBIEDER}))
    with pytest.raises(SenderNotAllowed):
        receive(post, stranger, A_303)


def test_whom_it_is_about_is_kept_written_down_and_counted(post: Runtime, others, monkeypatch: pytest.MonkeyPatch):
    others.append(partial(reads))
    watched: list[frozenset[str]] = []
    monkeypatch.setattr(receiving, "watch", lambda _runtime, declaratie: watched.append(declaratie.bsns))
    id = receive(post, DECLARANT, A_303).bericht_id
    with post.storage.reading() as session:
        assert bsns_of_berichten(session, ids=[id]) == {BSN_X}
        regel = select(LogboekRow.id).where(LogboekRow.object_id == id)
        clients = session.scalars(select(LogboekClientRow.client).where(LogboekClientRow.logboek_id.in_(regel))).all()
    assert watched == [{BSN_X}]
    assert list(clients) == clients_in(post, [BSN_X])


def told(**digests: str) -> Told:
    return Told(OWN_SCHEMAS, {**skimming.Schemas.load(OWN_SCHEMAS).digests(), **digests})


def test_nothing_is_started_after_the_end():
    closed = Skimmer(told())
    closed.close()
    assert closed.skim(A_303) is None


@pytest.mark.parametrize(
    ("said", "is_read"),
    [
        (told(), True),
        (told(**{"2.3/WMO303.xsd": "another"}), False),
        (Told(Path("gone"), told().digests), False),
    ],
    ids=["the same", "others", "gone"],
)
def test_it_says_nothing_with_other_schemas(said: Told, is_read: bool):
    ours, theirs = beside.socketpair()
    with ours, theirs, Connection(os.dup(ours.fileno())) as connection:
        Thread(target=work_until_it_ends, args=(Connection(os.dup(theirs.fileno())),), daemon=True).start()
        connection.send(said)
        for piece in (A_303, b""):
            connection.send_bytes(piece)
        assert (connection.recv() is not None) == is_read


def work_until_it_ends(connection: Connection) -> None:
    with connection, suppress(EOFError, OSError):
        skimming.work_for(connection)


def test_it_ends_when_it_is_asked_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(skimming, "KEPT", 0.01)
    ours, theirs = beside.socketpair()
    with ours, theirs, Connection(os.dup(ours.fileno())) as connection:
        thread = Thread(target=work_until_it_ends, args=(Connection(os.dup(theirs.fileno())),), daemon=True)
        thread.start()
        connection.send(told())
        thread.join(60)
        assert not thread.is_alive()
