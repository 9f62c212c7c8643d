"""The migrations: up and down on both databases, and the same tables as the code has."""

from sqlalchemy import inspect

from app.storage.base import create_storage
from app.storage.schema import metadata


def _tables(storage) -> set[str]:
    with storage.reading() as session:
        return set(inspect(session.connection()).get_table_names()) - {"alembic_version"}


class TestMigrations:
    def test_lead_from_nothing_to_the_tables_and_back(self, empty_database_url):
        storage = create_storage(empty_database_url)

        storage.upgrade()
        assert _tables(storage) == set(metadata.tables)
        storage.downgrade("base")
        assert _tables(storage) == set()
        storage.upgrade()
        assert _tables(storage) == set(metadata.tables)
        storage.close()

    def test_lead_to_exactly_the_tables_of_the_code(self, storage):
        storage.check()  # raises when a column, index, constraint or foreign key differs
