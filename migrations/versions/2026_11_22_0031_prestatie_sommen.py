"""What was asked and granted is added up while it is booked, and no longer on request from an index of every line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0028"
branch_labels = None
depends_on = None

KEY = ["gemeente", "begindatum", "aanbieder", "categorie", "code"]
SUMMED = ["bedrag_cents", "toegekend_cents"]


def upgrade() -> None:
    op.create_table(
        "prestatie_som",
        *(sa.Column(name, sa.Date() if name == "begindatum" else sa.Text(), nullable=False) for name in KEY),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ["aantal", *SUMMED]),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_prestatie_som")),
    )
    key = ", ".join(KEY)
    op.execute(
        f"INSERT INTO prestatie_som ({key}, aantal, {', '.join(SUMMED)}) "  # noqa: S608  (names of our own)
        f"SELECT {key}, count(*), {', '.join(f'sum({name})' for name in SUMMED)} FROM prestatie GROUP BY {key}"
    )
    op.drop_index("ix_prestatie_bedragen", "prestatie")


def downgrade() -> None:
    op.create_index("ix_prestatie_bedragen", "prestatie", [*KEY, *SUMMED])
    op.drop_table("prestatie_som")
