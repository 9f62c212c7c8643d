"""Deadlines that lapsed, which messages wait for their answer, and lists of one status for any history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Until now a deadline beyond the new last day of its toewijzing was marked as met on that day.
LAPSE_WHAT_NOBODY_MET = """
UPDATE termijn SET vervallen_op = gehaald_op, vervallen_reden = 'eindigt-eerder', gehaald_op = NULL
WHERE soort <> 'einde-indicatie' AND gehaald_op < datum AND EXISTS (
    SELECT 1 FROM termijn AS einde
    WHERE einde.gemeente = termijn.gemeente AND einde.sleutel = termijn.sleutel
    AND einde.soort = 'einde-indicatie' AND einde.datum = termijn.gehaald_op
)
"""
MEET_WHAT_LAPSED = "UPDATE termijn SET gehaald_op = vervallen_op WHERE vervallen_op IS NOT NULL"
FIND_WHAT_WAITS = """
UPDATE bericht SET wacht_op_antwoord = TRUE
WHERE soort IN ('WMO301', 'WMO303') AND uniek IS NOT NULL AND aanbieder IS NOT NULL
AND status NOT IN ('beantwoord', 'afgekeurd')
AND NOT EXISTS (SELECT 1 FROM bericht AS antwoord WHERE antwoord.antwoord_op_id = bericht.id)
"""
ORDER_OF_WAITING = ["soort", "release", "dagtekening", "id"]


def upgrade() -> None:
    op.add_column("termijn", sa.Column("vervallen_op", sa.Date(), nullable=True))
    op.add_column("termijn", sa.Column("vervallen_reden", sa.Text(), nullable=True))
    op.execute(LAPSE_WHAT_NOBODY_MET)
    op.add_column("bericht", sa.Column("wacht_op_antwoord", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(FIND_WHAT_WAITS)
    op.create_index(
        "ix_bericht_wacht_op_antwoord",
        "bericht",
        ORDER_OF_WAITING,
        unique=False,
        sqlite_where=sa.text("wacht_op_antwoord = 1"),
        postgresql_where=sa.text("wacht_op_antwoord"),
    )
    op.create_index(op.f("ix_bericht_gemeente_status_id"), "bericht", ["gemeente", "status", "id"], unique=False)
    op.create_index(op.f("ix_bericht_aanbieder_status_id"), "bericht", ["aanbieder", "status", "id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_bericht_aanbieder_status_id"), table_name="bericht")
    op.drop_index(op.f("ix_bericht_gemeente_status_id"), table_name="bericht")
    op.drop_index("ix_bericht_wacht_op_antwoord", table_name="bericht")
    op.drop_column("bericht", "wacht_op_antwoord")
    op.execute(MEET_WHAT_LAPSED)
    op.drop_column("termijn", "vervallen_reden")
    op.drop_column("termijn", "vervallen_op")
