"""Which existing clients were converted, so that a file can be run again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overgang",
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("bsn", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("vanaf", sa.Date(), nullable=False),
        sa.Column("toekenning_id", sa.Text(), nullable=False),
        sa.Column("aanbieder", sa.Text(), nullable=False),
        sa.Column("budget_euro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["toekenning_id"], ["toekenning.id"], name=op.f("fk_overgang_toekenning_id_toekenning")
        ),
        sa.PrimaryKeyConstraint("gemeente", "bsn", "product", "vanaf", name=op.f("pk_overgang")),
        sa.UniqueConstraint("toekenning_id", name=op.f("uq_overgang_toekenning_id")),
    )


def downgrade() -> None:
    op.drop_table("overgang")
