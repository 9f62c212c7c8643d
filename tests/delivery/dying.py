"""A process that is killed, or a disk that fails, at a chosen step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

STEPS = ("listdir", "open", "fsync", "mkdir", "rename", "unlink")


class Killed(BaseException):
    """What a dead process sees: nothing of it goes on, also not what cleans up."""


@contextmanager
def watched(before: Callable[[int, str], None]) -> Iterator[list[str]]:
    """Calls `before` with number and name of each call to the file system; gives the names of those made so far."""
    made: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, _watching(name, getattr(os, name), made, before))
        yield made


def killed_at(step: int) -> Callable[[int, str], None]:
    """Dead from this call on."""

    def before(number: int, _name: str) -> None:
        if number >= step:
            raise Killed

    return before


def failing_at(step: int, error: int) -> Callable[[int, str], None]:
    """This one call fails."""

    def before(number: int, _name: str) -> None:
        if number == step:
            raise OSError(error, os.strerror(error), "/een/pad/met/999900006.xml")

    return before


def _watching(name: str, original: Any, made: list[str], before: Callable[[int, str], None]) -> Any:
    def call(*arguments: Any, **named: Any) -> Any:
        made.append(name)
        before(len(made) - 1, name)
        return original(*arguments, **named)

    return call
