"""Which files of a folder became which bericht, from the moment they are kept until they are put aside."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, insert_or_conflict


class OpgehaaldRow(Base):
    """A file that was taken in and may still lie where it was; `bestand` tells it from every other file."""

    __tablename__ = "opgehaald"
    __table_args__ = (Index(None, "bericht_id"),)

    partij: Mapped[str] = mapped_column(primary_key=True)
    bestand: Mapped[str] = mapped_column(primary_key=True)
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"))


def remember_file(session: Session, *, partij: str, bestand: str, bericht_id: str) -> bool:
    """Say what a file became; False when somebody said so before: then nothing changes."""
    added = session.execute(
        insert_or_conflict(session, OpgehaaldRow)
        .values(partij=partij, bestand=bestand, bericht_id=bericht_id)
        .on_conflict_do_nothing()
        .returning(OpgehaaldRow.bericht_id)
    ).scalar_one_or_none()
    return added is not None


def bericht_of_file(session: Session, *, partij: str, bestand: str) -> str | None:
    """The id of what a file became; None: it was not taken in, or put aside since."""
    row = session.get(OpgehaaldRow, (partij, bestand))
    return row.bericht_id if row else None


def forget_file(session: Session, *, partij: str, bestand: str) -> None:
    """The file is no longer where it was."""
    session.execute(delete(OpgehaaldRow).where(OpgehaaldRow.partij == partij, OpgehaaldRow.bestand == bestand))
