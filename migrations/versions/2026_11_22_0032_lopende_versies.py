"""A version of a toewijzing says which days it decides, so that those of a year are found without all others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

TABLE, INDEX = "toewijzing_versie", "ix_toewijzing_versie_lopend"
SET = sa.text("loopt_tot IS NOT NULL")
FILL = """
UPDATE toewijzing_versie SET gemeente = r.gemeente, aanbieder = r.aanbieder, beslist_tot = r.tot, loopt_tot = CASE
  WHEN r.verwijderd = 0 AND (r.tot IS NULL OR r.ingangsdatum < r.tot)
    AND (r.einddatum IS NULL OR r.ingangsdatum <= r.einddatum) THEN coalesce(r.einddatum, {forever}) END
FROM (
  SELECT v.id, t.gemeente, t.aanbieder, v.ingangsdatum, v.einddatum,
    CASE WHEN NOT v.vervallen THEN min(v.ingangsdatum) OVER newer END AS tot,
    CASE WHEN NOT v.vervallen THEN v.void + coalesce(max(v.void) OVER newer, 0) END AS verwijderd
  FROM (
    SELECT *, CASE WHEN einddatum = ingangsdatum AND reden_wijziging = '01' THEN 1 ELSE 0 END AS void
    FROM toewijzing_versie
  ) AS v
  JOIN toewijzing AS t ON t.id = v.toewijzing_id
  WINDOW newer AS (
    PARTITION BY v.toewijzing_id, v.vervallen ORDER BY v.toewijzingsdatum DESC, v.toewijzingstijd DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
) AS r
WHERE r.id = toewijzing_versie.id
"""
"""In one statement, for PostgreSQL writes each row anew with every statement that changes it."""


def upgrade() -> None:
    for name in ("gemeente", "aanbieder"):
        op.add_column(TABLE, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("beslist_tot", "loopt_tot"):
        op.add_column(TABLE, sa.Column(name, sa.Date(), nullable=True))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(FILL.format(forever="date '9999-12-31'" if is_postgresql else "'9999-12-31'"))
    op.create_index(INDEX, TABLE, ["gemeente", "loopt_tot"], sqlite_where=SET, postgresql_where=SET)


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    for name in ("loopt_tot", "beslist_tot", "aanbieder", "gemeente"):
        op.drop_column(TABLE, name)
