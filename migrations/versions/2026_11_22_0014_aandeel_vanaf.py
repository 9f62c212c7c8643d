"""Where a part of a budget begins in its whole, so that the parts of a broken period add up; 0 for a whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "toewijzing_versie", sa.Column("aandeel_vanaf", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("toewijzing_versie", "aandeel_vanaf")
