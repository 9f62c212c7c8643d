"""The tables of toekenningen and of the toewijzingen that came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.columns import Base, Identity


class ToekenningRow(Base):
    """A toekenning, for ever: what was asked, the sheet with the tariffs that were used, and the warnings on it."""

    __tablename__ = "toekenning"
    __table_args__ = (Index(None, "bsn"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    gemeente: Mapped[str]
    bsn: Mapped[str]
    gemaakt_op: Mapped[datetime]
    key_id: Mapped[str | None]
    aanvraag: Mapped[dict[str, Any]] = mapped_column(JSON)
    berekening: Mapped[dict[str, Any]] = mapped_column(JSON)
    onderaannemer: Mapped[str | None]
    waarschuwingen: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class ToekenningToewijzingRow(Base):
    """A toewijzing of a toekenning, and the 301 that gave it; in order of id."""

    __tablename__ = "toekenning_toewijzing"
    __table_args__ = (
        UniqueConstraint("toekenning_id", "gemeente", "sleutel"),
        ForeignKeyConstraint(["gemeente", "sleutel"], ["toewijzing.gemeente", "toewijzing.sleutel"]),
        Index(None, "gemeente", "sleutel"),
        Index(None, "bericht_id"),
    )

    id: Mapped[Identity]
    toekenning_id: Mapped[str] = mapped_column(ForeignKey("toekenning.id"))
    gemeente: Mapped[str]
    sleutel: Mapped[str]
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"))
