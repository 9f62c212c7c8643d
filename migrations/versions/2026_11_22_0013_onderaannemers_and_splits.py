"""Who worked for an aanbieder on which days, and which toewijzingen came of which by a split or a change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Until now the one onderaannemer had no days: from the first day of the toewijzing, up to where an act ended it.
KEEP_ONDERAANNEMERS = """
INSERT INTO onderaannemer (toewijzing_id, aanbieder, begindatum, einddatum)
SELECT toewijzing.id, toewijzing.onderaannemer, versie.ingangsdatum,
       CASE WHEN versie.reden_wijziging IS NOT NULL THEN versie.einddatum END
FROM toewijzing
JOIN toewijzing_versie AS versie ON versie.id = (
    SELECT newest.id FROM toewijzing_versie AS newest
    WHERE newest.toewijzing_id = toewijzing.id
    ORDER BY newest.vervallen, newest.toewijzingsdatum DESC, newest.toewijzingstijd DESC, newest.id DESC
    LIMIT 1
)
WHERE toewijzing.onderaannemer IS NOT NULL
ORDER BY toewijzing.id
"""
RESTORE_ONDERAANNEMER = """
UPDATE toewijzing SET onderaannemer = (
    SELECT onderaannemer.aanbieder FROM onderaannemer
    WHERE onderaannemer.toewijzing_id = toewijzing.id
    ORDER BY onderaannemer.begindatum DESC, onderaannemer.id DESC
    LIMIT 1
)
"""


def upgrade() -> None:
    op.create_table(
        "onderaannemer",
        sa.Column("id", IDENTITY, autoincrement=True, nullable=False),
        sa.Column("toewijzing_id", IDENTITY, nullable=False),
        sa.Column("aanbieder", sa.Text(), nullable=False),
        sa.Column("begindatum", sa.Date(), nullable=False),
        sa.Column("einddatum", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["toewijzing_id"], ["toewijzing.id"], name=op.f("fk_onderaannemer_toewijzing_id_toewijzing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onderaannemer")),
    )
    op.create_index(op.f("ix_onderaannemer_toewijzing_id"), "onderaannemer", ["toewijzing_id"], unique=False)
    op.create_table(
        "voortzetting",
        sa.Column("toewijzing_id", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("oorsprong_id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["toewijzing_id"], ["toewijzing.id"], name=op.f("fk_voortzetting_toewijzing_id_toewijzing")
        ),
        sa.ForeignKeyConstraint(
            ["oorsprong_id"], ["toewijzing.id"], name=op.f("fk_voortzetting_oorsprong_id_toewijzing")
        ),
        sa.PrimaryKeyConstraint("toewijzing_id", name=op.f("pk_voortzetting")),
    )
    op.create_index(op.f("ix_voortzetting_oorsprong_id"), "voortzetting", ["oorsprong_id"], unique=False)
    op.execute(KEEP_ONDERAANNEMERS)
    op.drop_column("toewijzing", "onderaannemer")


def downgrade() -> None:
    op.add_column("toewijzing", sa.Column("onderaannemer", sa.Text(), nullable=True))
    op.execute(RESTORE_ONDERAANNEMER)
    op.drop_table("voortzetting")
    op.drop_table("onderaannemer")
