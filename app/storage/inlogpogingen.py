"""How often logging in failed: of a login name, at a network address, in a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, insert_or_conflict


class InlogpogingRow(Base):
    """Failures of one name, address or session; its key is of keyed hashes, for people type passwords as their name."""

    __tablename__ = "inlogpoging"

    sleutel: Mapped[str] = mapped_column(primary_key=True)
    mislukt: Mapped[int]
    laatste_op: Mapped[datetime] = mapped_column(index=True)
    niet_voor: Mapped[datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inlogpoging:
    """So many failures, the last one when, and no further attempt before a moment."""

    sleutel: str
    mislukt: int
    laatste_op: datetime
    niet_voor: datetime | None


def claim_poging(session: Session, *, sleutel: str, now: datetime) -> Inlogpoging:
    """The failures so far, locked until the end of the transaction: attempts at the same time are counted too."""
    fresh = {"sleutel": sleutel, "mislukt": 0, "laatste_op": now, "niet_voor": None}
    session.execute(insert_or_conflict(session, InlogpogingRow).values(**fresh).on_conflict_do_nothing())
    row = session.scalars(select(InlogpogingRow).where(InlogpogingRow.sleutel == sleutel).with_for_update()).one()
    return _record_of(row)


def find_poging(session: Session, *, sleutel: str) -> Inlogpoging | None:
    """The failures so far, if there were any."""
    row = session.get(InlogpogingRow, sleutel)
    return _record_of(row) if row else None


def keep_poging(session: Session, *, poging: Inlogpoging) -> None:
    """Keep how often it failed now."""
    session.execute(
        update(InlogpogingRow)
        .where(InlogpogingRow.sleutel == poging.sleutel)
        .values(mislukt=poging.mislukt, laatste_op=poging.laatste_op, niet_voor=poging.niet_voor)
    )


def forget_poging(session: Session, *, sleutel: str) -> None:
    """Nothing failed any more."""
    session.execute(delete(InlogpogingRow).where(InlogpogingRow.sleutel == sleutel))


def pogingen_of(session: Session, *, begin: str) -> list[Inlogpoging]:
    """The failures of which the key begins with a keyed hash."""
    rows = session.scalars(select(InlogpogingRow).where(InlogpogingRow.sleutel.startswith(begin, autoescape=True)))
    return [_record_of(row) for row in rows]


def forget_pogingen_of(session: Session, *, begin: str) -> None:
    """Nothing failed any more, of every key that begins with a keyed hash."""
    session.execute(delete(InlogpogingRow).where(InlogpogingRow.sleutel.startswith(begin, autoescape=True)))


def forget_pogingen_before(session: Session, *, moment: datetime) -> None:
    """Drop what failed last before a moment."""
    session.execute(delete(InlogpogingRow).where(InlogpogingRow.laatste_op < moment))


def _record_of(row: InlogpogingRow) -> Inlogpoging:
    return Inlogpoging(sleutel=row.sleutel, mislukt=row.mislukt, laatste_op=row.laatste_op, niet_voor=row.niet_voor)
