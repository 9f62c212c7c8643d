"""The chain of the logboek: who gets a place in it, what nobody can change, and what goes when its time has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app.domain.logboek import OPDRACHTREGEL
from app.processing.geheimen import Doel, Geheimen
from app.processing.logboek_controle import Breuk, Wat, anchor, verify
from app.processing.logboek_schakels import anker_mac
from app.processing.logboek_zegels import purge_all, purge_logboek, seal
from app.processing.runtime import Runtime
from app.storage.logboek import logboek_after
from app.storage.logboek_zegels import Anker, places_after, remove_places
from tests.processing.logboek_house import COLUMNS, ROWS, Unlocked, later, runtime, unlocked, written

__all__ = ["runtime", "unlocked"]


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


class TestInserted:
    """Rows that somebody put there, without the secret."""

    def test_get_no_place_and_hold_up_no_other(self, runtime: Runtime, unlocked: Unlocked):
        before = verify(runtime).goed
        self._copy(unlocked, "00-forged")
        written(runtime, 3)
        with capture_logs() as events:
            assert (seal(runtime), seal(runtime)) == (3, 0)
        assert [(one["event"], one["aantal"]) for one in events] == [("logboek_rows_not_sealed", 1)]
        found = verify(later(runtime, minutes=2))
        assert found.breuk == Breuk(wat=Wat.ONVERZEGELD, logboek_id="00-forged")
        assert (found.goed, found.fouten) == (before + 3, 1)

    @pytest.mark.parametrize("moment", ["9999-01-01T00:00:00.000000Z", ""])
    def test_are_found_whatever_moment_they_say(self, runtime: Runtime, unlocked: Unlocked, moment: str):
        self._copy(unlocked, "00-forged")
        unlocked.run("UPDATE logboek SET moment = :moment WHERE id = '00-forged'", moment=moment)
        assert verify(runtime).breuk == Breuk(wat=Wat.ONVERZEGELD, logboek_id="00-forged")

    @pytest.mark.parametrize("value", ["x'00'", "CAST(x'ff' AS TEXT)", "CAST(x'edb080' AS TEXT)"])
    def test_of_bytes_hold_up_no_other(self, runtime: Runtime, unlocked: Unlocked, value: str):
        if runtime.storage.dialect == "postgresql":
            pytest.skip("PostgreSQL takes no such value")
        self._copy(unlocked, "00-forged", wie=value)
        unlocked.run(f"INSERT INTO logboek_wachtrij VALUES ({value})")  # noqa: S608
        written(runtime, 3)
        assert (seal(runtime), seal(runtime)) == (3, 0)
        found = verify(later(runtime, minutes=2))
        assert found.breuk == Breuk(wat=Wat.ONVERZEGELD, logboek_id="00-forged")

    def _copy(self, unlocked: Unlocked, id: str, **others: str) -> None:
        others = {"id": f"'{id}'"} | others
        values = ", ".join(str(others.get(name, name)) for name in COLUMNS["logboek"])
        first = "(SELECT min(id) FROM logboek)"
        unlocked.run(f"INSERT INTO logboek SELECT {values} FROM logboek WHERE id = {first}")  # noqa: S608
        unlocked.run("INSERT INTO logboek_wachtrij VALUES (:id) ON CONFLICT DO NOTHING", id=id)


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

    @pytest.mark.parametrize("table", sorted([*COLUMNS, "logboek_anker"]))
    def test_is_not_replaced_either(self, runtime: Runtime, table: str):
        if runtime.storage.dialect == "postgresql":
            pytest.skip("PostgreSQL has no INSERT OR REPLACE; ON CONFLICT DO UPDATE is an UPDATE")
        with runtime.storage.writing() as session:
            session.execute(text("INSERT INTO logboek_anker VALUES (0, 'x', 'x', 'x')"))
        with (
            pytest.raises(DBAPIError, match=f"{table} verandert niet"),
            runtime.storage.writing() as session,
        ):
            session.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1"))  # noqa: S608

    def test_a_place_is_not_taken_from_a_row(self, runtime: Runtime):
        if runtime.storage.dialect == "postgresql":
            pytest.skip("PostgreSQL has no INSERT OR REPLACE")
        statement = "INSERT OR REPLACE INTO logboek_zegel SELECT 99, logboek_id, keten FROM logboek_zegel LIMIT 1"
        with pytest.raises(DBAPIError, match="verandert niet"), runtime.storage.writing() as session:
            session.execute(text(statement))


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
        assert [purge_logboek(runtime, limit=3).weg for _ in range(4)] == [3, 3, 1, 0]
        found = verify(later(runtime, minutes=2), ankers=[old])
        assert (found.breuk, found.goed, found.vanaf) == (None, ROWS + len("331"), ROWS + 1)
        written(runtime)
        assert verify(runtime).goed == 2 * ROWS + len("331")

    def test_says_who_removed_how_many(self, runtime: Runtime):
        assert purge_all(runtime, OPDRACHTREGEL, limit=5) == (ROWS, None)
        with runtime.storage.reading() as session:
            rows = [one for one in logboek_after(session, after="", limit=100) if one.reden == "logboek"]
        assert [(one.wie, one.aantal) for one in rows] == [("opdrachtregel", 5), ("opdrachtregel", 2)]

    @pytest.mark.parametrize(
        ("statement", "wat", "gone"),
        [
            ("UPDATE logboek SET bewaren_tot = '2020-01-01'", Wat.INHOUD, ROWS),
            ("UPDATE logboek SET reden = 'x' WHERE object_id = 'b3'", Wat.INHOUD, 3),
            ("DELETE FROM logboek_client", Wat.INHOUD, 1),
            ("UPDATE logboek_zegel SET keten = '' WHERE volgnummer = 3", Wat.KETEN, 2),
            ("DELETE FROM logboek_zegel WHERE volgnummer = 3", Wat.NUMMER, 2),
        ],
        ids=["term", "content", "clients", "link", "number"],
    )
    def test_what_was_changed_stays_with_what_follows(
        self, runtime: Runtime, unlocked: Unlocked, statement: str, wat: Wat, gone: int
    ):
        unlocked.run(statement)
        weg, breuk = purge_all(runtime)
        assert weg == gone
        assert breuk is not None
        assert (breuk.wat, breuk.volgnummer) == (wat, gone + 1)
        assert len(unlocked.run("SELECT id FROM logboek")) == 2 * ROWS - gone + 1
        assert verify(runtime).breuk is not None

    def test_nothing_goes_behind_a_begin_that_was_moved(self, runtime: Runtime, unlocked: Unlocked):
        purge_logboek(runtime, limit=3)
        unlocked.run("UPDATE logboek_anker SET moment = 'x'")
        weg, breuk = purge_all(runtime)
        assert (weg, breuk and breuk.wat) == (0, Wat.BEGIN)

    def test_an_anchor_shows_that_rows_went_early(self, runtime: Runtime):
        """Even who has the secret cannot remove what an anchor elsewhere says had to be there."""
        point = anchor(runtime)
        in_2040 = replace(runtime, now=lambda: datetime(2040, 1, 1, tzinfo=UTC))
        with runtime.storage.reading() as session:
            places = places_after(session, volgnummer=0, limit=100)
        signed = anker_mac(runtime.geheimen.key(Doel.LOGBOEK), point.volgnummer, point.keten, "x")
        with runtime.storage.writing() as session:
            if runtime.storage.dialect == "postgresql":
                session.execute(text("SET LOCAL session_replication_role = replica"))
            remove_places(session, places=places, anker=Anker(point.volgnummer, point.keten, "x", signed))
        assert verify(runtime).breuk is None
        for kept in (point, replace(point, bewaren_tot=None)):
            assert verify(runtime, ankers=[kept]).breuk == Breuk(wat=Wat.TE_VROEG, volgnummer=point.volgnummer)
            assert verify(in_2040, ankers=[kept]).breuk is None

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
