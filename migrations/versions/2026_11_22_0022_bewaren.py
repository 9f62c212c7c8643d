"""Stops on deletion and traces of what was deleted; indexes without which deleting reads whole tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NAMES_ONE = sa.text("toewijzing_id IS NOT NULL")
OF_BERICHT = ("toewijzing_versie", "verzoek_referentie", "opgehaald")


def upgrade() -> None:
    op.create_table(
        "vernietigingsstop",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("gemeente", sa.Text()),
        sa.Column("bsn", sa.Text()),
        sa.Column("sleutel", sa.Text()),
        sa.Column("bericht_id", sa.Text()),
        sa.Column("reden", sa.Text(), nullable=False),
        sa.Column("gezet_door", sa.Text(), nullable=False),
        sa.Column("gezet_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opgeheven_op", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vernietigingsstop")),
    )
    op.create_table(
        "verwijderd_spoor",
        sa.Column("spoor", sa.Text(), nullable=False),
        sa.Column("verwijderd_op", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("spoor", name=op.f("pk_verwijderd_spoor")),
    )
    for table in OF_BERICHT:
        op.create_index(op.f(f"ix_{table}_bericht_id"), table, ["bericht_id"])
    op.create_index(
        "ix_prestatie_toewijzing_id",
        "prestatie",
        ["toewijzing_id"],
        sqlite_where=NAMES_ONE,
        postgresql_where=NAMES_ONE,
    )


def downgrade() -> None:
    op.drop_index("ix_prestatie_toewijzing_id", "prestatie")
    for table in OF_BERICHT:
        op.drop_index(op.f(f"ix_{table}_bericht_id"), table)
    op.drop_table("verwijderd_spoor")
    op.drop_table("vernietigingsstop")
