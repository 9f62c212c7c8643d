"""Keys that expire, with rights and networks of their own; the same rows say who a token or certificate stands for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import context, op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ACTIVE = sa.text("ingetrokken_op IS NULL")
YEAR = timedelta(days=365)
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("api_key") as batch:
        batch.alter_column("secret_sha256", new_column_name="secret_digest", existing_type=sa.Text(), nullable=True)
        batch.add_column(sa.Column("pepper_id", sa.Text(), nullable=True))
        batch.add_column(sa.Column("zegel", sa.Text(), nullable=True))
        batch.add_column(sa.Column("wijze", sa.Text(), nullable=False, server_default="sleutel"))
        batch.add_column(sa.Column("kenmerk", sa.Text(), nullable=True))
        batch.add_column(sa.Column("rechten", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("netwerken", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("geldig_vanaf", MOMENT, nullable=True))
        batch.add_column(sa.Column("verloopt_op", MOMENT, nullable=True))
        batch.add_column(sa.Column("laatst_gebruikt", MOMENT, nullable=True))
        batch.add_column(sa.Column("opvolger_van", sa.Text(), nullable=True))
    _let_what_was_made_expire()
    context.config.attributes["keys_of_before"] = True  # app.storage.base has them sealed in this transaction
    with op.batch_alter_table("api_key") as batch:
        batch.alter_column("wijze", existing_type=sa.Text(), server_default=None)
        batch.alter_column("netwerken", existing_type=sa.JSON(), server_default=None)
        batch.alter_column("geldig_vanaf", existing_type=MOMENT, nullable=False)
        batch.alter_column("verloopt_op", existing_type=MOMENT, nullable=False)
    for name, columns in (("uq_api_key_kenmerk", ["wijze", "kenmerk"]), ("uq_api_key_opvolger_van", ["opvolger_van"])):
        op.create_index(name, "api_key", columns, unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE)


def _let_what_was_made_expire() -> None:
    key = sa.table(
        "api_key", sa.column("gemaakt_op", MOMENT), sa.column("geldig_vanaf", MOMENT), sa.column("verloopt_op", MOMENT)
    )
    a_year_from_now = datetime.now(UTC) + YEAR  # noqa: TID251 - there is no runtime here
    op.execute(key.update().values(geldig_vanaf=key.c.gemaakt_op, verloopt_op=a_year_from_now))


def downgrade() -> None:
    op.drop_index("uq_api_key_opvolger_van", "api_key")
    op.drop_index("uq_api_key_kenmerk", "api_key")
    op.execute("DELETE FROM api_key WHERE secret_digest IS NULL")
    with op.batch_alter_table("api_key") as batch:
        batch.alter_column("secret_digest", new_column_name="secret_sha256", existing_type=sa.Text(), nullable=False)
        for name in (
            "pepper_id",
            "zegel",
            "wijze",
            "kenmerk",
            "rechten",
            "netwerken",
            "geldig_vanaf",
            "verloopt_op",
            "laatst_gebruikt",
            "opvolger_van",
        ):
            batch.drop_column(name)
