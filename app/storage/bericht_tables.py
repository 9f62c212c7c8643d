"""The tables of the message log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.columns import Base

OF_A_SERVICEBUREAU: Final = text("servicebureau IS NOT NULL")
"""Most berichten are of none, and pay for no index then."""


def _where_set(name: str, column: str, *, unique: bool) -> Index:
    # Only the rows that have a value: an index full of NULLs looks useless to the planner of SQLite.
    present = text(f"{column} IS NOT NULL")
    return Index(name, column, unique=unique, sqlite_where=present, postgresql_where=present)


class BerichtRow(Base):
    """A bericht.

    `uniek` is set on accepted messages only: what no second message may repeat. `wacht_op_antwoord` is whether an
    accepted 301 or 303 has no answer yet, kept with the message because the log of a party is long and these are few.
    """

    __tablename__ = "bericht"
    __table_args__ = (
        Index(None, "gemeente", "id"),
        Index(None, "aanbieder", "id"),
        Index(
            "ix_bericht_servicebureau_id",
            "servicebureau",
            "id",
            sqlite_where=OF_A_SERVICEBUREAU,
            postgresql_where=OF_A_SERVICEBUREAU,
        ),
        Index(None, "gemeente", "status", "id"),
        Index(None, "aanbieder", "status", "id"),
        Index(None, "gemeente", "soort", "id"),
        Index(None, "gemeente", "ontvangen_op", "id"),
        Index(None, "aanbieder", "ontvangen_op", "id"),
        Index(
            "ix_bericht_servicebureau_ontvangen_op_id",
            "servicebureau",
            "ontvangen_op",
            "id",
            sqlite_where=OF_A_SERVICEBUREAU,
            postgresql_where=OF_A_SERVICEBUREAU,
        ),
        Index(
            "ix_bericht_gemeente_id_zonder_aanbieder",
            "gemeente",
            "id",
            sqlite_where=text("aanbieder IS NULL"),
            postgresql_where=text("aanbieder IS NULL"),
        ),
        Index(
            "ix_bericht_servicebureau_status_id",
            "servicebureau",
            "status",
            "id",
            sqlite_where=OF_A_SERVICEBUREAU,
            postgresql_where=OF_A_SERVICEBUREAU,
        ),
        Index(None, "identificatie"),
        _where_set("uq_bericht_antwoord_op_id", "antwoord_op_id", unique=True),
        _where_set("ix_bericht_herkomst_id", "herkomst_id", unique=False),
        Index(
            "ix_bericht_wacht_op_antwoord",
            "soort",
            "release",
            "dagtekening",
            "id",
            sqlite_where=text("wacht_op_antwoord = 1"),
            postgresql_where=text("wacht_op_antwoord"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    soort: Mapped[str | None]
    release: Mapped[str | None]
    richting: Mapped[str]
    afzender: Mapped[str | None]
    ontvanger: Mapped[str | None]
    gemeente: Mapped[str | None]
    aanbieder: Mapped[str | None]
    servicebureau: Mapped[str | None]
    key_id: Mapped[str | None]
    identificatie: Mapped[str | None]
    dagtekening: Mapped[date | None]
    ontvangen_op: Mapped[datetime]
    status: Mapped[str]
    omvang_bytes: Mapped[int]
    sha256: Mapped[str]
    uniek: Mapped[str | None] = mapped_column(unique=True)
    eigen: Mapped[bool]
    antwoord_op_id: Mapped[str | None] = mapped_column(ForeignKey("bericht.id"))
    herkomst_id: Mapped[str | None] = mapped_column(ForeignKey("bericht.id"))
    wacht_op_antwoord: Mapped[bool] = mapped_column(server_default=false())


class BerichtInhoudRow(Base):
    """The bytes of a bericht, apart from what lists need."""

    __tablename__ = "bericht_inhoud"

    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"), primary_key=True)
    codering: Mapped[str]
    inhoud: Mapped[bytes] = mapped_column(LargeBinary)


class BerichtClientRow(Base):
    """Which clients a bericht is about, for searching by bsn."""

    __tablename__ = "bericht_client"
    __table_args__ = (Index(None, "bsn"),)

    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"), primary_key=True)
    bsn: Mapped[str] = mapped_column(primary_key=True)
