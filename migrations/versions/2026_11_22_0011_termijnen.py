"""Deadlines that follow from a toekenning: begeleidingsplan, evaluation, end of the indication."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "termijn",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("toekenning_id", sa.Text(), nullable=False),
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("sleutel", sa.Text(), nullable=False),
        sa.Column("aanbieder", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("datum", sa.Date(), nullable=False),
        sa.Column("gehaald_op", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["gemeente", "sleutel"],
            ["toewijzing.gemeente", "toewijzing.sleutel"],
            name=op.f("fk_termijn_gemeente_sleutel_toewijzing"),
        ),
        sa.ForeignKeyConstraint(["toekenning_id"], ["toekenning.id"], name=op.f("fk_termijn_toekenning_id_toekenning")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_termijn")),
    )
    op.create_index(op.f("ix_termijn_gemeente_datum_id"), "termijn", ["gemeente", "datum", "id"], unique=False)
    op.create_index(op.f("ix_termijn_aanbieder_datum_id"), "termijn", ["aanbieder", "datum", "id"], unique=False)
    op.create_index(op.f("ix_termijn_gemeente_sleutel"), "termijn", ["gemeente", "sleutel"], unique=False)
    op.create_index(op.f("ix_termijn_toekenning_id"), "termijn", ["toekenning_id"], unique=False)


def downgrade() -> None:
    op.drop_table("termijn")
