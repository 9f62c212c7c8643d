"""People who log in: accounts, links to set a password, sessions, and how often logging in failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "persoon",
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("wachtwoord_hash", sa.Text(), nullable=True),
        sa.Column("rol", sa.Text(), nullable=False),
        sa.Column("gemeenten", sa.JSON(), nullable=False),
        sa.Column("totp_geheim", sa.LargeBinary(), nullable=True),
        sa.Column("totp_teller", sa.BigInteger(), nullable=True),
        sa.Column("actief", sa.Boolean(), nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ingelogd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("vorige_op", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("naam", name=op.f("pk_persoon")),
    )
    op.create_table(
        "instel_link",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("verloopt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gebruikt_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wist_totp", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["naam"], ["persoon.naam"], name=op.f("fk_instel_link_naam_persoon")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_instel_link")),
    )
    op.create_index(op.f("ix_instel_link_naam"), "instel_link", ["naam"])
    op.create_table(
        "sessie",
        sa.Column("id_sha256", sa.Text(), nullable=False),
        sa.Column("naam", sa.Text(), nullable=False),
        sa.Column("bron", sa.Text(), nullable=False),
        sa.Column("rol", sa.Text(), nullable=False),
        sa.Column("gemeenten", sa.JSON(), nullable=False),
        sa.Column("fase", sa.Text(), nullable=False),
        sa.Column("begonnen_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gezien_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("adres", sa.Text(), nullable=True),
        sa.Column("programma", sa.Text(), nullable=True),
        sa.Column("uitgever_sessie", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id_sha256", name=op.f("pk_sessie")),
    )
    for column in ("naam", "gezien_op", "uitgever_sessie"):
        op.create_index(op.f(f"ix_sessie_{column}"), "sessie", [column])
    op.create_table(
        "inlogpoging",
        sa.Column("sleutel", sa.Text(), nullable=False),
        sa.Column("mislukt", sa.BigInteger(), nullable=False),
        sa.Column("laatste_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("niet_voor", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("sleutel", name=op.f("pk_inlogpoging")),
    )
    op.create_index(op.f("ix_inlogpoging_laatste_op"), "inlogpoging", ["laatste_op"])


def downgrade() -> None:
    for table in ("inlogpoging", "sessie", "instel_link", "persoon"):
        op.drop_table(table)
