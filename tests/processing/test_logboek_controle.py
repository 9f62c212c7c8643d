"""One byte that changes anywhere in the logboek is found, and named by its row; an untouched one is right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from app.domain.logboek import Handeling, Logregel
from app.processing.logboek import clients_in, note_now
from app.processing.logboek_controle import Ankerpunt, Breuk, Wat, anchor, verify
from app.processing.logboek_schakels import link_of
from app.processing.runtime import Runtime
from tests.builders import BSN_X
from tests.processing.logboek_house import COLUMNS, ROWS, WHO, Unlocked, later, runtime, unlocked, written
from tests.unhurried import BESIDE_A_FIXTURE

__all__ = ["runtime", "unlocked"]

KEYS = {"logboek": ("id",), "logboek_client": ("logboek_id", "client"), "logboek_zegel": ("volgnummer",)}
NUMBERS = {"aantal", "begin_ms", "eind_ms", "volgnummer"}
PLACES = [(table, column) for table, columns in COLUMNS.items() for column in columns]


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
    @settings(max_examples=4, suppress_health_check=BESIDE_A_FIXTURE)
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
        (before,) = unlocked.run("SELECT * FROM logboek_zegel WHERE volgnummer = 2")
        left = unlocked.run("SELECT * FROM logboek_zegel z JOIN logboek l ON l.id = logboek_id WHERE volgnummer > 3")
        unlocked.run("DELETE FROM logboek_zegel WHERE volgnummer >= 3")
        keten, insert = before.keten, "INSERT INTO logboek_zegel VALUES (:number, :id, :keten)"
        for number, row in enumerate(sorted(left, key=lambda one: one.volgnummer), start=3):
            keten = link_of(b"a guess" * 8, keten, number, row.mac)
            unlocked.run(insert, number=number, id=row.id, keten=keten)
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


class TestGoesOn:
    """One thing that is wrong hides no other."""

    def test_names_the_first_and_counts_the_others(self, runtime: Runtime, unlocked: Unlocked):
        right = verify(runtime).goed
        assert verify(runtime).fouten == 0
        ids = {row.volgnummer: row.logboek_id for row in unlocked.run("SELECT * FROM logboek_zegel")}
        unlocked.run("UPDATE logboek SET wie = 'x' WHERE id = :id", id=ids[2])
        unlocked.run("DELETE FROM logboek WHERE id = :id", id=ids[4])
        unlocked.run("DELETE FROM logboek WHERE id = :id", id=ids[6])
        unlocked.run("DELETE FROM logboek_zegel WHERE volgnummer = 6")
        found = verify(runtime)
        assert found.breuk == Breuk(wat=Wat.INHOUD, volgnummer=2, logboek_id=ids[2])
        assert (found.goed, found.fouten, found.laatste) == (right - 3, 3, right)

    def test_past_what_cannot_be_read(self, runtime: Runtime, unlocked: Unlocked):
        if runtime.storage.dialect == "postgresql":
            pytest.skip("PostgreSQL takes no such value")
        right = verify(runtime).goed
        (two,) = unlocked.run("SELECT logboek_id FROM logboek_zegel WHERE volgnummer = 2")
        unlocked.run("UPDATE logboek SET wie = CAST(x'ff' AS TEXT) WHERE id = :id", id=two.logboek_id)
        unlocked.run("UPDATE logboek SET wie = x'00' WHERE object_id = 'b4'")
        found = verify(runtime)
        assert found.breuk == Breuk(wat=Wat.INHOUD, volgnummer=2)
        assert (found.goed, found.fouten) == (right - 2, 2)

    def test_past_a_begin_that_was_moved(self, runtime: Runtime, unlocked: Unlocked):
        right = verify(runtime).goed
        unlocked.run("INSERT INTO logboek_anker VALUES (1000000, 'x', 'x', 'x')")
        unlocked.run("UPDATE logboek SET wie = 'x' WHERE object_id = 'b4'")
        found = verify(runtime)
        assert found.breuk == Breuk(wat=Wat.BEGIN, volgnummer=1_000_000)
        assert (found.goed, found.fouten) == (right - 1, 2)
