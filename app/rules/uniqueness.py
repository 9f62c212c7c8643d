"""What occurs more than once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def repeated(things: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[T]:
    """The things whose key an earlier one had, in order; a key of None never counts.

    >>> list(repeated(["Aa", "b", "A", "", ""], key=lambda word: word[:1] or None))
    ['A']
    """
    seen: set[Hashable] = set()
    for thing in things:
        value = key(thing)
        if value is None:
            continue
        if value in seen:
            yield thing
        seen.add(value)
