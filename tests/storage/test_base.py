"""Sessions: durable, isolated, one writer on SQLite, and a lost race that is judged again."""

from datetime import UTC, datetime, timedelta, timezone
from threading import Event, Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from app.storage.base import create_storage
from app.storage.bericht_tables import BerichtRow
from app.storage.berichten import add_bericht, find_bericht
from app.storage.columns import one_of
from app.storage.keys import KeyRecord, add_key, find_key
from tests.storage.rows import ALL, BSN, a_bericht, at_once, stored_bericht


def _setting(storage, statement: str):
    with storage.writing() as session:
        return session.execute(text(statement)).scalar_one()


class TestDurability:
    def test_every_commit_reaches_the_disk(self, storage):
        if storage.dialect == "sqlite":
            assert _setting(storage, "PRAGMA synchronous") == 2  # FULL
            assert _setting(storage, "PRAGMA journal_mode") == "wal"
        else:
            assert _setting(storage, "SHOW fsync") == "on"
            assert _setting(storage, "SHOW synchronous_commit") == "on"

    def test_foreign_keys_hold(self, storage):
        with pytest.raises(IntegrityError), storage.writing() as session:
            add_bericht(session, new=a_bericht(herkomst_id="unknown"))

    def test_a_writer_waits_for_another_process(self, storage):
        if storage.dialect == "sqlite":
            assert _setting(storage, "PRAGMA busy_timeout") == 30_000

    def test_writers_on_postgresql_see_what_was_committed_meanwhile(self, storage):
        if storage.dialect == "postgresql":
            assert _setting(storage, "SHOW transaction_isolation") == "read committed"


class TestSchema:
    def test_is_current_after_an_upgrade_only(self, empty_database_url):
        storage = create_storage(empty_database_url)
        assert not storage.schema_is_current()
        storage.upgrade()
        assert storage.schema_is_current()
        storage.downgrade("0004")
        assert not storage.schema_is_current()
        storage.close()

    def test_a_new_file_is_for_its_owner_alone_and_one_that_is_there_stays_as_it_is(self, tmp_path):
        there = tmp_path / "there.db"
        there.touch(0o640)
        for path, mode in ((tmp_path / "new" / "iwmo.db", 0o600), (there, 0o640)):
            storage = create_storage(f"sqlite:///{path}")
            storage.upgrade()
            with storage.writing() as session:
                session.execute(text("SELECT 1"))
                modes = {found.stat().st_mode & 0o777 for found in path.parent.glob(f"{path.name}*")}
            storage.close()
            assert modes == {mode}
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700

    def test_two_nodes_may_upgrade_at_once(self, empty_database_url):
        def upgrade(_number: int) -> bool:
            storage = create_storage(empty_database_url)
            storage.upgrade()
            current = storage.schema_is_current()
            storage.close()
            return current

        assert at_once(2, upgrade) == [True, True]

    def test_works_from_any_folder(self, empty_database_url, tmp_path, monkeypatch):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        storage = create_storage(empty_database_url)
        storage.upgrade()
        assert storage.schema_is_current()
        storage.close()


class TestWriting:
    def test_undoes_everything_when_the_block_raises(self, storage):
        new = a_bericht()

        def fail_halfway() -> None:
            with storage.writing() as session:
                add_bericht(session, new=new)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_halfway()
        with storage.reading() as session:
            assert find_bericht(session, id=new.id, zicht=ALL) is None

    def test_a_reader_does_not_wait_for_a_writer_and_sees_nothing_of_it(self, storage):
        new = a_bericht()
        with storage.writing() as writing:
            add_bericht(writing, new=new)
            with storage.reading() as reading:
                assert find_bericht(reading, id=new.id, zicht=ALL) is None

    def test_a_reader_sees_one_moment(self, storage):
        with storage.reading() as reading:
            assert reading.scalars(select(BerichtRow.id)).all() == []
            stored_bericht(storage)
            assert reading.scalars(select(BerichtRow.id)).all() == []

    def test_a_reader_cannot_write(self, storage):
        with pytest.raises(DBAPIError), storage.reading() as session:
            add_bericht(session, new=a_bericht())

    def test_writing_twice_at_once_in_one_thread_is_an_error(self, storage):
        with storage.writing(), pytest.raises(RuntimeError), storage.writing():
            pass
        stored_bericht(storage)  # the turn was given back

    def test_threads_of_several_storages_all_get_their_turn(self, storage, database_url):
        others = [create_storage(database_url) for _ in range(2)]

        at_once(12, lambda number: [stored_bericht([storage, *others][number % 3]) for _ in range(5)])

        with storage.reading() as session:
            assert len(session.scalars(select(BerichtRow.id)).all()) == 60
        for other in others:
            other.close()


