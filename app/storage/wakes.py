"""Whether a transaction added work, so that who does the work hears of it when it is committed."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

ADDED: Final = "work_added"


def work_added(session: Session) -> None:
    """Say that after the commit of this transaction there may be work that can begin."""
    session.info[ADDED] = True


def adds_work(session: Session) -> bool:
    """Whether that was said."""
    return ADDED in session.info
