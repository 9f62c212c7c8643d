"""Toewijzingen: booked version by version, found by number, client or party."""

import re
from datetime import date, time, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from app.domain.bericht import Product
from app.storage import toewijzing_records
from app.storage.prepared import wire_of
from app.storage.toewijzingen import (
    NewVersie,
    book_versies,
    find_toewijzing_record,
    geboortedata,
    ids_by_sleutel,
    list_toewijzingen,
    lock_toewijzingen,
    reject_versies,
    toewijzingen_by_bsn,
    toewijzingen_by_nummer,
)
from app.storage.verzoeken import add_referenties, ask_referenties
from app.storage.zicht import Zicht
from tests.storage.rows import AANBIEDER, ALL, BSN, GEMEENTE, a_versie, at_once, booked, stored_bericht
from tests.unhurried import BESIDE_A_FIXTURE

OTHER_BSN = "999900018"


def _by_nummer(storage, *nummers: int, gemeente: str = GEMEENTE):
    with storage.reading() as session:
        return toewijzingen_by_nummer(session, gemeente=gemeente, nummers=nummers)


def _record(storage, name, zicht: Zicht = ALL) -> Any:
    with storage.reading() as session:
        return find_toewijzing_record(session, zicht=zicht, gemeente=GEMEENTE, nummer_or_sleutel=name)


def _listed(storage, **wanted) -> list[str]:
    with storage.reading() as session:
        found = list_toewijzingen(session, **{"zicht": ALL, "limit": 100, **wanted})
        return [record.sleutel for record in found.records]


def _rejected(storage, bericht_id: str) -> None:
    with storage.writing() as session:
        reject_versies(session, bericht_id=bericht_id)


class TestBookVersie:
    @pytest.mark.parametrize(
        "versie",
        [
            a_versie(),
            a_versie(omvang=None, einddatum=None, reden_wijziging="01", product=Product(categorie="02")),
            a_versie(toewijzingstijd=time(23, 59, 59, 999999)),
        ],
    )
    def test_comes_back_as_it_was(self, storage, versie):
        with storage.writing() as session:
            new = NewVersie(
                gemeente=GEMEENTE,
                sleutel="1",
                nummer=1,
                aanbieder=AANBIEDER,
                versie=versie,
                bericht_id=stored_bericht_in(session),
            )
            book_versies(session, new=[new])
        found = _by_nummer(storage, 1)[1]
        assert found.versies == (versie,)
        assert (found.sleutel, found.gemeente, found.nummer, found.aanbieder) == ("1", GEMEENTE, 1, AANBIEDER)

    def test_an_identical_version_changes_nothing(self, storage):
        booked(storage)
        booked(storage)
        assert len(_record(storage, 1).versies) == 1

    def test_a_different_version_of_the_same_moment_is_an_error(self, storage):
        booked(storage)
        with pytest.raises(IntegrityError):
            booked(storage, einddatum=date(2018, 6, 30))

    def test_keeps_where_its_part_begins_in_the_whole(self, storage):
        booked(storage, aandeel_vanaf=690)
        assert _record(storage, 1).actueel.versie.aandeel_vanaf == 690
        booked(storage)  # a full picture tells the same version again, and no 301 tells its place
        booked(storage, toewijzingsdatum=date(2018, 2, 1), einddatum=date(2018, 6, 30))
        assert [v.aandeel_vanaf for v in _by_nummer(storage, 1)[1].versies] == [690, 690]
        booked(storage, toewijzingsdatum=date(2018, 3, 1), aandeel_vanaf=300)
        assert _record(storage, 1).actueel.versie.aandeel_vanaf == 300

    def test_takes_no_place_over_from_what_was_refused_or_from_another(self, storage):
        _rejected(storage, booked(storage, aandeel_vanaf=690))
        booked(storage, nummer=2, aandeel_vanaf=300)
        booked(storage, toewijzingsdatum=date(2018, 2, 1))
        assert [v.aandeel_vanaf for v in _by_nummer(storage, 1)[1].versies] == [0]

    def test_of_another_aanbieder_is_an_error_as_long_as_a_version_counts(self, storage):
        refused = booked(storage)
        with pytest.raises(IntegrityError):
            booked(storage, aanbieder="98000002", toewijzingsdatum=date(2018, 2, 1))
        _rejected(storage, refused)
        booked(storage, aanbieder="98000002", toewijzingsdatum=date(2018, 2, 1))
        assert _by_nummer(storage, 1)[1].aanbieder == "98000002"

    def test_a_refused_version_may_be_sent_again_and_stays_visible(self, storage):
        refused = booked(storage)
        _rejected(storage, refused)
        assert _by_nummer(storage, 1) == {}
        accepted = booked(storage, einddatum=date(2018, 6, 30))
        found = _record(storage, 1)
        assert [(v.bericht_id, v.vervallen) for v in found.versies] == [(accepted, False), (refused, True)]
        assert found.actueel.bericht_id == accepted

    def test_twenty_versions_at_once_make_one_toewijzing(self, storage):
        days = [date(2018, 1, 1) + timedelta(days=number % 10) for number in range(20)]
        at_once(20, lambda number: booked(storage, toewijzingsdatum=days[number]))
        assert len(_record(storage, 1).versies) == 10
        assert _listed(storage) == ["1"]


