"""The list of berichten: what a filter finds and in what order, whichever way through the log is taken, both ways."""

from __future__ import annotations

import random
import shutil
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from app.domain.retour import Finding
from app.storage import berichten_lijst
from app.storage.base import create_storage
from app.storage.berichten import NewBericht, add_berichten, start_of_day
from app.storage.berichten_gezocht import (
    ids_by_factuurnummer,
    ids_by_identificatie,
    ids_by_toewijzing_nummer,
    ids_of_client,
)
from app.storage.berichten_lijst import COUNTED, LogFilters, Plek, count_by_status, find_plek, read_log, regels_of
from app.storage.declaraties import add_declaratie
from app.storage.zicht import Zicht
from tests.storage.rows import (
    AANBIEDER,
    ALL,
    BSN,
    GEMEENTE,
    MOMENT,
    a_bericht,
    a_declaratie,
    a_line,
    a_prestatie,
    booked,
    new_id,
    stored_bericht,
)

OTHER_GEMEENTE, OTHER_AANBIEDER, SERVICEBUREAU = "0505", "98000002", "98000009"
SEES = {
    "gemeente": Zicht(gemeenten=frozenset({GEMEENTE})),
    "gemeenten": Zicht(gemeenten=frozenset({GEMEENTE, OTHER_GEMEENTE})),
    "aanbieder": Zicht(aanbieders=frozenset({AANBIEDER})),
    "servicebureau": Zicht(aanbieders=frozenset({SERVICEBUREAU})),
    "nobody": Zicht(),
}
DAY = timedelta(days=1)
FILTERS = {
    "none": LogFilters(),
    "soort": LogFilters(soort="WMO303"),
    "richting": LogFilters(richting="inkomend"),
    "status": LogFilters(status="mislukt"),
    "aanbieder": LogFilters(partij=AANBIEDER),
    "servicebureau": LogFilters(partij=SERVICEBUREAU),
    "gemeente": LogFilters(partij=OTHER_GEMEENTE),
    "stranger": LogFilters(partij="99999999"),
    "van": LogFilters(van=MOMENT.date() + DAY),
    "tot": LogFilters(tot=MOMENT.date() + DAY),
    "day": LogFilters(van=MOMENT.date() + DAY, tot=MOMENT.date() + DAY),
    "never": LogFilters(van=date.max, tot=date.max),
    "retourcode": LogFilters(retourcode="8004"),
    "soort-status": LogFilters(soort="WMO301", status="verwerkt"),
    "period-retourcode": LogFilters(van=MOMENT.date() + DAY, retourcode="8004"),
    "retourcode-period": LogFilters(retourcode="0001", tot=MOMENT.date() + 2 * DAY, status="verwerkt"),
    "all": LogFilters(
        soort="WMO303",
        richting="inkomend",
        status="verwerkt",
        partij=AANBIEDER,
        van=MOMENT.date(),
        tot=MOMENT.date() + 3 * DAY,
        retourcode="8004",
    ),
}
BOUNDS = {"as-it-is": ((200, 1_000, 4_000), 5_000), "few-at-a-time": ((2, 3, 4), 9)}


def _a_log(count: int = 220) -> list[NewBericht]:
    chance = random.Random(1708)
    return [_one(chance, number) for number in range(count)]


def _one(chance: random.Random, number: int) -> NewBericht:
    gemeente, aanbieder = chance.choice((GEMEENTE, OTHER_GEMEENTE)), chance.choice((AANBIEDER, OTHER_AANBIEDER, None))
    inkomend = chance.random() < 0.5
    sender, receiver = (aanbieder or AANBIEDER, gemeente) if inkomend else (gemeente, aanbieder or AANBIEDER)
    codes = chance.choice(((), (), ("8004",), ("0001", "8004", "8004"), (None, "0001")))
    return a_bericht(
        id=new_id(),
        soort=chance.choice(("WMO301", "WMO303", "WMO303", None)),
        richting="inkomend" if inkomend else "uitgaand",
        afzender=sender,
        ontvanger=receiver,
        gemeente=chance.choice((gemeente, gemeente, None)),
        aanbieder=aanbieder,
        servicebureau=chance.choice((SERVICEBUREAU, None, None)),
        status=chance.choice(("verwerkt", "verwerkt", "mislukt")),
        ontvangen_op=MOMENT + number * timedelta(minutes=30),
        findings=tuple(Finding(regel="R", retourcode=code, pad="/", melding="m") for code in codes),
    )


