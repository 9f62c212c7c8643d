"""How many bytes of bodies are in memory at once, at both doors."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.ggk.reading import GewoneFault
from app.ggk.writing import CONTENT_TYPE
from app.iwmo.releases import write
from app.processing.room import LARGE, LARGE_AT_ONCE, PARTS, SMALL, NoRoom, Room
from app.processing.runtime import Runtime
from tests.builders import GEMEENTE, a_declaratie, a_toewijzingsbericht
from tests.e2e.service import ADAPTER, Clock, Service, serving
from tests.processing.ggk_envelopen import answer_in, di01, soap

MESSAGE = write(a_toewijzingsbericht(), "2.3")
ENVELOPE = soap(di01(write(a_declaratie(), "2.3")))
LIMIT = 100


class TestRoom:
    @given(sizes=st.lists(st.integers(0, 60), max_size=8))
    def test_is_never_overfull(self, sizes: list[int]):
        room, shares = Room(LIMIT, small=0), []
        with_all = [room.share(str(number)) for number in range(len(sizes))]
        for opened, size in zip(with_all, sizes, strict=True):
            share = opened.__enter__()
            try:
                share.grow_to(size)
                shares.append(size)
            except NoRoom:
                assert sum(shares) + size > LIMIT
            assert room.used == sum(shares) <= LIMIT
        for opened in with_all:
            opened.__exit__(None, None, None)
        assert room.used == 0

    def test_is_there_for_one_however_large(self):
        room = Room(LIMIT, small=0)
        with room.share("alone") as alone:
            alone.grow_to(LIMIT * 2)
            with pytest.raises(NoRoom), room.share("other") as other:
                other.grow_to(1)
        assert room.used == 0

    def test_is_taken_once_for_what_was_announced(self):
        room = Room(LIMIT, small=0)
        with room.share("one") as share:
            for size in (80, 10, 80):
                share.grow_to(size)
            assert room.used == 80

    def test_is_for_one_credential_a_part(self):
        room = Room(LIMIT, small=0)
        with room.share("one") as first, room.share("one") as second, room.share("other") as other:
            first.grow_to(LIMIT // PARTS - 1)
            second.grow_to(1)
            with pytest.raises(NoRoom):
                second.grow_to(2)
            other.grow_to(LIMIT - LIMIT // PARTS)
            assert room.used == LIMIT
        assert (room.used, len(room.held)) == (0, 0)

    def test_is_for_one_message_of_a_credential_however_large(self):
        room = Room(LIMIT, small=0)
        with room.share("other") as other, room.share("one") as one:
            other.grow_to(1)
            one.grow_to(LIMIT - 1)

    def test_is_not_needed_by_what_is_small(self):
        room = Room(LIMIT, small=10)
        with room.share("others") as others, room.share("one") as one:
            others.grow_to(LIMIT)
            one.grow_to(10)
            assert room.used == LIMIT
            with pytest.raises(NoRoom):
                one.grow_to(11)

    @pytest.mark.parametrize(("size", "most"), [(LARGE + 1, LARGE_AT_ONCE), (LARGE, 5)])
    def test_large_bodies_take_turns(self, size: int, most: int):
        room, working, seen = Room(LARGE * 40), 0, []

        async def work() -> None:
            nonlocal working
            with room.share(str(len(seen))) as share:
                share.grow_to(size)
                async with share.turn():
                    working += 1
                    seen.append(working)
                    await asyncio.sleep(0)
                    working -= 1

        async def all_at_once() -> None:
            await asyncio.gather(*(work() for _ in range(5)))

        asyncio.run(all_at_once())
        assert max(seen) == most


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    """The room of the service."""
    made = Room(20_000, small=0)
    monkeypatch.setattr("app.main.Room", lambda _limit: made)
    return made


@pytest.fixture
def narrow(room: Room, sqlite_runtime: Runtime, clock: Clock) -> Iterator[Service]:
    """A service with room for a few of the messages."""
    with serving(sqlite_runtime, clock) as service:
        yield service


def post(service: Service, body: Any, **headers: str) -> Any:
    """The answer to a bericht."""
    sent = {"Content-Type": "application/xml", **headers}
    return service.request("POST", "/v1/berichten", as_=GEMEENTE, content=body, headers=sent)


def bring(service: Service, body: Any) -> Any:
    """The answer to an envelope."""
    headers = {"Content-Type": CONTENT_TYPE}
    return service.request("POST", "/soap/ggk0210", as_=ADAPTER, content=body, headers=headers)


def in_parts(body: bytes) -> Any:
    """A body that does not say how large it is."""
    return (body[at : at + 1000] for at in range(0, len(body), 1000))


class TestDoors:
    @pytest.fixture
    def busy(self, narrow: Service, room: Room) -> Iterator[Service]:
        """The service while others have all the room."""
        with room.share("others") as others:
            others.grow_to(room.limit)
            yield narrow

    @pytest.mark.parametrize("sent", [bytes, in_parts], ids=["announced", "in parts"])
    def test_a_bericht_is_asked_to_come_back(self, sent, busy: Service):
        answer = post(busy, sent(MESSAGE))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/te-druk"

    @pytest.mark.parametrize("sent", [bytes, in_parts], ids=["announced", "in parts"])
    def test_an_envelope_is_asked_to_come_back(self, sent, busy: Service):
        answer = bring(busy, sent(ENVELOPE))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer_in(answer.content) == GewoneFault(client=False)

    def test_let_a_small_bericht_in(self, busy: Service, room: Room):
        room.small = SMALL
        assert post(busy, MESSAGE).status_code == 201
        assert bring(busy, ENVELOPE).status_code == 200

    def test_give_nothing_to_what_is_announced_and_not_sent(self, narrow: Service, room: Room):
        assert isinstance(narrow.client, TestClient)
        asyncio.run(_idle(narrow, room))
        assert room.used == 0

    def test_give_back_what_they_took(self, narrow: Service, room: Room):
        for _ in range(3):
            assert post(narrow, MESSAGE).status_code in {200, 201}
            assert post(narrow, b"<x/>" + b" " * 10_000).status_code == 400
            assert bring(narrow, ENVELOPE).status_code == 200
            assert bring(narrow, b"<x/>").status_code == 500
        assert room.used == 0


async def _idle(service: Service, room: Room) -> None:
    """Bodies of which one byte comes; meanwhile another is let in."""
    stuck, seen, answers = asyncio.Event(), [], []
    headers = {
        "authorization": f"Bearer {service.key(GEMEENTE)}",
        "content-type": "application/xml",
        "content-length": str(room.limit),
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/berichten",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    def caller() -> Any:
        sent = iter([{"type": "http.request", "body": b"<", "more_body": True}])

        async def receive() -> Any:
            for message in sent:
                return message
            seen.append(room.used)
            await stuck.wait()
            return {"type": "http.disconnect"}

        return receive

    async def send(message: Any) -> None:
        answers.append(message)

    calls = [asyncio.create_task(service.client.app(dict(scope), caller(), send)) for _ in range(6)]  # type: ignore[union-attr]
    while len(seen) < len(calls):
        assert not any(call.done() for call in calls), answers
        await asyncio.sleep(0.001)
    assert max(seen) <= len(calls)
    with room.share("other") as share:
        share.grow_to(room.limit - len(calls))
    stuck.set()
    await asyncio.gather(*calls, return_exceptions=True)
