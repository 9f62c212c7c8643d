"""Work that waits, how parties are reached, and what happens to a bericht on its way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'open'")
LEASED = sa.text("status = 'open' AND lease_tot IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("sleutel", sa.Text()),
        sa.Column("baan", sa.Text(), nullable=False),
        sa.Column("partij", sa.Text()),
        sa.Column("bericht_id", sa.Text()),
        sa.Column("argument", sa.Text()),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gepland_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pogingen", sa.BigInteger(), nullable=False),
        sa.Column("onverwacht", sa.BigInteger(), nullable=False),
        sa.Column("afgebroken", sa.BigInteger(), nullable=False),
        sa.Column("lease_tot", sa.DateTime(timezone=True)),
        sa.Column("lease_token", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reden", sa.Text()),
        sa.Column("voortgang", sa.BigInteger(), nullable=False),
        sa.Column("klaar_op", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_job_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_open", "job", ["baan", "gepland_op", "id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_job_bezig", "job", ["baan"], sqlite_where=LEASED, postgresql_where=LEASED)
    op.create_index("uq_job_sleutel", "job", ["sleutel"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(op.f("ix_job_bericht_id"), "job", ["bericht_id"])
    op.create_index(op.f("ix_job_klaar_op"), "job", ["klaar_op"])
    op.create_table(
        "job_baan",
        sa.Column("baan", sa.Text(), nullable=False),
        sa.Column("rust_tot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mislukt", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("baan", name=op.f("pk_job_baan")),
    )
    op.create_table(
        "aansluiting",
        sa.Column("partij", sa.Text(), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("adres", sa.Text(), nullable=False),
        sa.Column("sleutelversie", sa.BigInteger(), nullable=False),
        sa.Column("gewijzigd_op", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partij", name=op.f("pk_aansluiting")),
    )
    op.create_table(
        "gebeurtenis",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("bericht_id", sa.Text(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("soort", sa.Text(), nullable=False),
        sa.Column("partij", sa.Text()),
        sa.Column("poging", sa.BigInteger()),
        sa.Column("reden", sa.Text()),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_gebeurtenis_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gebeurtenis")),
    )
    op.create_index(op.f("ix_gebeurtenis_bericht_id_id"), "gebeurtenis", ["bericht_id", "id"])


def downgrade() -> None:
    for table in ("gebeurtenis", "aansluiting", "job_baan", "job"):
        op.drop_table(table)
