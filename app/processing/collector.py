"""The garbage collector stands still while a large message is read or settled.

That makes hundreds of thousands of objects that all live until it is done and form no cycles. The collector would walk
through them again and again, for a fifth of the time, to find nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from typing import Final

LARGE_BYTES: Final = 64 * 1024
"""A message that is smaller is done before the collector comes by."""


class _Pauses:
    """Who asked for a pause: it lasts until the last of them is done."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0

    def begin(self) -> None:
        with self._lock:
            self._count += 1
            gc.disable()

    def end(self) -> None:
        with self._lock:
            self._count -= 1
            if not self._count:
                gc.enable()


_PAUSES: Final = _Pauses()


@contextmanager
def collector_paused() -> Generator[None]:
    """Let nothing be collected within the block, or in the function that this decorates."""
    _PAUSES.begin()
    try:
        yield
    finally:
        _PAUSES.end()
