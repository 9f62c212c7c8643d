"""Sessions of people whom the identity provider knows, and what works once: answers and log-outs of that provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessie", sa.Column("uitgever_persoon", sa.Text(), nullable=True))
    op.create_index(op.f("ix_sessie_uitgever_persoon"), "sessie", ["uitgever_persoon"])
    op.create_table(
        "eenmalig",
        sa.Column("kenmerk", sa.Text(), nullable=False),
        sa.Column("verloopt_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kenmerk", name=op.f("pk_eenmalig")),
    )
    op.create_index(op.f("ix_eenmalig_verloopt_op"), "eenmalig", ["verloopt_op"])


def downgrade() -> None:
    op.drop_table("eenmalig")
    op.drop_index(op.f("ix_sessie_uitgever_persoon"), "sessie")
    op.drop_column("sessie", "uitgever_persoon")
