"""Clients in a 303 who have no toewijzing of its aanbieder: who names many of them may be guessing at who is a client.

RC-8004 tells of any client of the gemeente whether a birth date is the right one (details.md 25).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.declaratie import AangebodenDeclaratie, Declaratie
from app.domain.principal import Principal
from app.processing.runtime import Runtime
from app.storage.outages import DatabaseUnavailable
from app.storage.toewijzingen import known_bsns


def demand_few(session: Session, runtime: Runtime, principal: Principal, declaratie: Declaratie) -> None:
    """Count those of a message on trial as searches for a bsn; raises TooManyRequests."""
    runtime.tempo.foreign_bsns(principal, _vreemden(session, declaratie))


def watch(runtime: Runtime, declaratie: Declaratie | AangebodenDeclaratie) -> None:
    """Count those of a message that was taken in, to warn who runs the service."""
    try:
        with runtime.storage.reading() as session:
            found = _vreemden(session, declaratie)
    except DatabaseUnavailable:
        return  # the message is kept, and its sender has to hear so
    runtime.tempo.watch_foreign_bsns(declaratie.header.aanbieder, found)


def _vreemden(session: Session, declaratie: Declaratie | AangebodenDeclaratie) -> int:
    header, named = declaratie.header, declaratie.bsns
    return len(named - known_bsns(session, gemeente=header.gemeente, aanbieder=header.aanbieder, bsns=named))
