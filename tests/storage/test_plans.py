"""No statement of the busiest path reads a whole table, or all that a party has: it would take longer every year.

Looked at where the plan does not depend on what is in the tables; PostgreSQL plans by size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import combinations
from pkgutil import iter_modules
from typing import Final

import pytest

import app.storage
from app.storage.base import create_storage
from app.storage.columns import Base
from app.storage.prepared import Prepared

OF_POSTGRESQL: Final = {"base._MOMENT"}
FEW: Final = {"inrichtingen._LATEST"}
"""A gemeente has few versions of its inrichting."""


def _statements() -> Iterator[tuple[str, Prepared]]:
    for module in iter_modules(app.storage.__path__):
        for name, value in vars(import_module(f"app.storage.{module.name}")).items():
            if isinstance(value, Prepared):
                yield f"{module.name}.{name}", value


STATEMENTS: Final = dict(_statements())


def _plans(statement: Prepared, migrated_sqlite) -> Iterator[str]:
    """How SQLite goes about it, for each of its lists with one value or several."""
    storage = create_storage(f"sqlite:///{migrated_sqlite}")
    with storage.reading() as session:
        connection = session.connection()
        lists = sorted(statement._with(connection.dialect, frozenset()).lists)  # pyright: ignore[reportPrivateUsage]
        for many in range(len(lists) + 1):
            for alone in map(frozenset, combinations(lists, many)):
                form = statement._with(connection.dialect, alone)  # pyright: ignore[reportPrivateUsage]
                values = tuple("[]" if name in form.lists - alone else "1" for name in form.names)
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {form.sql}", values):
                    yield row.detail
    storage.close()


@pytest.mark.parametrize("name", sorted(STATEMENTS.keys() - OF_POSTGRESQL))
def test_what_is_asked_is_found_by_an_index(name, migrated_sqlite):
    tables = "|".join(Base.metadata.tables)
    reads_all = re.compile(rf"SCAN ({tables})\b|SEARCH .*\((gemeente|aanbieder|servicebureau)=\?\)")
    found = [step for step in _plans(STATEMENTS[name], migrated_sqlite) if reads_all.search(step)]
    assert bool(found) == (name in FEW), found


def test_there_are_as_many_as_the_busiest_path_has():
    assert len(STATEMENTS) > 30