def stored_bericht_in(session) -> str:
    from app.storage.berichten import add_bericht
    from tests.storage.rows import a_bericht

    new = a_bericht()
    add_bericht(session, new=new)
    return new.id


class TestToewijzingenByNummer:
    def test_only_those_of_the_gemeente_that_were_asked(self, storage):
        booked(storage, nummer=1)
        booked(storage, nummer=2)
        booked(storage, nummer=1, gemeente="0505")
        assert set(_by_nummer(storage, 1, 3)) == {1}
        assert _by_nummer(storage, 1, gemeente="0505")[1].gemeente == "0505"
        assert _by_nummer(storage) == {}

    def test_takes_twenty_thousand_numbers(self, storage):
        booked(storage, nummer=19_999)
        assert set(_by_nummer(storage, *range(20_000))) == {19_999}


class TestByBsn:
    def test_gives_the_toewijzingen_of_each_client(self, storage):
        booked(storage, nummer=1)
        booked(storage, nummer=None, sleutel="x")
        booked(storage, nummer=3, bsn=OTHER_BSN)
        _rejected(storage, booked(storage, nummer=4))
        with storage.reading() as session:
            found = toewijzingen_by_bsn(session, gemeente=GEMEENTE, bsns={BSN, OTHER_BSN, "999990019"})
            elsewhere = toewijzingen_by_bsn(session, gemeente="0505", bsns={BSN})
        assert {bsn: [t.sleutel for t in ts] for bsn, ts in found.items()} == {BSN: ["1", "x"], OTHER_BSN: ["3"]}
        assert elsewhere == {}

    def test_birth_date_is_that_of_the_newest_version_that_counts(self, storage):
        booked(storage, nummer=1, toewijzingsdatum=date(2018, 3, 1), geboortedatum=date(1979, 1, 2))
        booked(storage, nummer=2, toewijzingsdatum=date(2018, 2, 1), geboortedatum=date(1979, 1, 1))
        _rejected(storage, booked(storage, nummer=3, toewijzingsdatum=date(2018, 4, 1), geboortedatum=date(1979, 1, 3)))
        with storage.reading() as session:
            assert geboortedata(session, gemeente=GEMEENTE, bsns={BSN, OTHER_BSN}) == {BSN: date(1979, 1, 2)}
            assert geboortedata(session, gemeente="0505", bsns={BSN}) == {}


