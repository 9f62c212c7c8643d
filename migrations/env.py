"""How alembic reaches the database: over the connection it is given, else at IWMO_DATABASE_URL."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import Connection, make_url

from app.storage.engines import create_engine_for
from app.storage.schema import metadata


def migrate(connection: Connection) -> None:
    """Run the migrations that were asked for, in the transaction of the connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    engine = create_engine_for(make_url(os.environ["IWMO_DATABASE_URL"]), foreign_keys=False)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()
