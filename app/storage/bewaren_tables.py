"""The tables of keeping and deleting: who may not be deleted yet, and keyed traces of what was."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.storage.columns import Base


class VernietigingsstopRow(Base):
    """A dossier that stays, whatever its term, until the stop is lifted; then what it was about is emptied.

    One of `bsn` (with or without a gemeente), `sleutel` (of a toewijzing of the gemeente) and `bericht_id` is set.
    """

    __tablename__ = "vernietigingsstop"

    id: Mapped[str] = mapped_column(primary_key=True)
    gemeente: Mapped[str | None]
    bsn: Mapped[str | None]
    sleutel: Mapped[str | None]
    bericht_id: Mapped[str | None]
    reden: Mapped[str]
    gezet_door: Mapped[str]
    gezet_op: Mapped[datetime]
    opgeheven_op: Mapped[datetime | None]


class VerwijderdSpoorRow(Base):
    """That something under a name was deleted, as a keyed hash of the name: nobody without the key can read it."""

    __tablename__ = "verwijderd_spoor"

    spoor: Mapped[str] = mapped_column(primary_key=True)
    verwijderd_op: Mapped[date]
