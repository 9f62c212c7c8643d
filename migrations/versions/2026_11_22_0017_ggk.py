"""StUF-GGk envelopes, and the last moment that each sender used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ggk_envelop",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("richting", sa.Text(), nullable=False),
        sa.Column("organisatie", sa.Text(), nullable=False),
        sa.Column("applicatie", sa.Text(), nullable=False),
        sa.Column("administratie", sa.Text(), nullable=False),
        sa.Column("referentienummer", sa.Text(), nullable=False),
        sa.Column("ontvanger", sa.Text(), nullable=False),
        sa.Column("berichtcode", sa.Text(), nullable=False),
        sa.Column("functie", sa.Text()),
        sa.Column("cross_ref", sa.Text()),
        sa.Column("tijdstip", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("inhoud", sa.LargeBinary(), nullable=False),
        sa.Column("antwoord", sa.LargeBinary()),
        sa.Column("bericht_id", sa.Text()),
        sa.Column("partij", sa.Text()),
        sa.Column("key_id", sa.Text()),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("aangeboden_op", sa.DateTime(timezone=True)),
        sa.Column("fout", sa.Text()),
        sa.ForeignKeyConstraint(["bericht_id"], ["bericht.id"], name=op.f("fk_ggk_envelop_bericht_id_bericht")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ggk_envelop")),
        sa.UniqueConstraint(
            "richting",
            "organisatie",
            "applicatie",
            "administratie",
            "referentienummer",
            name=op.f("uq_ggk_envelop_zender"),
        ),
    )
    op.create_index(op.f("ix_ggk_envelop_referentienummer"), "ggk_envelop", ["referentienummer"])
    op.create_index(op.f("ix_ggk_envelop_bericht_id"), "ggk_envelop", ["bericht_id"])
    op.create_table(
        "ggk_tijdstip",
        sa.Column("zender", sa.Text(), nullable=False),
        sa.Column("laatste", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("zender", name=op.f("pk_ggk_tijdstip")),
    )


def downgrade() -> None:
    op.drop_table("ggk_tijdstip")
    op.drop_table("ggk_envelop")
