"""How a command that serves ends when it is told to stop."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import Final

LOOK_EVERY: Final = 0.5
"""Seconds; the signal itself ends the wait at once."""


class Leaving:
    """Whether this process was told to stop.

    The exception that says so can get lost where nobody expects one, such as in a callback that C calls while the
    service starts; what was told stays told. A plain flag: a handler that takes a lock may wait for itself.
    """

    def __init__(self) -> None:
        self.told = False

    def leave(self, _number: int, _frame: FrameType | None) -> None:
        """Hear the signal."""
        self.told = True
        sys.exit(0)

    def demand_not_told(self) -> None:
        """End with status 0 when it was."""
        if self.told:
            sys.exit(0)

    def wait(self) -> None:
        """Until it is told; raises SystemExit then, and KeyboardInterrupt."""
        while not self.told:
            time.sleep(LOOK_EVERY)


def leave_on_sigterm() -> Leaving:
    """End with status 0, and clean up on the way: the server finishes what it does, then sends itself the signal."""
    leaving = Leaving()
    signal.signal(signal.SIGTERM, leaving.leave)
    return leaving
