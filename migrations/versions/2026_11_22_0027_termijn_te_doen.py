"""An index of the deadlines for which somebody still has to do something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TO_DO = "gehaald_op IS NULL AND vervallen_op IS NULL AND soort <> 'einde-indicatie'"


def upgrade() -> None:
    op.create_index(
        "ix_termijn_te_doen",
        "termijn",
        ["gemeente", "datum", "id"],
        sqlite_where=sa.text(TO_DO),
        postgresql_where=sa.text(TO_DO),
    )


def downgrade() -> None:
    op.drop_index("ix_termijn_te_doen", "termijn")
