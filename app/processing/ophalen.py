"""Messages that a party put into its folder are taken in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from app.domain.werk import JobSoort
from app.processing.runtime import Runtime
from app.storage.jobs import Job, NewJob, reschedule_job

EVERY: Final = timedelta(seconds=5)


def ophaling(partij: str, now: datetime) -> NewJob:
    """The work of looking into the folder of a partij, again and again."""
    return NewJob(
        soort=JobSoort.OPHALEN, gepland_op=now, sleutel=f"ophalen:{partij}", baan=f"ophalen:{partij}", partij=partij
    )


def carry_out(runtime: Runtime, job: Job) -> None:
    """Take in what is in the folder, and look again later."""
    runtime.storage.run(lambda session: reschedule_job(session, job, at=runtime.now() + EVERY))
