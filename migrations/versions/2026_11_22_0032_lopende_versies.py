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
PARTY = """
UPDATE toewijzing_versie SET gemeente = t.gemeente, aanbieder = t.aanbieder FROM toewijzing AS t
WHERE t.id = toewijzing_versie.toewijzing_id
"""
DAYS = """
UPDATE toewijzing_versie SET beslist_tot = r.tot, loopt_tot = CASE
  WHEN r.verwijderd = 0 AND (r.tot IS NULL OR r.ingangsdatum < r.tot)
    AND (r.einddatum IS NULL OR r.ingangsdatum <= r.einddatum) THEN coalesce(r.einddatum, {forever}) END
FROM (
  SELECT id, ingangsdatum, einddatum, min(ingangsdatum) OVER newer AS tot,
    void + coalesce(max(void) OVER newer, 0) AS verwijderd
  FROM (
    SELECT *, CASE WHEN einddatum = ingangsdatum AND reden_wijziging = '01' THEN 1 ELSE 0 END AS void
    FROM toewijzing_versie WHERE NOT vervallen
  ) AS counting
  WINDOW newer AS (
    PARTITION BY toewijzing_id ORDER BY toewijzingsdatum DESC, toewijzingstijd DESC
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  )
) AS r
WHERE r.id = toewijzing_versie.id
"""


def upgrade() -> None:
    for name in ("gemeente", "aanbieder"):
        op.add_column(TABLE, sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in ("beslist_tot", "loopt_tot"):
        op.add_column(TABLE, sa.Column(name, sa.Date(), nullable=True))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(PARTY)
    op.execute(DAYS.format(forever="date '9999-12-31'" if is_postgresql else "'9999-12-31'"))
    op.create_index(INDEX, TABLE, ["gemeente", "loopt_tot"], sqlite_where=SET, postgresql_where=SET)


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    for name in ("loopt_tot", "beslist_tot", "aanbieder", "gemeente"):
        op.drop_column(TABLE, name)
