"""The amounts of prestaties are added up from an index, for any period of a gemeente."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

COLUMNS = ["gemeente", "begindatum", "aanbieder", "categorie", "code", "bedrag_cents", "toegekend_cents"]


def upgrade() -> None:
    op.create_index("ix_prestatie_bedragen", "prestatie", COLUMNS)


def downgrade() -> None:
    op.drop_index("ix_prestatie_bedragen", "prestatie")
