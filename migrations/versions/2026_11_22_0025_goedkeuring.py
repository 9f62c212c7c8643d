"""What one person asks and another has to approve: sending a bericht about money again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    op.create_table(
        "goedkeuring",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("gevraagd_door", sa.Text(), nullable=False),
        sa.Column("gevraagd_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verloopt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("besloten_door", sa.Text(), nullable=True),
        sa.Column("besloten_op", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_goedkeuring_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goedkeuring")),
    )
    op.create_index(
        "uq_goedkeuring_open", "goedkeuring", ["bericht_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index(
        "ix_goedkeuring_gemeente",
        "goedkeuring",
        ["gemeente", "verloopt_op"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(op.f("ix_goedkeuring_bericht_id_id"), "goedkeuring", ["bericht_id", "id"])


def downgrade() -> None:
    op.drop_table("goedkeuring")
