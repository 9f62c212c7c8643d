"""A job that fails comes back later, or is given up: its bericht shows why, and an operator may try again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.delivery.transport import Later
from app.domain.aflevering import GebeurtenisSoort
from app.domain.bericht import BerichtStatus
from app.domain.werk import Oorzaak, Opgegeven, vervolg
from app.storage.accepted import feiten_of
from app.storage.berichten import set_status
from app.storage.gebeurtenissen import Gebeurtenis, add_gebeurtenissen
from app.storage.job_banen import rest_baan
from app.storage.jobs import Job, fail_job, postpone_job

UNFINISHED: Final = frozenset({BerichtStatus.IN_VERWERKING, BerichtStatus.TE_VERZENDEN, BerichtStatus.VERZONDEN})
LONGEST_WAIT: Final = timedelta(hours=4)


def try_later(session: Session, job: Job, later: Later, *, now: datetime) -> bool:
    """Have a delivery tried again and its lane rest for a while; False when it was given up. Raises LeaseLost."""
    failed = job.pogingen - job.onverwacht - job.afgebroken
    following = vervolg(Oorzaak.ONTVANGER, pogingen=failed, gemaakt_op=job.gemaakt_op, now=now)
    if isinstance(following, Opgegeven):
        give_up(session, job, f"Na vijf dagen opgegeven. {later.reden}", now=now)
        return False
    at = now + min(max(following.wacht, later.wacht or timedelta()), LONGEST_WAIT)
    postpone_job(session, job, at=at, reden=later.reden)
    rest_baan(session, baan=job.baan, now=now, whole=later.whole_lane, asked=later.wacht if later.whole_lane else None)
    return True


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
