"""What holds for any bytes that arrive as JSON: the first says for which endpoint, the others are the body."""

from __future__ import annotations

import asyncio
from functools import cache
from types import SimpleNamespace
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from app.api.berichten import Zoekvraag
from app.api.body import json_object
from app.api.budgetberekeningen import BudgetvraagIn
from app.api.invalid_input import invalid_parts
from app.api.shapes import Shape
from app.api.toekenningen import ToekenningIn
from app.api.wijzigingen import BeeindigIn, SplitsIn, WijzigIn
from app.domain.refusals import TooLarge
from app.processing.pace import Pace
from tests.fuzz.words import not_own

SHAPES: tuple[type[Shape], ...] = (Zoekvraag, BudgetvraagIn, ToekenningIn, SplitsIn, WijzigIn, BeeindigIn)
OF_SHAPE = ("vraag", "toekenning", "grondslag")
"""What a shape is turned into."""


def check_json(data: bytes) -> None:
    """The shape and what it stands for, or a refusal whose texts are ours."""
    shape = SHAPES[data[0] % len(SHAPES)] if data else SHAPES[0]
    try:
        found = _loop().run_until_complete(json_object(_request(data[1:]), shape))
    except TooLarge:
        return
    except RequestValidationError as refusal:
        assert refusal.__cause__ is None
        for part in invalid_parts(refusal.errors()):
            assert part.melding.isprintable()
            assert not not_own(f"{part.pad} {part.melding}")
        return
    for name in OF_SHAPE:
        getattr(found, name, None)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def _request(body: bytes) -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    app = SimpleNamespace(state=SimpleNamespace(pace=Pace(60, 1)))
    headers = [(b"content-type", b"application/json")]
    return Request({"type": "http", "method": "POST", "headers": headers, "app": app}, receive)
