"""Giving messages to parties: into the postbus, and on their way to who is reached otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.aflevering import Aansluiting
from app.domain.werk import JobSoort
from app.processing.runtime import Runtime
from app.storage.aansluitingen import aansluitingen_of
from app.storage.at_end import at_end
from app.storage.jobs import NewJob, add_jobs
from app.storage.postbus import put_all_in_postbus


def give(session: Session, runtime: Runtime, items: Iterable[tuple[str, str]]) -> None:
    """Give (partij, bericht id) pairs to their parties, at the end of the transaction of the session.

    Once a transaction: the postbuses are locked in order of partij, so that no two transactions wait for each other.
    """
    given = list(items)
    at_end(session, lambda: _give(session, runtime, given))


def _give(session: Session, runtime: Runtime, given: Sequence[tuple[str, str]]) -> None:
    put_all_in_postbus(session, given)
    elsewhere = aansluitingen_of(session, partijen={partij for partij, _ in given})
    now = runtime.now()
    jobs = [aflevering(elsewhere[partij], bericht_id, now) for partij, bericht_id in given if partij in elsewhere]
    add_jobs(session, jobs, now=now)


def aflevering(aansluiting: Aansluiting, bericht_id: str, now: datetime) -> NewJob:
    """The work of bringing a bericht to a partij."""
    partij = aansluiting.partij
    return NewJob(
        soort=JobSoort.AFLEVERING,
        gepland_op=now,
        sleutel=aflevering_sleutel(partij, bericht_id),
        baan=aansluiting.baan,
        partij=partij,
        bericht_id=bericht_id,
    )


def aflevering_sleutel(partij: str, bericht_id: str) -> str:
    """What one open job may have: a bericht is brought to a partij by one worker."""
    return f"aflevering:{partij}:{bericht_id}"
