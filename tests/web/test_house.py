"""What a flood of logging in, or a form without end, takes from others."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Any

import pytest

from app.processing.pace import Pace
from app.processing.runtime import Runtime
from app.web.application import create_pages
from app.web.house import WAITING, WAITING_OF_ONE, House, TooBusy, Turns


def tried(turns: Turns, places: list[str | None]) -> list[str | None]:
    """Where work comes from that is let in, when nothing is done before all of it came."""
    go, busy = Event(), object()

    async def one(adres: str | None) -> object:
        try:
            return await turns.run(lambda: go.wait(120), adres)
        except TooBusy:
            return busy

    async def all_at_once() -> list[object]:
        calls = [asyncio.create_task(one(adres)) for adres in places]
        await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(*calls)

    found = asyncio.run(all_at_once())
    return [adres for adres, said in zip(places, found, strict=True) if said is not busy]


class TestTurns:
    @pytest.mark.parametrize(
        "flood", ["192.0.2.{}", "2001:db8::{:x}"], ids=["one address", "one site of many addresses"]
    )
    def test_of_one_place_leave_others_theirs(self, flood: str):
        places: list[str | None] = [flood.format(1 if "." in flood else number) for number in range(45)]
        assert tried(Turns(), [*places, "203.0.113.5"]) == [*places[:WAITING_OF_ONE], "203.0.113.5"]

    def test_are_as_many_as_there_are_in_all(self):
        places: list[str | None] = [f"192.0.2.{number}" for number in range(WAITING + 5)]
        assert tried(Turns(), places) == places[:WAITING]
        assert tried(Turns(), [None] * (WAITING + 5)) == [None] * WAITING

    def test_come_back(self):
        turns = Turns()

        async def one_after_the_other() -> list[int]:
            return [await turns.run(lambda: 1, "192.0.2.1") for _ in range(WAITING_OF_ONE * 2)]

        assert asyncio.run(one_after_the_other()) == [1] * WAITING_OF_ONE * 2


def test_a_form_does_not_take_for_ever(runtime: Runtime):
    app = create_pages(House(runtime=runtime, pace=Pace(0.01, 1_000_000)))
    answers: list[Any] = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/inloggen",
        "query_string": b"",
        "scheme": "https",
        "headers": [(b"host", b"testserver"), (b"content-type", b"application/x-www-form-urlencoded")],
    }
    sent = iter([{"type": "http.request", "body": b"n", "more_body": True}])

    async def receive() -> Any:
        for message in sent:
            return message
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        answers.append(message)

    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    assert answers[0]["status"] == 408
    assert b"<html" in answers[1]["body"]