def _is_asked(new: NewBericht, zicht: Zicht, filters: LogFilters) -> bool:
    """What the list must do, said as plainly as possible."""
    parties = {new.afzender, new.ontvanger, new.gemeente, new.aanbieder, new.servicebureau}
    codes = {finding.retourcode for finding in new.findings}
    equal = all(getattr(filters, name) in {None, getattr(new, name)} for name in ("soort", "richting", "status"))
    return (
        zicht.shows(new.gemeente, (new.aanbieder, new.servicebureau))
        and equal
        and (filters.partij is None or filters.partij in parties)
        and (filters.van is None or new.ontvangen_op >= start_of_day(filters.van))
        and (filters.tot is None or filters.tot == date.max or new.ontvangen_op < start_of_day(filters.tot + DAY))
        and (filters.retourcode is None or filters.retourcode in codes)
    )


def _all_pages(storage, zicht: Zicht, filters: LogFilters, *, upward: bool) -> list[str]:
    found: list[str] = []
    start: Plek | None = Plek("", MOMENT - DAY) if upward else None
    with storage.reading() as session:
        for _ in range(500):
            read = read_log(session, zicht=zicht, filters=filters, limit=7, start=start, upward=upward)
            ids = list(read.ids)
            assert len(ids) <= 7
            found += ids
            if not read.meer:
                return found
            start = read.gestopt or find_plek(session, id=ids[-1])
            assert start is not None
    raise AssertionError("no end")


@pytest.fixture(scope="class")
def log() -> list[NewBericht]:
    return _a_log()


@pytest.fixture
def filled(storage, log):
    with storage.writing() as session:
        add_berichten(session, new=log)
    return storage


@pytest.fixture
def on_sqlite(tmp_path, migrated_sqlite):
    shutil.copy(migrated_sqlite, tmp_path / "iwmo.db")
    storage = create_storage(f"sqlite:///{tmp_path / 'iwmo.db'}")
    yield storage
    storage.close()


