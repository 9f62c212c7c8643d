"""People of an aanbieder or servicebureau: for which AGB codes a person and a session are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("persoon", "sessie"):
        op.add_column(table, sa.Column("aanbieders", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    for table in ("sessie", "persoon"):
        op.drop_column(table, "aanbieders")
