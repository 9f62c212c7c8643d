"""What a transaction does last: whatever others wait for until it ends, so that they wait as short as can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy.orm import Session

AT_END: Final = "at_end"


def at_end(session: Session, work: Callable[[], None]) -> None:
    """Have it done right before the commit, in the order in which it was asked; what it raises undoes everything."""
    session.info.setdefault(AT_END, []).append(work)


def finish(session: Session) -> None:
    """Do what was left for the end."""
    for work in session.info.pop(AT_END, ()):
        work()
