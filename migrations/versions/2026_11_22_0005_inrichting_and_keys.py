"""The inrichting of each gemeente, every version of it, and the API keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inrichting_versie",
        sa.Column("gemeente", sa.Text(), nullable=False),
        sa.Column("versie", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("geladen_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("gemeente", "versie", name=op.f("pk_inrichting_versie")),
    )
    op.create_table(
        "api_key",
        sa.Column("keyid", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("rol", sa.Text(), nullable=False),
        sa.Column("gemeenten", sa.JSON(), nullable=False),
        sa.Column("aanbieders", sa.JSON(), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ingetrokken_op", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("keyid", name=op.f("pk_api_key")),
    )


def downgrade() -> None:
    op.drop_table("api_key")
    op.drop_table("inrichting_versie")
