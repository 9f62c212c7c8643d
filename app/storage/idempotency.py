"""Answers by Idempotency-Key, so that a request that is repeated does nothing twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, insert_or_conflict

KEPT: Final = timedelta(days=2)  # promised are 24 hours


class IdempotencyKeyRow(Base):
    """A key of a party, the SHA-256 of the request that used it, and what was answered."""

    __tablename__ = "idempotency_key"

    partij: Mapped[str] = mapped_column(primary_key=True)
    sleutel: Mapped[str] = mapped_column(primary_key=True)
    vraag_sha256: Mapped[str]
    antwoord: Mapped[str | None]
    gemaakt_op: Mapped[datetime]


class KeptAnswer(NamedTuple):
    """What was answered under a key, to the request with this digest."""

    vraag_sha256: str
    antwoord: str


def claim_key(session: Session, *, partij: str, sleutel: str, vraag_sha256: str, now: datetime) -> KeptAnswer | None:
    """Take a key; when it was used before, what was answered then.

    Of simultaneous claims one gets None: the others wait until its transaction ends.
    """
    session.execute(
        delete(IdempotencyKeyRow).where(IdempotencyKeyRow.partij == partij, IdempotencyKeyRow.gemaakt_op < now - KEPT)
    )
    claimed = session.execute(
        insert_or_conflict(session, IdempotencyKeyRow)
        .values(partij=partij, sleutel=sleutel, vraag_sha256=vraag_sha256, antwoord=None, gemaakt_op=now)
        .on_conflict_do_nothing(index_elements=["partij", "sleutel"])
        .returning(IdempotencyKeyRow.sleutel)
    ).scalar_one_or_none()
    if claimed is not None:
        return None
    row = session.execute(
        select(IdempotencyKeyRow.vraag_sha256, IdempotencyKeyRow.antwoord).where(
            IdempotencyKeyRow.partij == partij, IdempotencyKeyRow.sleutel == sleutel
        )
    ).one()
    return KeptAnswer(row.vraag_sha256, row.antwoord or "")


def keep_answer(session: Session, *, partij: str, sleutel: str, antwoord: str) -> None:
    """Keep what is answered to the request that took the key."""
    session.execute(
        update(IdempotencyKeyRow)
        .where(IdempotencyKeyRow.partij == partij, IdempotencyKeyRow.sleutel == sleutel)
        .values(antwoord=antwoord)
    )
