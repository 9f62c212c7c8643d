"""Lanes of work: what hangs or fails together rests together, and holds up nobody else.

Every question is asked per lane: thousands of jobs behind a party that is away are never walked through.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, delete, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app.domain.werk import GEEN_BAAN, Slotgroep, baan_rust, slotgroep
from app.storage.columns import UtcDateTime, insert_or_conflict
from app.storage.job_tables import JobBaanRow, JobRow
from app.storage.prepared import Prepared

AT_ONCE_PER_BAAN: Final = 8
AT_ONCE_PER_MAP: Final = 1  # a folder that hangs, hangs for all that goes there
AT_ONCE_WHILE_FAILING: Final = 1

Moment: TypeAlias = datetime | BindParameter[datetime]

IS_OPEN: Final[ColumnElement[bool]] = JobRow.status == literal_column("'open'")  # literal: the indexes are on open jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class DueBaan:
    """A lane with work that may begin: since when that could, and how many more jobs it may have at once.

    `ruimte` None: as many as there are.
    """

    baan: str
    sinds: datetime
    ruimte: int | None


def due_banen(session: Session, *, now: datetime) -> list[DueBaan]:
    """The lanes with work that may begin now, who waits longest first; a lane that rests or is full is not there."""
    found: list[DueBaan] = []
    rows: Iterable[tuple[str, datetime, datetime | None, int]] = _BANEN.rows(session, {"now": now})
    for baan, head, rust_tot, busy in rows:
        most = _at_once(baan, failing=rust_tot is not None)
        ruimte = None if most is None else most - busy
        sinds = max(head, rust_tot or head)
        if sinds <= now and (ruimte is None or ruimte > 0):
            found.append(DueBaan(baan=baan, sinds=sinds, ruimte=ruimte))
    return sorted(found, key=lambda lane: (lane.sinds, lane.baan))


def rest_baan(
    session: Session, *, baan: str, now: datetime, whole: bool = True, asked: timedelta | None = None
) -> None:
    """Leave a lane alone for a while after a failure, and then try it with one job until something arrives.

    It rests longer each time that the `whole` lane failed; shortly after a failure that may be of one message.
    `asked` is how long the other side asked to wait. What failed while the lane rested already counts no more.
    """
    if baan == GEEN_BAAN:
        return
    row = session.get(JobBaanRow, baan, with_for_update=True, populate_existing=True)
    before = row.mislukt if row else 0
    rests = row is not None and row.rust_tot > now
    mislukt = before if rests else before + 1 if whole else 1
    until = now + baan_rust(mislukt if whole else 1, asked=asked)
    if row is None:
        new = insert_or_conflict(session, JobBaanRow).values(baan=baan, rust_tot=until, mislukt=mislukt)
        session.execute(new.on_conflict_do_nothing())
    elif not rests or asked:
        row.rust_tot, row.mislukt = max(row.rust_tot, until), mislukt


def clear_baan(session: Session, *, baan: str) -> None:
    """Something arrived: whatever waits in the lane may go at once."""
    clear_banen(session, banen=[baan])


def clear_banen(session: Session, *, banen: Collection[str]) -> None:
    """Something arrived in each of these lanes."""
    _CLEARING.tell(session, [{"lane": baan} for baan in sorted(banen)])


def leased(now: Moment) -> ColumnElement[bool]:
    """Whether somebody works on a job."""
    return and_(JobRow.lease_tot.is_not(None), JobRow.lease_tot > now)


def due_and_free(now: Moment) -> tuple[ColumnElement[bool], ...]:
    """Whether the moment of a job has come and nobody works on it."""
    free = or_(JobRow.lease_tot.is_(None), JobRow.lease_tot <= now)
    return IS_OPEN, JobRow.gepland_op <= now, free


def due_groepen(session: Session, *, now: datetime) -> frozenset[Slotgroep]:
    """The groups of slots for which a claim may find something; a cheap question that locks nothing."""
    return frozenset(slotgroep(lane.baan) for lane in due_banen(session, now=now))


def oldest_due(session: Session, *, now: datetime) -> datetime | None:
    """Since when the oldest job could have begun that nobody works on; None when nothing waits.

    What waits for a lane that rests is not due; after the rest it is, since the rest ended.
    """
    return min((lane.sinds for lane in due_banen(session, now=now)), default=None)


def _lanes_with_work(_dialect: str) -> Select[Any, Any, Any, Any]:
    """Every lane with work that is due and free: since when its oldest is, until when it rests, how many are done."""
    now = bindparam("now", type_=UtcDateTime())
    # From one lane straight to the next in the index, instead of past every job of each.
    lanes = select(func.min(JobRow.baan).label("baan")).where(IS_OPEN).cte("banen", recursive=True)
    following = select(func.min(JobRow.baan)).where(IS_OPEN, JobRow.baan > lanes.c.baan).scalar_subquery()
    lanes = lanes.union_all(select(following).where(lanes.c.baan.is_not(None)))
    due = select(JobRow.gepland_op).where(JobRow.baan == lanes.c.baan, *due_and_free(now))
    head = due.order_by(JobRow.gepland_op).limit(literal_column("1")).scalar_subquery()
    busy = select(func.count()).where(JobRow.baan == lanes.c.baan, IS_OPEN, leased(now)).scalar_subquery()
    heads = select(lanes.c.baan, head.label("head"), busy.label("busy")).where(lanes.c.baan.is_not(None)).subquery()
    query = select(heads.c.baan, heads.c.head, JobBaanRow.rust_tot, heads.c.busy)
    return query.outerjoin(JobBaanRow, JobBaanRow.baan == heads.c.baan).where(heads.c.head.is_not(None))


_CLEARING: Final = Prepared(lambda _dialect: delete(JobBaanRow).where(JobBaanRow.baan == bindparam("lane")))
_BANEN: Final = Prepared(_lanes_with_work)


def _at_once(baan: str, *, failing: bool) -> int | None:
    match slotgroep(baan):
        case Slotgroep.REKENEN | Slotgroep.VERWERKEN:
            return None
        case Slotgroep.MAPPEN:
            return AT_ONCE_PER_MAP
        case Slotgroep.VERZENDEN:
            return AT_ONCE_WHILE_FAILING if failing else AT_ONCE_PER_BAAN