class TestReadLog:
    @pytest.mark.parametrize("bounds", BOUNDS)
    @pytest.mark.parametrize("sees", SEES)
    def test_finds_exactly_what_is_asked_newest_first_and_back(self, filled, log, monkeypatch, sees, bounds):
        monkeypatch.setattr(berichten_lijst, "STEPS", BOUNDS[bounds][0])
        monkeypatch.setattr(berichten_lijst, "FEW", BOUNDS[bounds][1])
        for name, filters in FILTERS.items():
            wanted = [new.id for new in log if _is_asked(new, SEES[sees], filters)]
            assert _all_pages(filled, SEES[sees], filters, upward=True) == wanted, name
            assert _all_pages(filled, SEES[sees], filters, upward=False) == wanted[::-1], name

    def test_every_filter_finds_something_and_leaves_something_out(self, log):
        for name, filters in FILTERS.items():
            wanted = [new for new in log if _is_asked(new, SEES["gemeenten"], filters)]
            assert len(wanted) < len(log), name
            assert wanted or name in {"stranger", "never"}, name

    def test_one_that_arrives_meanwhile_moves_nothing(self, storage):
        ids = [stored_bericht(storage) for _ in range(9)]
        with storage.reading() as session:
            first = read_log(session, zicht=ALL, filters=LogFilters(), limit=4, start=None)
        stored_bericht(storage)
        with storage.reading() as session:
            start = find_plek(session, id=first.ids[-1])
            second = read_log(session, zicht=ALL, filters=LogFilters(), limit=4, start=start)
        assert [*first.ids, *second.ids] == ids[::-1][:8]

    def test_says_how_far_it_came_when_it_stops(self, storage, monkeypatch):
        monkeypatch.setattr(berichten_lijst, "STEPS", (2, 3))
        ids = [stored_bericht(storage) for _ in range(9)]
        with storage.reading() as session:
            read = read_log(
                session, zicht=SEES["gemeente"], filters=LogFilters(richting="inkomend"), limit=4, start=None
            )
        assert (read.ids, read.meer) == ((), True)
        assert read.gestopt == Plek(ids[-5], MOMENT)

    def test_ids_that_a_search_found_are_narrowed_too(self, storage):
        one, other = stored_bericht(storage), stored_bericht(storage, status="mislukt")
        stranger = stored_bericht(storage, gemeente="0505", aanbieder="98000002")
        stored_bericht(storage)
        filters = LogFilters(ids=(one, other, stranger))
        with storage.reading() as session:
            assert read_log(session, zicht=ALL, filters=filters, limit=9, start=None).ids == (other, one)
            narrowed = LogFilters(ids=filters.ids, status="mislukt")
            assert read_log(session, zicht=ALL, filters=narrowed, limit=9, start=None).ids == (other,)
            assert read_log(session, zicht=ALL, filters=LogFilters(ids=()), limit=9, start=None).ids == ()


INDEXES = {
    "none": "ix_bericht_gemeente_id",
    "soort": "ix_bericht_gemeente_soort_id",
    "status": "ix_bericht_gemeente_status_id",
    "aanbieder": "ix_bericht_aanbieder_id",
    "servicebureau": "ix_bericht_servicebureau_id",
    "stranger": "ix_bericht_gemeente_id_zonder_aanbieder",
    "van": "ix_bericht_gemeente_ontvangen_op_id",
    "day": "ix_bericht_gemeente_ontvangen_op_id",
    "retourcode": "ix_bevinding_retourcode_bericht_id",
}


def _plans(storage, sees: str, name: str) -> list[str]:
    """How SQLite reads a page; PostgreSQL plans by size, and reads a small table whole."""
    stored_bericht(storage)
    with storage.reading() as session:
        asked = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append(call[2:4]))
        read_log(session, zicht=SEES[sees], filters=FILTERS[name], limit=10, start=Plek("z", MOMENT))
        count_by_status(session, zicht=SEES[sees], statussen=("verwerkt",))
        questions = [question for question in asked if question[0].startswith("SELECT")]
        explained = [
            session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", with_) for one, with_ in questions
        ]
        return [step for plan in explained for *_, step in plan]


class TestPlans:
    @pytest.mark.parametrize("sees", ["gemeente", "gemeenten", "aanbieder"])
    @pytest.mark.parametrize("name", FILTERS)
    def test_no_filter_reads_the_whole_log(self, on_sqlite, name, sees):
        steps = _plans(on_sqlite, sees, name)
        assert len(steps) > 4
        assert not [step for step in steps if step.startswith(("SCAN bericht", "SCAN bevinding"))]

    @pytest.mark.parametrize("name", INDEXES)
    def test_a_filter_reads_along_its_own_index(self, on_sqlite, name):
        assert [step for step in _plans(on_sqlite, "gemeente", name) if f" {INDEXES[name]} " in step]


class TestRegels:
    def test_a_row_counts_findings_and_names_the_first_code(self, storage):
        codes = (None, "8004", "0001")
        findings = tuple(Finding(regel="R", retourcode=code, pad="/", melding="m") for code in codes)
        one, other = stored_bericht(storage, findings=findings), stored_bericht(storage, soort=None, release=None)
        with storage.reading() as session:
            first, second = regels_of(session, ids=[other, one])
        assert (first.id, first.soort, first.bevindingen, first.retourcode) == (other, None, 0, None)
        assert (second.id, second.bevindingen, second.retourcode) == (one, 3, "8004")
        assert (second.soort, second.release, second.richting) == ("WMO301", "2.3", "uitgaand")
        assert (second.afzender, second.ontvanger, second.identificatie) == (GEMEENTE, AANBIEDER, "T1")
        assert (second.ontvangen_op, second.status, second.gemeente) == (MOMENT, "te-verzenden", GEMEENTE)


