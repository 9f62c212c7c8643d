"""A job is given up: its bericht shows why, and an operator may have it tried again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.storage.accepted import feiten_of
from app.storage.berichten import set_status
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.jobs import Job, fail_job

UNFINISHED: Final = frozenset({BerichtStatus.IN_VERWERKING, BerichtStatus.TE_VERZENDEN, BerichtStatus.VERZONDEN})


def give_up(session: Session, job: Job, reden: str, *, now: datetime) -> None:
    """End the job as failed, for a reason that people can read; raises LeaseLost."""
    fail_job(session, job, reden=reden, now=now)
    if job.bericht_id is None:
        return
    if feiten_of(session, id=job.bericht_id, lock=True).status in UNFINISHED:
        set_status(session, id=job.bericht_id, status=BerichtStatus.MISLUKT)
    gebeurtenis = Gebeurtenis(
        bericht_id=job.bericht_id,
        moment=now,
        soort=GebeurtenisSoort.MISLUKT,
        partij=job.partij,
        poging=job.pogingen,
        reden=reden,
    )
    add_gebeurtenissen(session, [gebeurtenis])
