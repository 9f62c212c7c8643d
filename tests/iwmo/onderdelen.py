"""The parts of a message that have a place in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from app.domain.bericht import Onderdeel


def onderdelen(value: object) -> Iterator[Onderdeel]:
    """Every class in an object that has a place in the message, in order."""
    if isinstance(value, Onderdeel):
        yield value
    if isinstance(value, tuple):
        for part in value:
            yield from onderdelen(part)
    elif is_dataclass(value):
        for f in fields(value):
            yield from onderdelen(getattr(value, f.name))