class TestLockToewijzingen:
    def test_makes_a_second_settlement_wait(self, storage):
        booked(storage, nummer=1)
        booked(storage, nummer=None, sleutel="x", bsn=OTHER_BSN)
        for nummers, bsns in (([1], []), ([], [OTHER_BSN])):
            order: list[str] = []
            holds, may_end = Event(), Event()

            def settle(name: str, nummers=nummers, bsns=bsns, order=order, holds=holds, may_end=may_end):
                with storage.writing() as session:
                    lock_toewijzingen(session, gemeente=GEMEENTE, nummers=nummers, bsns=bsns)
                    wire_of(session).settle()
                    order.append(f"{name} holds")
                    holds.set()
                    may_end.wait(120)
                    order.append(f"{name} ends")

            threads = [Thread(target=settle, args=(name,)) for name in ("first", "second")]
            threads[0].start()
            holds.wait(120)
            threads[1].start()
            threads[1].join(0.2)
            may_end.set()
            for thread in threads:
                thread.join(120)
            assert order == ["first holds", "first ends", "second holds", "second ends"]

    @pytest.mark.parametrize("bsns", [[], [BSN]], ids=["numbered", "with-lines-without-number"])
    def test_does_not_look_at_every_toewijzing_of_the_gemeente(self, storage, bsns):
        if storage.dialect == "sqlite":
            return  # one writer at a time needs no locks
        asked: list[tuple[str, Any]] = []
        with storage.writing() as session:
            event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append(call[2:4]))
            lock_toewijzingen(session, gemeente=GEMEENTE, nummers=[1, 2], bsns=bsns)
            told, (question, values) = session.connection().exec_driver_sql, asked[0]
            told("SET LOCAL enable_seqscan = off")  # an empty table is read whole otherwise
            told(f"PREPARE asked AS {question}")
            given = ", ".join(f"'{{{','.join(map(str, v))}}}'" if isinstance(v, list) else f"'{v}'" for v in values)
            plan = str(told(f"EXPLAIN EXECUTE asked ({given})").all())
        assert "Index Cond: ((gemeente = '1708'::text) AND (nummer = " in plan
        assert re.findall(r"Seq Scan|Cond: \(gemeente = '1708'::text\)", plan) == [], plan


class TestFindToewijzingRecord:
    def test_by_number_or_sleutel(self, storage):
        booked(storage, nummer=7, sleutel="7")
        booked(storage, nummer=None, sleutel="a-1")
        for name, sleutel in ((7, "7"), ("7", "7"), ("a-1", "a-1")):
            assert _record(storage, name).sleutel == sleutel
        for name in ("8", "", "٧", "9" * 30, "a-2"):
            assert _record(storage, name) is None

    def test_only_for_its_parties(self, storage):
        booked(storage, nummer=7)
        for zicht in (Zicht(gemeenten=frozenset({GEMEENTE})), Zicht(aanbieders=frozenset({AANBIEDER}))):
            assert _record(storage, 7, zicht) is not None
        for zicht in (Zicht(), Zicht(gemeenten=frozenset({"0505"}), aanbieders=frozenset({"98000002", GEMEENTE}))):
            assert _record(storage, 7, zicht) is None

    def test_has_all_versions_newest_first(self, storage):
        old = booked(storage, toewijzingsdatum=date(2018, 1, 1))
        new = booked(storage, toewijzingsdatum=date(2018, 1, 2), toewijzingstijd=time(8))
        newest = booked(storage, toewijzingsdatum=date(2018, 1, 2), toewijzingstijd=time(9))
        assert [versie.bericht_id for versie in _record(storage, 1).versies] == [newest, new, old]


