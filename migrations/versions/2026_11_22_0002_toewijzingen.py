"""Toewijzingen with every version that a 301 gave, and the references that a 315 asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "toewijzing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("sleutel", sa.Text(), nullable=False),
        sa.Column("nummer", sa.BigInteger(), nullable=True),
        sa.Column("aanbieder", sa.Text(), nullable=False),
        sa.Column("onderaannemer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_toewijzing")),
        sa.UniqueConstraint("gemeente", "sleutel", name=op.f("uq_toewijzing_gemeente_sleutel")),
    )
    op.create_index(op.f("ix_toewijzing_aanbieder"), "toewijzing", ["aanbieder"], unique=False)
    op.create_index(op.f("ix_toewijzing_gemeente_nummer"), "toewijzing", ["gemeente", "nummer"], unique=False)
    op.create_table(
        "toewijzing_versie",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("toewijzing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("toewijzingsdatum", sa.Date(), nullable=False),
        sa.Column("toewijzingstijd", sa.Time(), nullable=False),
        sa.Column("bsn", sa.Text(), nullable=False),
        sa.Column("geboortedatum", sa.Date(), nullable=False),
        sa.Column("categorie", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("ingangsdatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=True),
        sa.Column("reden_wijziging", sa.Text(), nullable=True),
        sa.Column("volume", sa.BigInteger(), nullable=True),
        sa.Column("eenheid", sa.Text(), nullable=True),
        sa.Column("frequentie", sa.Text(), nullable=True),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.Column("vervallen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_toewijzing_versie_bericht_id_bericht")),
        sa.ForeignKeyConstraint(
            ["toewijzing_id"], ["toewijzing.id"], name=op.f("fk_toewijzing_versie_toewijzing_id_toewijzing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_toewijzing_versie")),
    )
    op.create_index(op.f("ix_toewijzing_versie_bsn"), "toewijzing_versie", ["bsn"], unique=False)
    op.create_index(op.f("ix_toewijzing_versie_toewijzing_id"), "toewijzing_versie", ["toewijzing_id"], unique=False)
    op.create_index(
        "uq_toewijzing_versie_rank",
        "toewijzing_versie",
        ["toewijzing_id", "toewijzingsdatum", "toewijzingstijd"],
        unique=True,
        sqlite_where=sa.text("vervallen = 0"),
        postgresql_where=sa.text("vervallen = false"),
    )
    op.create_table(
        "toewijzing_versie_bericht",
        sa.Column(
            "versie_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.Column("geweigerd", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bericht_id"], ["bericht.id"], name=op.f("fk_toewijzing_versie_bericht_bericht_id_bericht")
        ),
        sa.ForeignKeyConstraint(
            ["versie_id"],
            ["toewijzing_versie.id"],
            name=op.f("fk_toewijzing_versie_bericht_versie_id_toewijzing_versie"),
        ),
        sa.PrimaryKeyConstraint("versie_id", "bericht_id", name=op.f("pk_toewijzing_versie_bericht")),
    )
    op.create_index(
        op.f("ix_toewijzing_versie_bericht_bericht_id"), "toewijzing_versie_bericht", ["bericht_id"], unique=False
    )
    op.create_table(
        "verzoek_referentie",
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("aanbieder", sa.Text(), nullable=False),
        sa.Column("bsn", sa.Text(), nullable=False),
        sa.Column("referentie", sa.Text(), nullable=False),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_verzoek_referentie_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("gemeente", "aanbieder", "bsn", "referentie", name=op.f("pk_verzoek_referentie")),
    )


def downgrade() -> None:
    op.drop_table("verzoek_referentie")
    op.drop_table("toewijzing_versie_bericht")
    op.drop_table("toewijzing_versie")
    op.drop_table("toewijzing")
