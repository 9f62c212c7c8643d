"""The message log: berichten byte for byte, their findings, and the clients that they are about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bericht",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=True),
        sa.Column("release", sa.Text(), nullable=True),
        sa.Column("richting", sa.Text(), nullable=False),
        sa.Column("afzender", sa.Text(), nullable=True),
        sa.Column("ontvanger", sa.Text(), nullable=True),
        sa.Column("gemeente", sa.Text(), nullable=True),
        sa.Column("aanbieder", sa.Text(), nullable=True),
        sa.Column("servicebureau", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("identificatie", sa.Text(), nullable=True),
        sa.Column("dagtekening", sa.Date(), nullable=True),
        sa.Column("ontvangen_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("omvang_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("uniek", sa.Text(), nullable=True),
        sa.Column("eigen", sa.Boolean(), nullable=False),
        sa.Column("antwoord_op_id", sa.Text(), nullable=True),
        sa.Column("herkomst_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["antwoord_op_id"], ["bericht.id"], name=op.f("fk_bericht_antwoord_op_id_bericht")),
        sa.ForeignKeyConstraint(["herkomst_id"], ["bericht.id"], name=op.f("fk_bericht_herkomst_id_bericht")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bericht")),
        sa.UniqueConstraint("uniek", name=op.f("uq_bericht_uniek")),
    )
    op.create_index(op.f("ix_bericht_aanbieder_id"), "bericht", ["aanbieder", "id"], unique=False)
    op.create_index(op.f("ix_bericht_gemeente_id"), "bericht", ["gemeente", "id"], unique=False)
    op.create_index(
        "ix_bericht_herkomst_id",
        "bericht",
        ["herkomst_id"],
        unique=False,
        sqlite_where=sa.text("herkomst_id IS NOT NULL"),
        postgresql_where=sa.text("herkomst_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_bericht_identificatie"), "bericht", ["identificatie"], unique=False)
    op.create_index(op.f("ix_bericht_servicebureau_id"), "bericht", ["servicebureau", "id"], unique=False)
    op.create_index(
        "uq_bericht_antwoord_op_id",
        "bericht",
        ["antwoord_op_id"],
        unique=True,
        sqlite_where=sa.text("antwoord_op_id IS NOT NULL"),
        postgresql_where=sa.text("antwoord_op_id IS NOT NULL"),
    )
    op.create_table(
        "bericht_inhoud",
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.Column("codering", sa.Text(), nullable=False),
        sa.Column("inhoud", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_bericht_inhoud_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("bericht_id", name=op.f("pk_bericht_inhoud")),
    )
    op.create_table(
        "bericht_client",
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.Column("bsn", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_bericht_client_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("bericht_id", "bsn", name=op.f("pk_bericht_client")),
    )
    op.create_index(op.f("ix_bericht_client_bsn"), "bericht_client", ["bsn"], unique=False)
    op.create_table(
        "bevinding",
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.Column("volgorde", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("regel", sa.Text(), nullable=False),
        sa.Column("retourcode", sa.Text(), nullable=True),
        sa.Column("pad", sa.Text(), nullable=False),
        sa.Column("melding", sa.Text(), nullable=False),
        sa.Column("waarden", sa.JSON(), nullable=False),
        sa.Column("regelnummer", sa.BigInteger(), nullable=True),
        sa.Column("ernst", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_bevinding_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("bericht_id", "volgorde", name=op.f("pk_bevinding")),
    )


def downgrade() -> None:
    op.drop_table("bevinding")
    op.drop_table("bericht_client")
    op.drop_table("bericht_inhoud")
    op.drop_table("bericht")
