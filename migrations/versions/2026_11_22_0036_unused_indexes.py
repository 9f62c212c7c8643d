"""Indexes hold no more what nobody looks for: berichten of no servicebureau, toekenningen by gemeente."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = ("bericht", "declaratie")
COLUMNS = ["servicebureau", "id"]
SET = sa.text("servicebureau IS NOT NULL")


def upgrade() -> None:
    for table in TABLES:
        name = op.f(f"ix_{table}_servicebureau_id")
        op.drop_index(name, table)
        op.create_index(name, table, COLUMNS, sqlite_where=SET, postgresql_where=SET)
    op.drop_index(op.f("ix_toekenning_gemeente"), "toekenning")


def downgrade() -> None:
    op.create_index(op.f("ix_toekenning_gemeente"), "toekenning", ["gemeente"])
    for table in TABLES:
        name = op.f(f"ix_{table}_servicebureau_id")
        op.drop_index(name, table)
        op.create_index(name, table, COLUMNS)
