"""The postbus of each party, numbered by a counter so that a cursor never skips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "postbus_teller",
        sa.Column("partij", sa.Text(), nullable=False),
        sa.Column("laatste", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("partij", name=op.f("pk_postbus_teller")),
    )
    op.create_table(
        "postbus_item",
        sa.Column("partij", sa.Text(), nullable=False),
        sa.Column("nummer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_postbus_item_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("partij", "nummer", name=op.f("pk_postbus_item")),
        sa.UniqueConstraint("bericht_id", "partij", name=op.f("uq_postbus_item_bericht_id_partij")),
    )


def downgrade() -> None:
    op.drop_table("postbus_item")
    op.drop_table("postbus_teller")
