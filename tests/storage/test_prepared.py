"""A prepared statement takes, gives and refuses what the same statement does through SQLAlchemy."""

from datetime import UTC, date, datetime
from typing import Final

import pytest
from sqlalchemy import ARRAY, Text, bindparam, delete, event, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from app.storage.bericht_tables import BerichtClientRow, BerichtRow
from app.storage.bewaren_tables import VerwijderdSpoorRow
from app.storage.findings import BevindingRow
from app.storage.outages import DatabaseUnavailable
from app.storage.prepared import Prepared, among
from tests.storage.rows import BSN, stored_bericht

ADD = Prepared(lambda _dialect: insert(VerwijderdSpoorRow).inline(), columns=("spoor", "verwijderd_op"))
ADD_AND_TELL = Prepared(
    lambda _dialect: insert(VerwijderdSpoorRow).returning(VerwijderdSpoorRow.spoor),
    columns=("spoor", "verwijderd_op"),
)
DAY: Final = date(2018, 1, 2)


def spoor(name: str) -> dict:
    return {"spoor": name, "verwijderd_op": DAY}


class TestPrepared:
    @pytest.mark.parametrize("row", [BerichtRow, BevindingRow, BerichtClientRow])
    def test_rows_are_those_of_sqlalchemy(self, storage, row):
        from tests.storage.test_berichten import FINDINGS

        moment = datetime(2018, 3, 25, 1, 30, tzinfo=UTC)
        stored_bericht(storage, findings=FINDINGS, bsns=frozenset({BSN}), ontvangen_op=moment)
        columns = row.__table__.columns
        everything = Prepared(lambda _dialect: select(*columns))
        with storage.reading() as session:
            (expected, *_), (found, *_) = session.execute(select(*columns)).all(), everything.rows(session, {})
        assert tuple(found) == tuple(expected)
        assert [type(value) for value in found] == [type(value) for value in expected]
        assert found._fields == tuple(column.key for column in columns)

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_tell_and_each_do_it_for_every_row(self, storage, count):
        names = [f"s{number}" for number in range(count)]
        with storage.writing() as session:
            ADD.tell(session, [spoor(name) for name in names])
            assert [row.spoor for row in ADD_AND_TELL.each(session, [spoor(f"a{name}") for name in names])] == [
                f"a{name}" for name in names
            ]
        with storage.reading() as session:
            found = session.scalars(select(VerwijderdSpoorRow.spoor).order_by(VerwijderdSpoorRow.spoor)).all()
            assert found == sorted(names + [f"a{name}" for name in names])
            assert set(session.scalars(select(VerwijderdSpoorRow.verwijderd_op))) <= {DAY}

    def test_among_takes_any_number_of_values(self, storage):
        which = Prepared(
            lambda dialect: select(VerwijderdSpoorRow.spoor).where(among(dialect, VerwijderdSpoorRow.spoor, "names"))
        )
        with storage.writing() as session:
            ADD.tell(session, [spoor("a"), spoor("b")])
            for names, expected in ([], []), (["b"], ["b"]), (["b", *map(str, range(20_000))], ["b"]):
                assert [row.spoor for row in which.rows(session, {"names": names})] == expected

    def test_a_list_of_one_is_asked_as_that_value_and_a_longer_one_as_a_list(self, storage):
        which = Prepared(lambda target: select(BerichtRow.id).where(among(target, BerichtRow.ontvangen_op, "moments")))
        early, late = datetime(2018, 3, 25, 0, 30, tzinfo=UTC), datetime(2018, 3, 25, 1, 30, tzinfo=UTC)
        ids = [stored_bericht(storage, ontvangen_op=moment, identificatie=str(moment)) for moment in (early, late)]
        heard = []
        with storage.reading() as session:
            event.listen(session.get_bind(), "before_cursor_execute", lambda *call: heard.append(call[2]))
            assert [row.id for row in which.rows(session, {"moments": [late]})] == ids[1:]
            assert "= ANY" not in heard[0]
            assert "json_each" not in heard[0]
            if storage.dialect == "postgresql":  # JSON holds no moments
                assert {row.id for row in which.rows(session, {"moments": [early, late]})} == {*ids}
                assert "= ANY" in heard[1]

    def test_of_several_rows_each_has_lists_of_its_own_length(self, storage):
        drop = Prepared(
            lambda target: delete(VerwijderdSpoorRow).where(among(target, VerwijderdSpoorRow.spoor, "names"))
        )
        with storage.writing() as session:
            ADD.tell(session, [spoor(name) for name in "abcd"])
            drop.tell(session, [{"names": ["a"]}, {"names": ["b", "c"]}])
        with storage.reading() as session:
            assert session.scalars(select(VerwijderdSpoorRow.spoor)).all() == ["d"]

    def test_a_constant_of_the_statement_keeps_its_value(self, storage):
        only_a = Prepared(lambda _dialect: select(VerwijderdSpoorRow.spoor).where(VerwijderdSpoorRow.spoor == "a"))
        with storage.writing() as session:
            ADD.tell(session, [spoor("a"), spoor("b")])
            assert only_a.first(session, {}).spoor == "a"

    def test_it_is_part_of_the_transaction(self, storage):
        def work(session):
            ADD.tell(session, [spoor("a")])
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            storage.run(work)
        with storage.reading() as session:
            assert session.scalars(select(VerwijderdSpoorRow.spoor)).all() == []

    def test_who_listens_to_statements_hears_of_it(self, storage):
        heard = []
        with storage.writing() as session:
            event.listen(session.get_bind(), "before_cursor_execute", lambda *call: heard.append(call[2:4]))
            ADD.tell(session, [spoor("a")])
        assert len(heard) == 1
        assert "verwijderd_spoor" in heard[0][0]
        assert "a" in heard[0][1]


class TestErrors:
    def test_a_lost_race_is_repeated_and_says_no_values(self, storage):
        tried = []

        def work(session):
            tried.append(1)
            ADD.tell(session, [spoor(BSN)])
            ADD.tell(session, [spoor(BSN)])

        with pytest.raises(IntegrityError) as error:
            storage.run(work)
        assert len(tried) == 5
        assert BSN not in f"{error.value}{error.value.orig}"

    def test_a_reader_changes_nothing(self, storage):
        with pytest.raises(DBAPIError), storage.reading() as session:
            ADD.tell(session, [spoor("a")])

    def test_what_cannot_be_written_is_a_statement_error(self, storage):
        about = Prepared(lambda _dialect: select(BerichtRow.id).where(BerichtRow.ontvangen_op == bindparam("moment")))
        with pytest.raises(StatementError, match="timezone"), storage.reading() as session:
            about.rows(session, {"moment": datetime(2018, 1, 1)})

    def test_a_connection_that_is_lost_is_an_outage_and_used_no_more(self, storage):
        if storage.dialect == "sqlite":
            return  # a file cannot hang up

        def work(session):
            own = session.scalars(text("SELECT pg_backend_pid()")).one()
            with storage.reading() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
            ADD.tell(session, [spoor("a")])

        with pytest.raises(DatabaseUnavailable):
            storage.run(work)
        with storage.writing() as session:
            ADD.tell(session, [spoor("a")])


def test_a_list_of_postgresql_is_one_parameter(storage):
    if storage.dialect == "sqlite":
        return
    back = Prepared(lambda _dialect: select(bindparam("names", type_=ARRAY(Text())).label("names")))
    with storage.reading() as session:
        assert back.first(session, {"names": ["a", "é"]}).names == ["a", "é"]
