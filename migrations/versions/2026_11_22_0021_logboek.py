"""The logboek: who did or saw what, of whom; nothing in it changes, and it shows when somebody tried.

A later migration that rebuilds one of these tables on SQLite has to make its triggers again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

PRESENT = sa.text("object_id IS NOT NULL")
FIXED = ("logboek", "logboek_client", "logboek_zegel", "logboek_anker")
MAY_GO = {
    "logboek": "OLD.bewaren_tot < {today}",
    "logboek_client": "EXISTS (SELECT 1 FROM logboek l WHERE l.id = OLD.logboek_id AND l.bewaren_tot < {today})",
    "logboek_zegel": "EXISTS (SELECT 1 FROM logboek l WHERE l.id = OLD.logboek_id AND l.bewaren_tot < {today})",
    "logboek_anker": "EXISTS (SELECT 1 FROM logboek_anker a WHERE a.volgnummer > OLD.volgnummer)",
}
"""When a row may be deleted; the clients and the place in the chain of a logboek row go before it."""
KEYS = {
    "logboek": "id = NEW.id",
    "logboek_client": "logboek_id = NEW.logboek_id AND client = NEW.client",
    "logboek_zegel": "volgnummer = NEW.volgnummer OR logboek_id = NEW.logboek_id",
    "logboek_anker": "volgnummer = NEW.volgnummer",
}
"""What is there already when this is so; INSERT OR REPLACE of SQLite passes the triggers on UPDATE and DELETE."""


def upgrade() -> None:
    _create_tables()
    _create_chain()
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_triggers()
    else:
        _sqlite_triggers()


def downgrade() -> None:
    for table in ("logboek_anker", "logboek_wachtrij", "logboek_zegel", "logboek_client", "logboek"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in ("logboek_in_wachtrij", "logboek_vast", *(f"{table}_weg" for table in FIXED)):
            op.execute(f"DROP FUNCTION {name}()")


def _create_tables() -> None:
    op.create_table(
        "logboek",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "moment", "gebeurtenis", "actie", "wie")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("rol", "wijze", "uitkomst", "object_soort")),
        sa.Column("object_id", sa.Text()),
        sa.Column("aantal", sa.BigInteger()),
        sa.Column("reden", sa.Text()),
        sa.Column("adres", sa.Text()),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("span_id", sa.Text(), nullable=False),
        sa.Column("parent_span_id", sa.Text()),
        sa.Column("begin_ms", sa.BigInteger(), nullable=False),
        sa.Column("eind_ms", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("activiteit", "bewaren_tot", "mac")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logboek")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_logboek_object_id", "logboek", ["object_id", "id"], sqlite_where=PRESENT, postgresql_where=PRESENT
    )
    op.create_table(
        "logboek_client",
        sa.Column("logboek_id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("logboek_id", "client", name=op.f("pk_logboek_client")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_logboek_client_client_logboek_id"), "logboek_client", ["client", "logboek_id"])


def _create_chain() -> None:
    op.create_table(
        "logboek_zegel",
        sa.Column("volgnummer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("logboek_id", sa.Text(), nullable=False),
        sa.Column("keten", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("volgnummer", name=op.f("pk_logboek_zegel")),
        sa.UniqueConstraint("logboek_id", name=op.f("uq_logboek_zegel_logboek_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "logboek_wachtrij",
        sa.Column("logboek_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("logboek_id", name=op.f("pk_logboek_wachtrij")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "logboek_anker",
        sa.Column("volgnummer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("keten", sa.Text(), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("volgnummer", name=op.f("pk_logboek_anker")),
        sqlite_with_rowid=False,
    )


def _sqlite_triggers() -> None:
    op.execute(
        "CREATE TRIGGER logboek_in_wachtrij AFTER INSERT ON logboek BEGIN "
        "INSERT INTO logboek_wachtrij (logboek_id) VALUES (NEW.id); END"
    )
    for table in FIXED:
        never = f"BEGIN SELECT RAISE(ABORT, '{table} verandert niet'); END"
        may_go = MAY_GO[table].format(today="date('now')")
        op.execute(f"CREATE TRIGGER {table}_vast BEFORE UPDATE ON {table} {never}")
        known = f"EXISTS (SELECT 1 FROM {table} WHERE {KEYS[table]})"  # noqa: S608  (our own words)
        op.execute(f"CREATE TRIGGER {table}_nieuw BEFORE INSERT ON {table} WHEN {known} {never}")
        op.execute(f"CREATE TRIGGER {table}_weg BEFORE DELETE ON {table} WHEN NOT ({may_go}) {never}")


def _postgresql_triggers() -> None:
    _function("logboek_in_wachtrij", "INSERT INTO logboek_wachtrij (logboek_id) VALUES (NEW.id); RETURN NULL;")
    op.execute(
        "CREATE TRIGGER logboek_in_wachtrij AFTER INSERT ON logboek FOR EACH ROW EXECUTE FUNCTION logboek_in_wachtrij()"
    )
    _function("logboek_vast", "RAISE EXCEPTION '% verandert niet', TG_TABLE_NAME;")
    for table in FIXED:
        may_go = MAY_GO[table].format(today="to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')")
        _function(
            f"{table}_weg",
            f"IF NOT ({may_go}) THEN RAISE EXCEPTION '{table} verandert niet'; END IF; RETURN OLD;",
        )
        op.execute(
            f"CREATE TRIGGER {table}_vast BEFORE UPDATE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION logboek_vast()"
        )
        op.execute(f"CREATE TRIGGER {table}_weg BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_weg()")


def _function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
