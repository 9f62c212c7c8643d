"""What one person asked and another has to approve: at most one open request for a bericht."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, insert_or_conflict

OPEN = text("status = 'open'")


class GoedkeuringStatus(StrEnum):
    """What became of a request."""

    OPEN = "open"
    GOEDGEKEURD = "goedgekeurd"
    AFGEWEZEN = "afgewezen"
    INGETROKKEN = "ingetrokken"
    VERLOPEN = "verlopen"


class GoedkeuringRow(Base):
    """A request to try the work for a bericht again; who asked and who decided are names of credentials."""

    __tablename__ = "goedkeuring"
    __table_args__ = (
        Index("uq_goedkeuring_open", "bericht_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_goedkeuring_gemeente", "gemeente", "verloopt_op", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "bericht_id", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"))
    gemeente: Mapped[str]
    gevraagd_door: Mapped[str]
    gevraagd_op: Mapped[datetime]
    verloopt_op: Mapped[datetime]
    status: Mapped[str]
    besloten_door: Mapped[str | None]
    besloten_op: Mapped[datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goedkeuring:
    """A request, and the decision on it once that was taken."""

    id: str
    bericht_id: str
    gemeente: str
    gevraagd_door: str
    gevraagd_op: datetime
    verloopt_op: datetime
    status: str = GoedkeuringStatus.OPEN
    besloten_door: str | None = None
    besloten_op: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be decided on."""
        return self.status == GoedkeuringStatus.OPEN and now < self.verloopt_op


def add_goedkeuring(session: Session, *, new: Goedkeuring, now: datetime) -> bool:
    """Keep a request; False when the bericht has an open one: then nothing changes. What is over makes room."""
    over = (GoedkeuringRow.bericht_id == new.bericht_id, GoedkeuringRow.verloopt_op <= now)
    session.execute(
        update(GoedkeuringRow)
        .where(*over, GoedkeuringRow.status == GoedkeuringStatus.OPEN)
        .values(status=GoedkeuringStatus.VERLOPEN)
    )
    added = insert_or_conflict(session, GoedkeuringRow).values(asdict(new)).on_conflict_do_nothing()
    return session.execute(added.returning(GoedkeuringRow.id)).scalar_one_or_none() is not None


def decide_goedkeuring(
    session: Session, *, id: str, status: GoedkeuringStatus, door: str, now: datetime
) -> Goedkeuring | None:
    """Decide on a request that is open; None when it is not, or not any more. Of any number of decisions one counts."""
    decided = session.execute(
        update(GoedkeuringRow)
        .where(
            GoedkeuringRow.id == id,
            GoedkeuringRow.status == GoedkeuringStatus.OPEN,
            GoedkeuringRow.verloopt_op > now,
        )
        .values(status=status, besloten_door=door, besloten_op=now)
        .returning(GoedkeuringRow.id)
    ).scalar_one_or_none()
    return None if decided is None else find_goedkeuring(session, id=decided)


def find_goedkeuring(session: Session, *, id: str) -> Goedkeuring | None:
    """The request with this id."""
    row = session.get(GoedkeuringRow, id, populate_existing=True)
    return _record(row) if row else None


def newest_goedkeuring(session: Session, *, bericht_id: str) -> Goedkeuring | None:
    """The last request for a bericht."""
    query = select(GoedkeuringRow).where(GoedkeuringRow.bericht_id == bericht_id)
    row = session.scalars(query.order_by(GoedkeuringRow.id.desc()).limit(1)).one_or_none()
    return _record(row) if row else None


def open_goedkeuringen(
    session: Session, *, gemeenten: Collection[str], not_of: str, now: datetime, limit: int
) -> list[Goedkeuring]:
    """At most `limit` open requests of the gemeenten that somebody else made, those that end first in front."""
    query = select(GoedkeuringRow).where(
        GoedkeuringRow.gemeente.in_(sorted(gemeenten)),
        GoedkeuringRow.status == GoedkeuringStatus.OPEN,
        GoedkeuringRow.verloopt_op > now,
        func.lower(GoedkeuringRow.gevraagd_door) != not_of.lower(),
    )
    return [_record(row) for row in session.scalars(query.order_by(GoedkeuringRow.verloopt_op).limit(limit))]


def _record(row: GoedkeuringRow) -> Goedkeuring:
    return Goedkeuring(**{name: getattr(row, name) for name in Goedkeuring.__dataclass_fields__})
