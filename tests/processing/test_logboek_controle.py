"""One byte that changes anywhere in the logboek is found, and named by its row; an untouched one is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain.logboek import Handeling, Logregel
from app.domain.principal import Principal, Rol
from app.processing.geheimen import Geheimen
from app.processing.logboek import clients_in, note_now
from app.processing.logboek_controle import Ankerpunt, Breuk, Wat, anchor, verify
from app.processing.logboek_zegels import purge_logboek, seal
from app.processing.runtime import Runtime
from app.storage.base import Storage
from tests.builders import BSN_X, BSN_Y

WHO = Principal(key_id="k", rol=Rol.GEMEENTE)
ROWS = 7
CLIENTS = frozenset({BSN_X, BSN_Y})
COLUMNS = {
    "logboek": (
        *("id", "moment", "gebeurtenis", "actie", "wie", "rol", "wijze", "uitkomst", "object_soort", "object_id"),
        *("aantal", "reden", "adres", "trace_id", "span_id", "parent_span_id", "begin_ms", "eind_ms"),
        *("activiteit", "bewaren_tot", "mac"),
    ),
    "logboek_client": ("logboek_id", "client"),
    "logboek_zegel": ("volgnummer", "logboek_id", "keten"),
}
KEYS = {"logboek": ("id",), "logboek_client": ("logboek_id", "client"), "logboek_zegel": ("volgnummer",)}
NUMBERS = {"aantal", "begin_ms", "eind_ms", "volgnummer"}
PLACES = [(table, column) for table, columns in COLUMNS.items() for column in columns]


def later(runtime: Runtime, **much: int) -> Runtime:
    """The service so much later."""
    return replace(runtime, now=lambda: datetime.now(UTC) + timedelta(**much))


def written(runtime: Runtime, count: int = ROWS) -> None:
    """Rows with and without clients and numbers."""
    for number in range(count):
        bsns = CLIENTS if number % 2 else frozenset[str]()
        regel = Logregel(handeling=Handeling.BERICHT_BEKEKEN, object_id=f"b{number}", aantal=number, bsns=bsns)
        note_now(runtime, WHO, regel)


@pytest.fixture
def runtime(runtime: Runtime) -> Runtime:
    """A service with rows that are in the chain, of a few minutes ago."""
    written(replace(runtime, now=lambda: datetime.now(UTC) - timedelta(minutes=5)))
    seal(runtime)
    return runtime


class Unlocked:
    """Who owns the database: nothing stops him, and what he did can be undone for the next example."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def run(self, statement: str, **values: Any) -> Any:
        with self._storage._writer.begin() as connection:
            if self._storage.dialect == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                for table, guard in product((*COLUMNS, "logboek_anker"), ("vast", "weg")):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{guard}"))
            found = connection.execute(text(statement), values)
            return found.all() if found.returns_rows else None

    def tables(self) -> dict[str, list[Any]]:
        return {table: self.run(f"SELECT * FROM {table}") for table in COLUMNS}  # noqa: S608


@pytest.fixture
def unlocked(runtime: Runtime) -> Unlocked:
    """The database without its triggers."""
    return Unlocked(runtime.storage)


def other(value: Any, column: str, place: int, by: int) -> Any:
    """The value with one byte of it changed, or a byte where there was nothing."""
    if column in NUMBERS:
        return (value or 0) + by + (1 if value is None else 0)
    if not value:
        return "x"
    place %= len(value)
    return value[:place] + chr((ord(value[place]) - 32 + by) % 94 + 32) + value[place + 1 :]


