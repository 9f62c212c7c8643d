"""What a transaction says goes in its order and in few trips; what goes wrong with it is told, and undoes it."""

from datetime import date
from typing import Final

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from app.storage.at_end import at_end
from app.storage.bewaren_tables import VerwijderdSpoorRow
from app.storage.prepared import Prepared, wire_of
from tests.storage.rows import BSN

ADD: Final = Prepared(lambda _dialect: insert(VerwijderdSpoorRow).inline(), columns=("spoor", "verwijderd_op"))
NAMES: Final = Prepared(lambda _dialect: select(VerwijderdSpoorRow.spoor).order_by(VerwijderdSpoorRow.spoor))


def spoor(name: str) -> dict:
    return {"spoor": name, "verwijderd_op": date(2018, 1, 2)}


def names(storage) -> list[str]:
    with storage.reading() as session:
        return [row.spoor for row in NAMES.rows(session, {})]


@pytest.fixture
def trips(storage, monkeypatch) -> list[list[str]]:
    """The statements of each trip to PostgreSQL."""
    made: list[list[str]] = []
    if storage.dialect == "postgresql":
        from app.storage.wire import PostgresqlWire

        plain = PostgresqlWire.settle

        def settle(self) -> None:
            if self._waiting:
                made.append([said.sql.split()[0] for said in self._waiting])
            plain(self)

        monkeypatch.setattr(PostgresqlWire, "settle", settle)
    return made


class TestTrips:
    def test_what_needs_no_answer_goes_with_what_comes_next(self, storage, trips):
        with storage.writing() as session:
            ADD.tell(session, [spoor("a")])
            assert [row.spoor for row in NAMES.rows(session, {})] == ["a"]
            ADD.tell(session, [spoor("b"), spoor("c")])
        assert names(storage) == ["a", "b", "c"]
        if storage.dialect == "postgresql":
            assert trips[:2] == [["BEGIN", "INSERT", "SELECT"], ["INSERT", "COMMIT"]]

    def test_what_is_asked_together_is_one_trip(self, storage, trips):
        with storage.reading() as session:
            asked = [NAMES.ask(session, {}) for _ in range(3)]
            assert [answer.get() for answer in asked] == [[], [], []]
            assert asked[0].then(len).get() == 0
        if storage.dialect == "postgresql":
            assert trips == [["BEGIN", "SELECT", "SELECT", "SELECT"], ["COMMIT"]]

    def test_what_was_asked_is_answered_when_the_session_ends(self, storage, trips):
        with storage.writing() as session:
            ADD.tell(session, [spoor("a")])
        trips.clear()
        with storage.reading() as session:
            asked = NAMES.ask(session, {})
        assert [row.spoor for row in asked.get()] == ["a"]
        if storage.dialect == "postgresql":
            assert trips == [["BEGIN", "SELECT", "COMMIT"]]

    def test_a_session_that_says_nothing_makes_no_trip(self, storage, trips):
        with storage.reading(), storage.writing():
            pass
        assert trips == []

    def test_what_sqlalchemy_says_comes_after_what_was_said_before(self, storage):
        with storage.writing() as session:
            ADD.tell(session, [spoor("a")])
            assert session.scalars(select(VerwijderdSpoorRow.spoor)).all() == ["a"]
            session.add(VerwijderdSpoorRow(**spoor("b")))
            ADD.tell(session, [spoor("c")])
        assert names(storage) == ["a", "b", "c"]


class TestErrors:
    @pytest.mark.parametrize("then", ["ask", "sqlalchemy", "commit"])
    def test_are_told_with_what_comes_next_as_those_of_their_statement(self, storage, then):
        with storage.writing() as session:
            ADD.tell(session, [spoor(BSN)])

        def work() -> None:
            with storage.writing() as session:
                ADD.tell(session, [spoor("before")])
                ADD.tell(session, [spoor(BSN)])
                ADD.tell(session, [spoor("after")])
                if then == "ask":
                    NAMES.rows(session, {})
                elif then == "sqlalchemy":
                    session.execute(text("SELECT 1"))

        with pytest.raises(IntegrityError) as error:
            work()
        assert "INSERT INTO verwijderd_spoor" in str(error.value)
        assert BSN not in f"{error.value}{error.value.orig}"
        assert names(storage) == [BSN]

    def test_no_answer_is_made_up_after_one(self, storage):
        if storage.dialect == "sqlite":
            return  # there the error is told at once

        def work() -> None:
            with storage.writing() as session:
                asked = NAMES.ask(session, {})
                ADD.tell(session, [spoor("a")])
                ADD.tell(session, [spoor("a")])
                with pytest.raises(IntegrityError):
                    wire_of(session).settle()
                asked.get()

        with pytest.raises(RuntimeError, match="failed"):
            work()
        assert names(storage) == []

    def test_nobody_commits_what_the_server_has_given_up(self, storage):
        if storage.dialect == "sqlite":
            return  # there what went before the statement is kept

        def work() -> None:
            with storage.writing() as session:
                ADD.tell(session, [spoor("a"), spoor("a")])
                with pytest.raises(IntegrityError):
                    wire_of(session).settle()

        with pytest.raises(RuntimeError, match="nothing of it is kept"):
            work()
        assert names(storage) == []

    def test_a_connection_works_on_after_one(self, storage):
        for _ in range(10):  # enough for the statement to be prepared by the server
            with pytest.raises(IntegrityError), storage.writing() as session:
                ADD.tell(session, [spoor("a"), spoor("a")])
            assert names(storage) == []


def test_connections_that_the_server_ended_while_they_lay_still_are_replaced(storage):
    if storage.dialect == "sqlite":
        return  # a file cannot hang up
    own = "SELECT pg_backend_pid()"
    with storage.reading() as first, storage.reading() as second:
        pids = {session.scalars(text(own)).one() for session in (first, second)}
    with storage.writing() as session:
        killer = session.scalars(text(own)).one()
        others = sorted(pids - {killer})
        session.execute(text("SELECT pg_terminate_backend(pid, 10000) FROM unnest(:pids) AS pid"), {"pids": others})
    assert others
    with storage.reading() as first, storage.reading() as second, storage.writing() as third:
        assert not {session.scalars(text(own)).one() for session in (first, second, third)} & set(others)


class TestAtEnd:
    def test_is_done_last_and_in_order(self, storage):
        done: list[str] = []
        with storage.writing() as session:
            at_end(session, lambda: done.append("a"))
            at_end(session, lambda: done.append("b"))
            ADD.tell(session, [spoor("first")])
            at_end(session, lambda: done.extend(row.spoor for row in NAMES.rows(session, {})))
            done.append("before")
        assert done == ["before", "a", "b", "first"]

    def test_undoes_everything_when_it_raises(self, storage):
        def fail() -> None:
            raise ZeroDivisionError

        def work() -> None:
            with storage.writing() as session:
                ADD.tell(session, [spoor("a")])
                at_end(session, fail)

        with pytest.raises(ZeroDivisionError):
            work()
        assert names(storage) == []

    def test_is_not_done_when_the_block_raises(self, storage):
        done: list[int] = []

        def work() -> None:
            with storage.writing() as session:
                at_end(session, lambda: done.append(1))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            work()
        assert done == []
