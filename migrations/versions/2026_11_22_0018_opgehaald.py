"""Which files of a folder were taken in, until they are put aside; failed jobs are counted by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FAILED = sa.text("status = 'mislukt'")


def upgrade() -> None:
    op.create_table(
        "opgehaald",
        sa.Column("partij", sa.Text(), nullable=False),
        sa.Column("bestand", sa.Text(), nullable=False),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_opgehaald_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("partij", "bestand", name=op.f("pk_opgehaald")),
    )
    op.create_index("ix_job_mislukt", "job", ["soort"], sqlite_where=FAILED, postgresql_where=FAILED)


def downgrade() -> None:
    op.drop_index("ix_job_mislukt", "job")
    op.drop_table("opgehaald")