class TestOneByte:
    """The pair: a byte that changes is found; nothing changed is right."""

    def test_untouched(self, runtime: Runtime):
        found = verify(later(runtime, minutes=2))
        assert found.breuk is None
        assert found.goed == found.laatste >= ROWS

    @pytest.mark.parametrize(("table", "column"), PLACES)
    @settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_changed(self, runtime: Runtime, unlocked: Unlocked, table: str, column: str, data: st.DataObject):
        before = unlocked.tables()
        row = data.draw(st.sampled_from(range(len(before[table]))))
        values = before[table][row]._mapping
        changed = other(values[column], column, data.draw(st.integers(0, 60)), data.draw(st.integers(1, 93)))
        where = " AND ".join(f"{name} = :old_{name}" for name in KEYS[table])
        old = {f"old_{name}": values[name] for name in KEYS[table]}
        try:
            unlocked.run(f"UPDATE {table} SET {column} = :new WHERE {where}", new=changed, **old)  # noqa: S608
        except DBAPIError:  # the new value is that of another row, which the database itself forbids
            return
        found = verify(later(runtime, minutes=2)).breuk
        changed_key = {f"old_{name}": changed if name == column else values[name] for name in KEYS[table]}
        back = ", ".join(f"{name} = :{name}" for name in values)
        unlocked.run(f"UPDATE {table} SET {back} WHERE {where}", **values, **changed_key)  # noqa: S608

        expected = self._named(before, table, values)
        assert found is not None
        assert found.volgnummer in {expected, None}
        if found.volgnummer is None:  # the last place was moved to before the first: the row has none
            assert found.wat is Wat.ONVERZEGELD
        assert verify(later(runtime, minutes=2)).breuk is None

    def _named(self, before: dict[str, list[Any]], table: str, values: Any) -> int:
        """The number of the row that was touched."""
        if table == "logboek_zegel":
            return values["volgnummer"]
        id = values["id" if table == "logboek" else "logboek_id"]
        return next(one.volgnummer for one in before["logboek_zegel"] if one.logboek_id == id)


class TestWhatIsGone:
    """Rows and places that are removed, and those that were added."""

    def test_a_row(self, runtime: Runtime, unlocked: Unlocked):
        (row,) = unlocked.run("SELECT * FROM logboek_zegel WHERE volgnummer = 3")
        unlocked.run("DELETE FROM logboek WHERE id = :id", id=row.logboek_id)
        assert verify(runtime).breuk == Breuk(wat=Wat.ONTBREEKT, volgnummer=3, logboek_id=row.logboek_id)

    def test_a_row_with_its_place(self, runtime: Runtime, unlocked: Unlocked):
        (row,) = unlocked.run("SELECT * FROM logboek_zegel WHERE volgnummer = 3")
        unlocked.run("DELETE FROM logboek WHERE id = :id", id=row.logboek_id)
        unlocked.run("DELETE FROM logboek_zegel WHERE volgnummer = 3")
        assert verify(runtime).breuk == Breuk(wat=Wat.NUMMER, volgnummer=3)

    def test_one_client_of_a_row(self, runtime: Runtime, unlocked: Unlocked):
        (client,) = clients_in(runtime, {BSN_X})
        unlocked.run("DELETE FROM logboek_client WHERE client = :client", client=client)
        found = verify(runtime).breuk
        assert found is not None
        assert found.wat is Wat.INHOUD

    def test_the_chain_made_anew_without_a_row_by_who_has_no_secret(self, runtime: Runtime, unlocked: Unlocked):
        unlocked.run("DELETE FROM logboek WHERE id = (SELECT logboek_id FROM logboek_zegel WHERE volgnummer = 3)")
        unlocked.run("DELETE FROM logboek_zegel WHERE volgnummer >= 3")
        unlocked.run("INSERT INTO logboek_wachtrij SELECT id FROM logboek")
        stranger = replace(runtime, geheimen=Geheimen(lambda: b"a guess" * 8))
        seal(stranger)
        found = verify(runtime).breuk
        assert found is not None
        assert (found.wat, found.volgnummer) == (Wat.KETEN, 3)

    def test_a_row_that_never_got_a_place(self, runtime: Runtime, unlocked: Unlocked):
        note_now(runtime, WHO, Logregel(handeling=Handeling.INGELOGD))
        unlocked.run("DELETE FROM logboek_wachtrij")
        assert verify(runtime).breuk is None
        found = verify(later(runtime, minutes=2)).breuk
        assert found is not None
        assert found.wat is Wat.ONVERZEGELD

    def test_the_end_of_the_chain_only_an_anchor_shows(self, runtime: Runtime, unlocked: Unlocked):
        point = anchor(runtime)
        for table, column in (("logboek", "id"), ("logboek_client", "logboek_id"), ("logboek_zegel", "logboek_id")):
            after = "SELECT logboek_id FROM logboek_zegel WHERE volgnummer > 3"
            unlocked.run(f"DELETE FROM {table} WHERE {column} IN ({after})")  # noqa: S608
        assert verify(later(runtime, minutes=2)).breuk is None
        assert verify(runtime, ankers=[point]).breuk == Breuk(wat=Wat.ANKER, volgnummer=point.volgnummer)

    def test_an_anchor_of_this_chain_is_right_for_ever(self, runtime: Runtime):
        points = [anchor(runtime)]
        written(runtime)
        points.append(anchor(runtime))
        assert verify(runtime, ankers=points).breuk is None
        wrong = replace(points[0], keten="0" * 64)
        assert verify(runtime, ankers=[wrong, points[1]]).breuk == Breuk(wat=Wat.ANKER, volgnummer=wrong.volgnummer)

    def test_an_empty_logboek_is_right(self, runtime: Runtime):
        assert verify(runtime, ankers=[Ankerpunt(volgnummer=0, keten="0" * 64, moment="")]).breuk is None


