"""Toekenningen with what came of them, ToewijzingNummers of our own, and answers by Idempotency-Key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "toekenning",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("bsn", sa.Text(), nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=True),
        sa.Column("aanvraag", sa.JSON(), nullable=False),
        sa.Column("berekening", sa.JSON(), nullable=False),
        sa.Column("onderaannemer", sa.Text(), nullable=True),
        sa.Column("waarschuwingen", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_toekenning")),
    )
    op.create_index(op.f("ix_toekenning_gemeente"), "toekenning", ["gemeente"], unique=False)
    op.create_index(op.f("ix_toekenning_bsn"), "toekenning", ["bsn"], unique=False)
    _create_toekenning_toewijzing()
    op.create_table(
        "toewijzing_nummer_teller",
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("laatste", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("gemeente", name=op.f("pk_toewijzing_nummer_teller")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("partij", sa.Text(), nullable=False),
        sa.Column("sleutel", sa.Text(), nullable=False),
        sa.Column("vraag_sha256", sa.Text(), nullable=False),
        sa.Column("antwoord", sa.Text(), nullable=True),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partij", "sleutel", name=op.f("pk_idempotency_key")),
    )


def _create_toekenning_toewijzing() -> None:
    op.create_table(
        "toekenning_toewijzing",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("toekenning_id", sa.Text(), nullable=False),
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("sleutel", sa.Text(), nullable=False),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bericht_id"], ["bericht.id"], name=op.f("fk_toekenning_toewijzing_bericht_id_bericht")
        ),
        sa.ForeignKeyConstraint(
            ["gemeente", "sleutel"],
            ["toewijzing.gemeente", "toewijzing.sleutel"],
            name=op.f("fk_toekenning_toewijzing_gemeente_sleutel_toewijzing"),
        ),
        sa.ForeignKeyConstraint(
            ["toekenning_id"], ["toekenning.id"], name=op.f("fk_toekenning_toewijzing_toekenning_id_toekenning")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_toekenning_toewijzing")),
        sa.UniqueConstraint(
            "toekenning_id",
            "gemeente",
            "sleutel",
            name=op.f("uq_toekenning_toewijzing_toekenning_id_gemeente_sleutel"),
        ),
    )
    op.create_index(
        op.f("ix_toekenning_toewijzing_gemeente_sleutel"),
        "toekenning_toewijzing",
        ["gemeente", "sleutel"],
        unique=False,
    )
    op.create_index(op.f("ix_toekenning_toewijzing_bericht_id"), "toekenning_toewijzing", ["bericht_id"], unique=False)


def downgrade() -> None:
    op.drop_table("idempotency_key")
    op.drop_table("toewijzing_nummer_teller")
    op.drop_table("toekenning_toewijzing")
    op.drop_table("toekenning")
