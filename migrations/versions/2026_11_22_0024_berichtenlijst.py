"""Indexes with which the list of berichten can be narrowed, and berichten be found by a number, in a long log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

PARTIAL = (
    ("ix_bericht_gemeente_id_zonder_aanbieder", "bericht", ["gemeente", "id"], "aanbieder IS NULL"),
    ("ix_bericht_servicebureau_status_id", "bericht", ["servicebureau", "status", "id"], "servicebureau IS NOT NULL"),
    (
        "ix_bericht_servicebureau_ontvangen_op_id",
        "bericht",
        ["servicebureau", "ontvangen_op", "id"],
        "servicebureau IS NOT NULL",
    ),
    ("ix_bevinding_retourcode_bericht_id", "bevinding", ["retourcode", "bericht_id"], "retourcode IS NOT NULL"),
    (
        "ix_prestatie_toewijzing_nummer",
        "prestatie",
        ["toewijzing_nummer"],
        "toewijzing_id IS NULL AND toewijzing_nummer IS NOT NULL",
    ),
)


def upgrade() -> None:
    op.create_index(op.f("ix_bericht_gemeente_soort_id"), "bericht", ["gemeente", "soort", "id"])
    op.create_index(op.f("ix_bericht_gemeente_ontvangen_op_id"), "bericht", ["gemeente", "ontvangen_op", "id"])
    op.create_index(op.f("ix_bericht_aanbieder_ontvangen_op_id"), "bericht", ["aanbieder", "ontvangen_op", "id"])
    op.create_index(op.f("ix_declaratie_factuurnummer"), "declaratie", ["factuurnummer"])
    for name, table, columns, where in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _, _ in reversed(PARTIAL):
        op.drop_index(name, table)
    op.drop_index(op.f("ix_declaratie_factuurnummer"), "declaratie")
    op.drop_index(op.f("ix_bericht_aanbieder_ontvangen_op_id"), "bericht")
    op.drop_index(op.f("ix_bericht_gemeente_ontvangen_op_id"), "bericht")
    op.drop_index(op.f("ix_bericht_gemeente_soort_id"), "bericht")