class TestFixed:
    """The database itself refuses to change or lose a row."""

    @pytest.mark.parametrize("table", sorted(COLUMNS))
    @pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
    def test_is_refused(self, runtime: Runtime, table: str, statement: str):
        with (
            pytest.raises(DBAPIError, match="verandert niet"),
            runtime.storage.writing() as session,
        ):
            session.execute(text(statement.format(table, COLUMNS[table][0])))
        assert verify(runtime).breuk is None


class TestChain:
    """Places are given once, by whoever does it, in any number of steps."""

    def test_a_second_time_gives_none(self, runtime: Runtime):
        assert seal(runtime) == 0
        written(runtime, 3)
        assert (seal(runtime), seal(runtime)) == (3, 0)
        assert verify(runtime).breuk is None

    def test_an_earlier_secret_still_counts(self, runtime: Runtime):
        old = runtime.geheimen.secret()
        changed = replace(runtime, geheimen=Geheimen(lambda: b"n" * 32, previous=(old,)))
        written(changed, 3)
        assert verify(changed).breuk is None
        forgotten = verify(replace(runtime, geheimen=Geheimen(lambda: b"n" * 32))).breuk
        assert forgotten is not None
        assert forgotten.volgnummer == 1


class TestPurge:
    """What was kept long enough goes, from the begin on, and the rest is still right."""

    @pytest.fixture
    def runtime(self, runtime: Runtime, unlocked: Unlocked) -> Runtime:
        """A service with rows of 2015 and of today."""
        for table in (*COLUMNS, "logboek_wachtrij"):
            unlocked.run(f"DELETE FROM {table}")  # noqa: S608
        written(replace(runtime, now=lambda: datetime(2015, 1, 1, tzinfo=UTC)))
        written(runtime)
        seal(runtime)
        return runtime

    def test_removes_in_batches_and_stays_right(self, runtime: Runtime):
        old = anchor(runtime)
        assert [purge_logboek(runtime, limit=3) for _ in range(4)] == [3, 3, 1, 0]
        found = verify(later(runtime, minutes=2), ankers=[old])
        assert (found.breuk, found.goed, found.vanaf) == (None, ROWS, ROWS + 1)
        written(runtime)
        assert verify(runtime).goed == 2 * ROWS

    def test_a_begin_that_was_moved_is_found(self, runtime: Runtime, unlocked: Unlocked):
        purge_logboek(runtime, limit=3)
        unlocked.run("UPDATE logboek_anker SET volgnummer = volgnummer + 1")
        found = verify(runtime).breuk
        assert found is not None
        assert found.wat is Wat.BEGIN

    def test_a_row_taken_from_the_begin_is_found(self, runtime: Runtime, unlocked: Unlocked):
        purge_logboek(runtime, limit=3)
        unlocked.run("DELETE FROM logboek_zegel WHERE volgnummer = 4")
        assert verify(runtime).breuk == Breuk(wat=Wat.NUMMER, volgnummer=4)
