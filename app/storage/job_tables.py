"""The tables of the work that waits, of its lanes, and of how parties are reached."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.columns import Base, Identity

OPEN = text("status = 'open'")
FAILED = text("status = 'mislukt'")
LEASED = text("status = 'open' AND lease_tot IS NOT NULL")


class JobRow(Base):
    """One piece of work. `sleutel` is what only one open job may have; `lease_token` is who works on it.

    `baan` is its lane: what hangs or fails together. Of the `pogingen` that began, `onverwacht` ended in an error that
    nobody foresaw and `afgebroken` did not end at all.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_open", "baan", "gepland_op", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_job_bezig", "baan", sqlite_where=LEASED, postgresql_where=LEASED),
        Index("uq_job_sleutel", "sleutel", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_job_mislukt", "soort", sqlite_where=FAILED, postgresql_where=FAILED),
        Index(None, "bericht_id"),
        Index(None, "klaar_op"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    soort: Mapped[str]
    sleutel: Mapped[str | None]
    baan: Mapped[str]
    partij: Mapped[str | None]
    bericht_id: Mapped[str | None] = mapped_column(ForeignKey("bericht.id"))
    argument: Mapped[str | None]
    gemaakt_op: Mapped[datetime]
    gepland_op: Mapped[datetime]
    pogingen: Mapped[int]
    onverwacht: Mapped[int]
    afgebroken: Mapped[int]
    lease_tot: Mapped[datetime | None]
    lease_token: Mapped[str | None]
    status: Mapped[str]
    reden: Mapped[str | None]
    voortgang: Mapped[int]
    klaar_op: Mapped[datetime | None]


class JobBaanRow(Base):
    """A lane on which something failed lately: until when it rests, and how often it failed in a row."""

    __tablename__ = "job_baan"

    baan: Mapped[str] = mapped_column(primary_key=True)
    rust_tot: Mapped[datetime]
    mislukt: Mapped[int]


class AansluitingRow(Base):
    """How a partij is reached besides its postbus."""

    __tablename__ = "aansluiting"

    partij: Mapped[str] = mapped_column(primary_key=True)
    soort: Mapped[str]
    adres: Mapped[str]
    sleutelversie: Mapped[int]
    gewijzigd_op: Mapped[datetime]


class GebeurtenisRow(Base):
    """Something that happened to a bericht on its way."""

    __tablename__ = "gebeurtenis"
    __table_args__ = (Index(None, "bericht_id", "id"),)

    id: Mapped[Identity]
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"))
    moment: Mapped[datetime]
    soort: Mapped[str]
    partij: Mapped[str | None]
    poging: Mapped[int | None]
    reden: Mapped[str | None]