class TestListToewijzingen:
    def test_in_pages(self, storage):
        for nummer in range(5):
            booked(storage, nummer=nummer)
        with storage.reading() as session:
            first = list_toewijzingen(session, zicht=ALL, limit=3).records
            second = list_toewijzingen(session, zicht=ALL, limit=3, after=first[-1].id).records
        assert [record.nummer for record in [*first, *second]] == [0, 1, 2, 3, 4]

    def test_a_page_is_full_as_long_as_there_are_more(self, storage):
        newer = {"toewijzingsdatum": date(2018, 2, 1), "product": Product(categorie="02", code="02A02")}
        for nummer in range(1, 9):
            booked(storage, nummer=nummer)
            if nummer % 4:
                booked(storage, nummer=nummer, **newer)
        assert _listed(storage, product="02A01", limit=2) == ["4", "8"]
        assert _listed(storage, product="02A02", limit=2) == ["1", "2"]
        assert _listed(storage, product="02A02", limit=6) == ["1", "2", "3", "5", "6", "7"]

    def test_filters(self, storage):
        booked(storage, nummer=1)
        booked(storage, nummer=1, toewijzingsdatum=date(2018, 2, 1), product=Product(categorie="02", code="02A02"))
        booked(storage, nummer=2, aanbieder="98000002")
        assert _listed(storage, product="02A01") == ["2"]
        assert _listed(storage, product="02A02") == ["1"]
        assert _listed(storage, aanbieder=AANBIEDER) == ["1"]
        assert _listed(storage, zicht=Zicht(aanbieders=frozenset({"98000002"}))) == ["2"]
        assert _listed(storage, zicht=Zicht()) == []

    @pytest.mark.parametrize("limit", [1, 2, 50])
    @pytest.mark.parametrize("most", [1, 3, 100])
    def test_short_pages_hold_together_what_one_long_one_holds(self, storage, monkeypatch, most, limit):
        for nummer in range(1, 13):
            booked(storage, nummer=nummer, einddatum=date(2018, 6 if nummer % 3 else 2, 1))
        monkeypatch.setattr(toewijzing_records, "MOST_IDS", most)
        found: list[str] = []
        pages, after = 0, None
        with storage.reading() as session:
            while pages == 0 or after is not None:
                page = list_toewijzingen(session, zicht=ALL, actief_op=date(2018, 3, 1), limit=limit, after=after)
                assert len(page.records) <= limit
                assert page.cursor is None or page.cursor > (after or 0)
                found += [record.sleutel for record in page.records]
                pages, after = pages + 1, page.cursor
        assert found == [str(nummer) for nummer in range(1, 13) if nummer % 3]
        assert pages >= 12 / most

    @pytest.mark.parametrize("after", [2**63 - 2, 2**63 - 1])
    def test_comes_to_an_end_after_the_last_id_that_there_can_be(self, storage, after):
        booked(storage, nummer=1)
        with storage.reading() as session:
            page = list_toewijzingen(session, zicht=ALL, product="02A01", limit=2, after=after)
        assert page == ([], None)

    def test_active_on_a_day_is_what_the_domain_calls_valid(self, storage):
        day = st.dates(date(2018, 1, 1), date(2018, 1, 12))
        versie = st.tuples(day, day, st.none() | day, st.sampled_from([None, "01"]), st.booleans())
        numbers = iter(range(1, 10_000))

        @settings(max_examples=20, deadline=None, suppress_health_check=BESIDE_A_FIXTURE)
        @given(st.lists(versie, min_size=1, max_size=4, unique_by=lambda v: v[0]), day)
        def judge(versies, asked):
            nummer = next(numbers)
            for toewijzingsdatum, ingangsdatum, einddatum, reden, refused in versies:
                id = booked(
                    storage,
                    nummer=nummer,
                    toewijzingsdatum=toewijzingsdatum,
                    ingangsdatum=ingangsdatum,
                    einddatum=einddatum,
                    reden_wijziging=reden,
                )
                if refused:
                    _rejected(storage, id)
            toewijzing = _record(storage, nummer).toewijzing
            expected = toewijzing is not None and toewijzing.versie_on(asked) is not None
            assert (str(nummer) in _listed(storage, actief_op=asked, limit=10_000)) == expected

        judge()


def test_ids_by_sleutel(storage):
    booked(storage, nummer=1)
    booked(storage, nummer=1, gemeente="0505")
    with storage.reading() as session:
        ids = ids_by_sleutel(session, gemeente=GEMEENTE, sleutels=["1", "2"])
        elsewhere = ids_by_sleutel(session, gemeente="0505", sleutels=["1"])
    assert set(ids) == {"1"}
    assert ids["1"] != elsewhere["1"]


def test_referenties(storage):
    bericht_id = stored_bericht(storage)
    for _ in range(2):
        with storage.writing() as session:
            add_referenties(
                session,
                gemeente=GEMEENTE,
                aanbieder=AANBIEDER,
                bericht_id=bericht_id,
                referenties=[(BSN, "R1"), (BSN, "R1"), (OTHER_BSN, "R2")],
            )
    with storage.reading() as session:
        asked = {"aanbieders": {AANBIEDER, "98000002"}, "bsns": {BSN}}
        found = ask_referenties(session, gemeente=GEMEENTE, **asked).get()
        assert found == {(AANBIEDER, BSN, "R1")}
        assert ask_referenties(session, gemeente="0505", aanbieders={AANBIEDER}, bsns={BSN}).get() == frozenset()
        assert ask_referenties(session, gemeente=GEMEENTE, aanbieders={"98000002"}, bsns={BSN}).get() == frozenset()
