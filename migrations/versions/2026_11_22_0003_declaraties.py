"""Declaraties, their lines, and what those take of the room of a toewijzing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declaratie",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("aanbieder", sa.Text(), nullable=False),
        sa.Column("servicebureau", sa.Text(), nullable=True),
        sa.Column("factuurnummer", sa.Text(), nullable=False),
        sa.Column("vorm", sa.Text(), nullable=False),
        sa.Column("begindatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=False),
        sa.Column("factuur_dagtekening", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("ingediend_cents", sa.BigInteger(), nullable=False),
        sa.Column("toegekend_cents", sa.BigInteger(), nullable=False),
        sa.Column("retour_codes", sa.JSON(), nullable=False),
        sa.Column("ontvangen_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("geboekt", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_declaratie_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaratie")),
        sa.UniqueConstraint("bericht_id", name=op.f("uq_declaratie_bericht_id")),
    )
    op.create_index(op.f("ix_declaratie_aanbieder_id"), "declaratie", ["aanbieder", "id"], unique=False)
    op.create_index(op.f("ix_declaratie_gemeente_id"), "declaratie", ["gemeente", "id"], unique=False)
    op.create_index(op.f("ix_declaratie_servicebureau_id"), "declaratie", ["servicebureau", "id"], unique=False)
    op.create_table(
        "factuurnummer",
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("aanbieder", sa.Text(), nullable=False),
        sa.Column("nummer", sa.Text(), nullable=False),
        sa.Column("declaratie_id", sa.Text(), nullable=False),
        sa.Column("gebruikt_op", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("gemeente", "aanbieder", "nummer", name=op.f("pk_factuurnummer")),
    )
    op.create_table(
        "prestatie",
        sa.Column("declaratie_id", sa.Text(), nullable=False),
        sa.Column("volgorde", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("aanbieder", sa.Text(), nullable=False),
        sa.Column("bsn", sa.Text(), nullable=False),
        sa.Column("referentie_nummer", sa.Text(), nullable=False),
        sa.Column("telt", sa.Boolean(), nullable=False),
        sa.Column("vorig_referentie_nummer", sa.Text(), nullable=True),
        sa.Column("beschikking_nummer", sa.BigInteger(), nullable=True),
        sa.Column("toewijzing_nummer", sa.BigInteger(), nullable=True),
        sa.Column("toewijzing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("categorie", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("begindatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("eenheid", sa.Text(), nullable=False),
        sa.Column("verrekenpercentage", sa.BigInteger(), nullable=True),
        sa.Column("tarief_cents", sa.BigInteger(), nullable=True),
        sa.Column("berekend_cents", sa.BigInteger(), nullable=True),
        sa.Column("berekend_debet_credit", sa.Text(), nullable=True),
        sa.Column("btw_vrijstelling", sa.Text(), nullable=True),
        sa.Column("btw_percentage", sa.BigInteger(), nullable=True),
        sa.Column("btw_cents", sa.BigInteger(), nullable=True),
        sa.Column("btw_debet_credit", sa.Text(), nullable=True),
        sa.Column("bedrag_cents", sa.BigInteger(), nullable=False),
        sa.Column("debet_credit", sa.Text(), nullable=False),
        sa.Column("commentaar", sa.Text(), nullable=True),
        sa.Column("uitkomst", sa.Text(), nullable=False),
        sa.Column("toegekend_cents", sa.BigInteger(), nullable=False),
        sa.Column("gemeente_berekend_cents", sa.BigInteger(), nullable=False),
        sa.Column("retour_codes", sa.JSON(), nullable=False),
        sa.Column("bevindingen", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaratie_id"], ["declaratie.id"], name=op.f("fk_prestatie_declaratie_id_declaratie")
        ),
        sa.ForeignKeyConstraint(
            ["toewijzing_id"], ["toewijzing.id"], name=op.f("fk_prestatie_toewijzing_id_toewijzing")
        ),
        sa.PrimaryKeyConstraint("declaratie_id", "volgorde", name=op.f("pk_prestatie")),
    )
    op.create_index(
        "uq_prestatie_gecrediteerd",
        "prestatie",
        ["gemeente", "aanbieder", "vorig_referentie_nummer"],
        unique=True,
        sqlite_where=sa.text("debet_credit = 'C' AND uitkomst = 'toegekend'"),
        postgresql_where=sa.text("debet_credit = 'C' AND uitkomst = 'toegekend'"),
    )
    op.create_index(
        "uq_prestatie_referentie_nummer",
        "prestatie",
        ["gemeente", "aanbieder", "referentie_nummer"],
        unique=True,
        sqlite_where=sa.text("telt = 1"),
        postgresql_where=sa.text("telt"),
    )
    op.create_table(
        "boeking",
        sa.Column("declaratie_id", sa.Text(), nullable=False),
        sa.Column("volgorde", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("periode_begin", sa.Date(), nullable=False),
        sa.Column("toewijzing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("toegekend_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaratie_id", "volgorde"],
            ["prestatie.declaratie_id", "prestatie.volgorde"],
            name="fk_boeking_prestatie",
        ),
        sa.ForeignKeyConstraint(["toewijzing_id"], ["toewijzing.id"], name=op.f("fk_boeking_toewijzing_id_toewijzing")),
        sa.PrimaryKeyConstraint("declaratie_id", "volgorde", "periode_begin", name=op.f("pk_boeking")),
    )
    op.create_index(
        "ix_boeking_toewijzing",
        "boeking",
        ["toewijzing_id", "periode_begin", "volume", "toegekend_cents"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("boeking")
    op.drop_table("prestatie")
    op.drop_table("factuurnummer")
    op.drop_table("declaratie")
