"""Named places between two steps, where a test may have the process die, stall or fail.

Nothing in the service arms them: without a listener they do nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class _Listener:
    tell: Callable[[str], None] | None = None


_listener = _Listener()


def passed(name: str) -> None:
    """The process is at this place."""
    if _listener.tell is not None:
        _listener.tell(name)


def listen(tell: Callable[[str], None] | None) -> None:
    """Hear of every place that is passed; None ends it. For tests."""
    _listener.tell = tell
