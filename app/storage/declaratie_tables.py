"""The tables of declaraties, their lines, and what those booked on toewijzingen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.storage.bericht_tables import OF_A_SERVICEBUREAU
from app.storage.columns import Base


class DeclaratieRow(Base):
    """A 303 and its outcome. Amounts are signed."""

    __tablename__ = "declaratie"
    __table_args__ = (
        Index(None, "gemeente", "id"),
        Index(None, "aanbieder", "id"),
        Index(
            "ix_declaratie_servicebureau_id",
            "servicebureau",
            "id",
            sqlite_where=OF_A_SERVICEBUREAU,
            postgresql_where=OF_A_SERVICEBUREAU,
        ),
        Index(None, "factuurnummer"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"), unique=True)
    gemeente: Mapped[str]
    aanbieder: Mapped[str]
    servicebureau: Mapped[str | None]
    factuurnummer: Mapped[str]
    vorm: Mapped[str]
    begindatum: Mapped[date]
    einddatum: Mapped[date]
    factuur_dagtekening: Mapped[date]
    status: Mapped[str]
    ingediend_cents: Mapped[int]
    toegekend_cents: Mapped[int]
    retour_codes: Mapped[list[str]] = mapped_column(JSON)
    ontvangen_op: Mapped[datetime]
    geboekt: Mapped[bool]


class FactuurnummerRow(Base):
    """A DeclarantFactuurNummer that is in use; claimed before its declaratie is stored, so without foreign key."""

    __tablename__ = "factuurnummer"

    gemeente: Mapped[str] = mapped_column(primary_key=True)
    aanbieder: Mapped[str] = mapped_column(primary_key=True)
    nummer: Mapped[str] = mapped_column(primary_key=True)
    declaratie_id: Mapped[str]
    gebruikt_op: Mapped[date]


class PrestatieRow(Base):
    """A line of a 303 as submitted, and its outcome.

    Amounts are signed, and the D or C of a submitted amount is kept beside it, for a zero has no sign. `telt` says
    that the ReferentieNummer counts as used.
    """

    __tablename__ = "prestatie"
    __table_args__ = (
        Index(
            "uq_prestatie_referentie_nummer",
            "gemeente",
            "aanbieder",
            "referentie_nummer",
            unique=True,
            sqlite_where=text("telt = 1"),
            postgresql_where=text("telt"),
        ),
        Index(
            "uq_prestatie_gecrediteerd",
            "gemeente",
            "aanbieder",
            "vorig_referentie_nummer",
            unique=True,
            sqlite_where=text("debet_credit = 'C' AND uitkomst = 'toegekend'"),
            postgresql_where=text("debet_credit = 'C' AND uitkomst = 'toegekend'"),
        ),
        Index(
            "ix_prestatie_toewijzing_id",
            "toewijzing_id",
            sqlite_where=text("toewijzing_id IS NOT NULL"),
            postgresql_where=text("toewijzing_id IS NOT NULL"),
        ),
        Index(
            "ix_prestatie_toewijzing_nummer",
            "toewijzing_nummer",
            sqlite_where=text("toewijzing_id IS NULL AND toewijzing_nummer IS NOT NULL"),
            postgresql_where=text("toewijzing_id IS NULL AND toewijzing_nummer IS NOT NULL"),
        ),
    )

    declaratie_id: Mapped[str] = mapped_column(ForeignKey("declaratie.id"), primary_key=True)
    volgorde: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gemeente: Mapped[str]
    aanbieder: Mapped[str]
    bsn: Mapped[str]
    referentie_nummer: Mapped[str]
    telt: Mapped[bool]
    vorig_referentie_nummer: Mapped[str | None]
    beschikking_nummer: Mapped[int | None]
    toewijzing_nummer: Mapped[int | None]
    toewijzing_id: Mapped[int | None] = mapped_column(ForeignKey("toewijzing.id"))
    categorie: Mapped[str]
    code: Mapped[str]
    begindatum: Mapped[date]
    einddatum: Mapped[date]
    volume: Mapped[int]
    eenheid: Mapped[str]
    verrekenpercentage: Mapped[int | None]
    tarief_cents: Mapped[int | None]
    berekend_cents: Mapped[int | None]
    berekend_debet_credit: Mapped[str | None]
    btw_vrijstelling: Mapped[str | None]
    btw_percentage: Mapped[int | None]
    btw_cents: Mapped[int | None]
    btw_debet_credit: Mapped[str | None]
    bedrag_cents: Mapped[int]
    debet_credit: Mapped[str]
    commentaar: Mapped[str | None]
    uitkomst: Mapped[str]
    toegekend_cents: Mapped[int]
    gemeente_berekend_cents: Mapped[int]
    retour_codes: Mapped[list[str]] = mapped_column(JSON)
    bevindingen: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class BoekingRow(Base):
    """What a line used of the room of a toewijzing in one period, in the units of `Room`; a credit gives back.

    `toegekend_cents` of a line stands wholly at its first period.
    """

    __tablename__ = "boeking"
    __table_args__ = (
        ForeignKeyConstraint(
            ["declaratie_id", "volgorde"],
            ["prestatie.declaratie_id", "prestatie.volgorde"],
            name="fk_boeking_prestatie",
        ),
        Index("ix_boeking_toewijzing", "toewijzing_id", "periode_begin", "volume", "toegekend_cents"),
    )

    declaratie_id: Mapped[str] = mapped_column(primary_key=True)
    volgorde: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    periode_begin: Mapped[date] = mapped_column(primary_key=True)
    toewijzing_id: Mapped[int] = mapped_column(ForeignKey("toewijzing.id"))
    volume: Mapped[int]
    toegekend_cents: Mapped[int]