class TestCounts:
    @pytest.mark.parametrize("sees", SEES)
    def test_counts_what_may_be_seen(self, filled, log, sees):
        with filled.reading() as session:
            counts = count_by_status(session, zicht=SEES[sees], statussen=("verwerkt", "mislukt", "verzonden"))
        seen = [new.status for new in log if _is_asked(new, SEES[sees], LogFilters())]
        assert counts == {status: seen.count(status) for status in ("verwerkt", "mislukt", "verzonden")}

    def test_counts_no_further_than_it_says(self, storage, monkeypatch):
        monkeypatch.setattr(berichten_lijst, "COUNTED", 3)
        for _ in range(5):
            stored_bericht(storage)
        with storage.reading() as session:
            counts = count_by_status(session, zicht=SEES["gemeente"], statussen=("te-verzenden",))
        assert counts == {"te-verzenden": 4}
        assert COUNTED == 10_000


class TestSearches:
    def test_by_client_and_by_identificatie(self, storage):
        one = stored_bericht(storage, identificatie="A 1", bsns=frozenset({BSN}))
        stored_bericht(storage, bsns=frozenset({"999990019"}))
        with storage.reading() as session:
            assert ids_of_client(session, bsn=BSN) == {one}
            assert ids_of_client(session, bsn="999990202") == set()
            assert ids_by_identificatie(session, identificatie="A 1") == {one}
            assert ids_by_identificatie(session, identificatie="a 1") == set()

    def test_by_factuurnummer_with_the_answer(self, storage):
        asked, answer = self._declared(storage, "F-1")
        self._declared(storage, "F-2")
        with storage.reading() as session:
            assert ids_by_factuurnummer(session, factuurnummer="F-1", zicht=ALL) == {asked, answer}
            stranger = Zicht(gemeenten=frozenset({"0505"}))
            assert ids_by_factuurnummer(session, factuurnummer="F-1", zicht=stranger) == set()

    def test_by_toewijzing_nummer_with_its_303s_and_answers(self, storage):
        given = booked(storage, nummer=12)
        refused = stored_bericht(storage, antwoord_op_id=given)
        asked, answer = self._declared(storage, "F-1", toewijzing_nummer=12, sleutel="12")
        unknown, told = self._declared(storage, "F-2", referentie="P2", toewijzing_nummer=13)
        booked(storage, nummer=14)
        with storage.reading() as session:
            found = ids_by_toewijzing_nummer(session, nummer=12, zicht=ALL)
            assert found == {given, refused, asked, answer}
            assert ids_by_toewijzing_nummer(session, nummer=13, zicht=ALL) == {unknown, told}
            assert ids_by_toewijzing_nummer(session, nummer=12, zicht=SEES["nobody"]) == set()
            assert ids_by_toewijzing_nummer(session, nummer=10**40, zicht=ALL) == set()

    def _declared(self, storage, factuurnummer, *, referentie="P1", toewijzing_nummer=1, sleutel=None):
        asked = stored_bericht(storage, soort="WMO303")
        answer = stored_bericht(storage, soort="WMO304", antwoord_op_id=asked)
        prestatie = a_prestatie(referentie, toewijzing_nummer=toewijzing_nummer)
        line = a_line(prestatie, telt=False, toewijzing_sleutel=sleutel)
        with storage.writing() as session:
            add_declaratie(session, declaratie=a_declaratie(asked, factuurnummer=factuurnummer), lines=[line])
        return asked, answer
