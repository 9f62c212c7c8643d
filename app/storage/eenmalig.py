"""What works once: used up in the transaction that acts on it, and remembered for as long as it could come again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, insert_or_conflict


class EenmaligRow(Base):
    """Something that was used; of what it is only a SHA-256."""

    __tablename__ = "eenmalig"

    kenmerk: Mapped[str] = mapped_column(primary_key=True)
    verloopt_op: Mapped[datetime] = mapped_column(index=True)


def use_once(session: Session, *, kenmerk: str, verloopt_op: datetime, now: datetime) -> bool:
    """Use something up that is of no use after `verloopt_op`; False when it was used before."""
    session.execute(delete(EenmaligRow).where(EenmaligRow.verloopt_op < now))
    used = session.execute(
        insert_or_conflict(session, EenmaligRow)
        .values(kenmerk=kenmerk, verloopt_op=verloopt_op)
        .on_conflict_do_nothing()
        .returning(EenmaligRow.kenmerk)
    )
    return used.scalar_one_or_none() is not None
