"""Deadlines in the database: which messages wait, how lists are read, and what a migration makes of older rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from app.domain.termijnen import Moment, Termijn, TermijnSoort, TermijnStatus, Verval, VervalReden, status_of
from app.storage.accepted import set_antwoord_op
from app.storage.base import Storage, create_storage
from app.storage.bericht_tables import BerichtRow
from app.storage.berichten import BerichtFilters, add_bericht, list_berichten, set_status
from app.storage.termijnen import Span, Wachtend, record_termijnen, recorded_termijnen, unanswered, waiting_of
from app.storage.toekenningen import add_toekenning
from app.storage.zicht import Zicht
from tests.storage.rows import AANBIEDER, GEMEENTE, a_bericht, booked
from tests.storage.test_toekenningen import a_record

SIGHT = Zicht(gemeenten=frozenset({GEMEENTE}))
FIRST_PAGE = Span(limit=100)
TODAY = date(2018, 6, 1)


def waiting(storage: Storage, soort: TermijnSoort = TermijnSoort.RETOUR_301) -> list[str]:
    with storage.reading() as session:
        query = unanswered(zicht=SIGHT, soort=soort, release="2.3", span=FIRST_PAGE)
        return [found.id for found in waiting_of(session, query, soort=soort)]


class TestUnanswered:
    def added(self, storage: Storage, **changes: object) -> str:
        new = a_bericht(**{"uniek": f"u{changes}", **changes})
        with storage.writing() as session:
            add_bericht(session, new=new)
        return new.id

    def test_waits_until_its_answer_is_kept(self, storage: Storage):
        id = self.added(storage)
        assert waiting(storage) == [id]
        self.added(storage, soort="WMO302", antwoord_op_id=id)
        assert waiting(storage) == []

    def test_waits_until_an_answer_that_is_there_is_said_to_be_its_own(self, storage: Storage):
        id = self.added(storage)
        answer = self.added(storage, soort="WMO302")
        assert waiting(storage) == [id]
        with storage.writing() as session:
            set_antwoord_op(session, id=answer, antwoord_op_id=id)
        assert waiting(storage) == []

    @pytest.mark.parametrize(("status", "waits"), [("afgeleverd", 1), ("beantwoord", 0), ("afgekeurd", 0)])
    def test_waits_unless_its_status_says_otherwise(self, status: str, waits: int, storage: Storage):
        id = self.added(storage, soort="WMO303", status="in-verwerking")
        with storage.writing() as session:
            set_status(session, id=id, status=status)
        assert waiting(storage, TermijnSoort.RETOUR_303) == [id] * waits

    @pytest.mark.parametrize("changes", [{"soort": "WMO305"}, {"uniek": None}, {"aanbieder": None}])
    def test_others_never_wait(self, changes: dict[str, object], storage: Storage):
        self.added(storage, **changes)
        assert waiting(storage) == []


STATUSSEN = list(TermijnStatus)
MOMENTS = [
    Moment(date(2018, month, 1), gehaald_op, verval)
    for month in (5, 6, 7)
    for gehaald_op in (None, date(2018, 5, 1))
    for verval in (None, Verval(date(2018, 4, 1), VervalReden.VERWIJDERD))
]


class TestRecorded:
    def keep(self, storage: Storage) -> list[Termijn]:
        booked(storage, nummer=1)
        termijnen = [
            Termijn(toekenning_id="T1", gemeente=GEMEENTE, sleutel="1", soort=soort, moment=moment)
            for soort in (TermijnSoort.EVALUATIE, TermijnSoort.EINDE_INDICATIE)
            for moment in MOMENTS
        ]
        with storage.writing() as session:
            add_toekenning(session, new=a_record())
            record_termijnen(session, termijnen=termijnen)
        return termijnen

    def found(self, storage: Storage, statussen: set[TermijnStatus]) -> list[Wachtend]:
        soorten = (TermijnSoort.EVALUATIE, TermijnSoort.EINDE_INDICATIE)
        with storage.reading() as session:
            query = recorded_termijnen(zicht=SIGHT, soorten=soorten, statussen=statussen, today=TODAY, span=FIRST_PAGE)
            return waiting_of(session, query, soort=None)

    def test_the_statuses_divide_them_as_the_domain_does(self, storage: Storage):
        termijnen = self.keep(storage)
        for status in STATUSSEN:
            expected = [(t.soort, t.moment) for t in termijnen if status_of(t.soort, t.moment, today=TODAY) is status]
            found = [(w.soort, Moment(w.start, w.gehaald_op, w.verval)) for w in self.found(storage, {status})]
            assert sorted(found, key=repr) == sorted(expected, key=repr)
            assert found
        assert len(self.found(storage, set(STATUSSEN))) == len(termijnen)
        assert self.found(storage, set()) == []


class TestPlans:
    """SQLite says how it will read; PostgreSQL plans by size and reads a small table whole."""

    @pytest.fixture
    def full(self, storage: Storage) -> Storage:
        if storage.dialect != "sqlite":
            pytest.skip("PostgreSQL plans by size")
        with storage.writing() as session:
            for number in range(300):
                status = "afgekeurd" if number == 150 else "beantwoord"
                add_bericht(session, new=a_bericht(uniek=f"u{number}", status=status, identificatie=f"T{number}"))
            session.execute(text("ANALYZE"))
        return storage

    def plan(self, storage: Storage, ask: Callable[[Session], object]) -> list[str]:
        with storage.reading() as session:
            asked: list[tuple[str, Any]] = []
            event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append(call[2:4]))
            ask(session)
            statement, values = next(question for question in asked if question[0].startswith("SELECT"))
            explained = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            return [str(step[-1]) for step in explained.all()]

    @pytest.mark.parametrize("zicht", [SIGHT, Zicht(aanbieders=frozenset({AANBIEDER}))])
    def test_messages_that_wait_are_read_in_order_from_their_own_index(self, zicht: Zicht, full: Storage):
        soort = TermijnSoort.RETOUR_303
        query = unanswered(zicht=zicht, soort=soort, release="2.3", span=FIRST_PAGE)
        plan = self.plan(full, lambda session: waiting_of(session, query, soort=soort))
        assert len(plan) == 1
        assert "USING INDEX ix_bericht_wacht_op_antwoord" in plan[0]

    @pytest.mark.parametrize(
        ("zicht", "index"),
        [
            (SIGHT, "ix_bericht_gemeente_status_id (gemeente=? AND status=?"),
            (Zicht(aanbieders=frozenset({AANBIEDER})), "ix_bericht_aanbieder_status_id (aanbieder=? AND status=?"),
        ],
    )
    def test_a_rare_status_is_read_from_the_index_of_party_and_status(self, zicht: Zicht, index: str, full: Storage):
        filters = BerichtFilters(status="afgekeurd")
        plan = self.plan(full, lambda s: list_berichten(s, zicht=zicht, filters=filters, limit=10))
        assert any(index in step for step in plan), plan


def test_pages_of_one_status_stay_as_they_are_when_others_change_theirs(storage: Storage):
    random = Random(5)
    with storage.writing() as session:
        ids: list[str] = []
        for number in range(40):
            status = random.choice(["te-verzenden", "afgeleverd"])
            new = a_bericht(status=status, uniek=f"u{number}", identificatie=f"T{number}")
            add_bericht(session, new=new)
            ids.append(new.id)
    with storage.reading() as session:
        query = select(BerichtRow.id).where(BerichtRow.status == "te-verzenden").order_by(BerichtRow.id.desc())
        expected = list(session.scalars(query))
    seen: list[str] = []
    filters = BerichtFilters(status="te-verzenden")
    while True:
        with storage.reading() as session:
            before = seen[-1] if seen else None
            page = [r.id for r in list_berichten(session, zicht=SIGHT, filters=filters, limit=3, before=before)]
        if not page:
            break
        seen += page
        with storage.writing() as session:
            for id in page:
                set_status(session, id=id, status="afgeleverd")
    assert seen == expected


class TestMigration:
    """From deadlines that were said to be met (0014) to deadlines that lapsed (0015), and back."""

    ENDED, MET = "2018-03-31", "2018-03-30"

    def fill(self, storage: Storage) -> None:
        booked(storage, nummer=1)
        with storage.writing() as session:
            add_toekenning(session, new=a_record())
            add_bericht(session, new=a_bericht(id="303", soort="WMO303", uniek="303", status="verwerkt"))
            add_bericht(session, new=a_bericht(id="304", soort="WMO304", antwoord_op_id="303"))
            add_bericht(session, new=a_bericht(id="301", uniek="301"))

    def termijn(self, storage: Storage, soort: str, datum: str, gehaald_op: str | None) -> None:
        with storage.writing() as session:
            session.execute(
                text(
                    "INSERT INTO termijn (toekenning_id, gemeente, sleutel, aanbieder, soort, datum, gehaald_op)"
                    " VALUES ('T1', '1708', '1', '98000001', :soort, :datum, :gehaald_op)"
                ),
                {"soort": soort, "datum": datum, "gehaald_op": gehaald_op},
            )

    def read(self, storage: Storage, columns: str) -> list[tuple[str | None, ...]]:
        with storage.reading() as session:
            rows = session.execute(text(f"SELECT soort, {columns} FROM termijn ORDER BY id"))  # noqa: S608
            return [tuple(None if value is None else str(value) for value in row) for row in rows]

    def test_what_nobody_met_lapsed_and_the_rest_stays(self, empty_database_url: str):
        storage = create_storage(empty_database_url)
        storage.upgrade()
        self.fill(storage)
        storage.downgrade("0014")
        for soort, datum, gehaald_op in (
            ("einde-indicatie", self.ENDED, None),
            ("evaluatie", "2018-07-01", self.ENDED),
            ("evaluatie", "2018-07-01", self.MET),
            ("begeleidingsplan", "2018-02-27", None),
        ):
            self.termijn(storage, soort, datum, gehaald_op)
        before = self.read(storage, "gehaald_op")
        storage.upgrade()
        assert self.read(storage, "gehaald_op, vervallen_op, vervallen_reden") == [
            ("einde-indicatie", None, None, None),
            ("evaluatie", None, self.ENDED, "eindigt-eerder"),
            ("evaluatie", self.MET, None, None),
            ("begeleidingsplan", None, None, None),
        ]
        assert (waiting(storage), waiting(storage, TermijnSoort.RETOUR_303)) == (["301"], [])
        storage.downgrade("0014")
        assert self.read(storage, "gehaald_op") == before
        storage.close()