class TestPreparedStatements:
    def test_a_reader_leaves_them(self, storage):
        if storage.dialect == "sqlite":
            return
        for _ in range(10):
            with storage.writing() as session:
                session.execute(text("SELECT 1"))
            with storage.reading() as session:
                session.execute(text("SELECT 1"))
        with storage.writing() as session:
            assert session.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar_one() > 0


class TestRun:
    def test_repeats_the_work_that_lost_a_race_with_the_winner_visible(self, storage):
        winner = stored_bericht(storage, uniek="u")
        seen = []

        def work(session):
            seen.append(len(seen))
            taken = session.scalars(select(BerichtRow.id).where(BerichtRow.uniek == "u")).one()
            add_bericht(session, new=a_bericht(uniek="u" if len(seen) < 3 else None))
            return taken

        assert storage.run(work) == winner
        assert seen == [0, 1, 2]

    def test_gives_up_after_five_times(self, storage):
        stored_bericht(storage, uniek="u")
        tried = []

        def work(session):
            tried.append(1)
            add_bericht(session, new=a_bericht(uniek="u"))

        with pytest.raises(IntegrityError):
            storage.run(work)
        assert len(tried) == 5

    def test_does_not_repeat_what_cannot_succeed(self, storage):
        tried = []

        def work(session):
            tried.append(1)
            add_bericht(session, new=a_bericht(status=None))

        with pytest.raises(IntegrityError):
            storage.run(work)
        assert tried == [1]

    def test_what_points_at_something_just_deleted_is_repeated(self, storage):
        tried = []

        def work(session):
            tried.append(1)
            add_bericht(session, new=a_bericht(herkomst_id="gone" if len(tried) == 1 else None))

        if storage.dialect == "postgresql":  # SQLite has one writer: nothing is deleted meanwhile
            storage.run(work)
            assert len(tried) == 2

    def test_a_deadlock_is_repeated(self, storage):
        ids = [stored_bericht(storage), stored_bericht(storage)]
        first_locks = [Event(), Event()]

        def work(number: int) -> None:
            mine, other = ids if number == 0 else reversed(ids)

            def cross(session):
                session.execute(text("UPDATE bericht SET status = 'a' WHERE id = :id"), {"id": mine})
                first_locks[number].set()
                if storage.dialect == "postgresql":
                    first_locks[1 - number].wait(60)
                session.execute(text("UPDATE bericht SET status = 'b' WHERE id = :id"), {"id": other})

            storage.run(cross)

        threads = [Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        with storage.reading() as session:
            assert set(session.scalars(select(BerichtRow.status))) == {"a", "b"}


class TestErrors:
    def test_hold_no_values(self, storage):
        with storage.writing() as session:
            add_bericht(session, new=a_bericht(uniek=BSN))
        with pytest.raises(IntegrityError) as error, storage.writing() as session:
            add_bericht(session, new=a_bericht(uniek=BSN))
        assert BSN not in f"{error.value} {error.value.orig} {error.value!r} {error.value.orig!r}"


class TestMoments:
    @pytest.mark.parametrize(
        "moment",
        [
            datetime(2018, 7, 1, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
            datetime(2018, 10, 28, 0, 59, 59, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC),
        ],
    )
    def test_come_back_as_the_same_moment_in_utc(self, storage, moment):
        with storage.writing() as session:
            key = KeyRecord(
                keyid="k", rol="beheer", naam="n", gemaakt_op=moment, geldig_vanaf=moment, verloopt_op=moment
            )
            add_key(session, key=key)
        with storage.reading() as session:
            found = find_key(session, keyid="k")
        assert found is not None
        assert found.gemaakt_op == moment
        assert found.gemaakt_op.utcoffset() == timedelta(0)

    def test_without_timezone_are_refused(self, storage):
        with pytest.raises(StatementError, match="timezone"), storage.writing() as session:
            add_bericht(session, new=a_bericht(ontvangen_op=datetime(2018, 1, 1)))


class TestOneOf:
    @pytest.mark.parametrize("count", [0, 1, 20_000])
    def test_takes_any_number_of_values(self, storage, count):
        kept = stored_bericht(storage)
        values = [f"x{number}" for number in range(count)]
        with storage.reading() as session:
            for given, expected in ((values, []), ([*values, kept], [kept])):
                assert (
                    session.scalars(select(BerichtRow.id).where(one_of(session, BerichtRow.id, given))).all()
                    == expected
                )
