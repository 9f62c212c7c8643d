"""The tables of toewijzingen and their versions."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.columns import Base, Identity


class ToewijzingRow(Base):
    """A toewijzing; `sleutel` names it within the gemeente, also without ToewijzingNummer."""

    __tablename__ = "toewijzing"
    __table_args__ = (
        UniqueConstraint("gemeente", "sleutel"),
        Index(None, "gemeente", "nummer"),
        Index(None, "aanbieder"),
    )

    id: Mapped[Identity]
    gemeente: Mapped[str]
    sleutel: Mapped[str]
    nummer: Mapped[int | None]
    aanbieder: Mapped[str]


class ToewijzingVersieRow(Base):
    """A state of a toewijzing as a 301 gave it; `bericht_id` is that 301, the oldest that stands.

    `vervallen`: every 301 that gave it was refused by a 302, so it does not count. `aandeel_vanaf` is known here only.
    `gemeente` and `aanbieder` are those of the toewijzing. `loopt_tot` is the einddatum (or FOREVER) of a version that
    decides any day, else empty; `beslist_tot` is the first day that newer versions decide.
    """

    __tablename__ = "toewijzing_versie"
    __table_args__ = (
        Index(
            "uq_toewijzing_versie_rank",
            "toewijzing_id",
            "toewijzingsdatum",
            "toewijzingstijd",
            unique=True,
            sqlite_where=text("vervallen = 0"),
            postgresql_where=text("vervallen = false"),
        ),
        Index(None, "toewijzing_id"),
        Index(None, "bsn"),
        Index(None, "bericht_id"),
        Index(
            "ix_toewijzing_versie_lopend",
            "gemeente",
            "loopt_tot",
            sqlite_where=text("loopt_tot IS NOT NULL"),
            postgresql_where=text("loopt_tot IS NOT NULL"),
        ),
    )

    id: Mapped[Identity]
    toewijzing_id: Mapped[int] = mapped_column(ForeignKey("toewijzing.id"))
    toewijzingsdatum: Mapped[date]
    toewijzingstijd: Mapped[time]
    bsn: Mapped[str]
    geboortedatum: Mapped[date]
    categorie: Mapped[str]
    code: Mapped[str | None]
    ingangsdatum: Mapped[date]
    einddatum: Mapped[date | None]
    reden_wijziging: Mapped[str | None]
    volume: Mapped[int | None]
    eenheid: Mapped[str | None]
    frequentie: Mapped[str | None]
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"))
    vervallen: Mapped[bool]
    aandeel_vanaf: Mapped[int] = mapped_column(server_default=text("0"))
    gemeente: Mapped[str] = mapped_column(server_default=text("''"))
    aanbieder: Mapped[str] = mapped_column(server_default=text("''"))
    beslist_tot: Mapped[date | None]
    loopt_tot: Mapped[date | None]


class VersieBerichtRow(Base):
    """A 301 that gave a version, the first time or again; `geweigerd` when a 302 refused it."""

    __tablename__ = "toewijzing_versie_bericht"
    __table_args__ = (Index(None, "bericht_id"),)

    versie_id: Mapped[int] = mapped_column(ForeignKey("toewijzing_versie.id"), primary_key=True, autoincrement=False)
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"), primary_key=True)
    geweigerd: Mapped[bool]


class OnderaannemerRow(Base):
    """Who works for the aanbieder of a toewijzing; without `einddatum` for as long as that runs."""

    __tablename__ = "onderaannemer"
    __table_args__ = (Index(None, "toewijzing_id"),)

    id: Mapped[Identity]
    toewijzing_id: Mapped[int] = mapped_column(ForeignKey("toewijzing.id"))
    aanbieder: Mapped[str]
    begindatum: Mapped[date]
    einddatum: Mapped[date | None]


class VoortzettingRow(Base):
    """A toewijzing that a split, a change or a merge made, and the first of those from which it came.

    Of the parts that one 301 gave to several aanbieders, or that were merged by their number, one stands for all.
    """

    __tablename__ = "voortzetting"
    __table_args__ = (Index(None, "oorsprong_id"),)

    toewijzing_id: Mapped[int] = mapped_column(ForeignKey("toewijzing.id"), primary_key=True, autoincrement=False)
    oorsprong_id: Mapped[int] = mapped_column(ForeignKey("toewijzing.id"))
