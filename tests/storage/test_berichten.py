"""The message log: kept byte for byte, once, and seen only by those it concerns."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import IntegrityError

from app.domain.refusals import NotFound
from app.domain.retour import Ernst, Finding
from app.storage.bericht_tables import BerichtClientRow, BerichtInhoudRow, BerichtRow
from app.storage.berichten import (
    BerichtFilters,
    add_bericht,
    add_unique_bericht,
    body_of,
    find_bericht,
    get_bericht,
    list_berichten,
    set_status,
)
from app.storage.findings import BevindingRow
from app.storage.zicht import Zicht
from tests.storage.rows import (
    AANBIEDER,
    ALL,
    BSN,
    GEMEENTE,
    MOMENT,
    a_bericht,
    a_declaratie,
    at_once,
    booked,
    stored_bericht,
)
from tests.unhurried import BESIDE_A_FIXTURE

FINDINGS = (
    Finding(
        regel="TR307",
        retourcode="9307",
        pad="/Bericht/A[1]",
        melding="Te vroeg é.",
        waarden={"b": "x", "a": 1},
        regelnummer=61,
    ),
    Finding(
        regel="XSD",
        retourcode=None,
        pad="/Bericht",
        melding="Mist.",
        ernst=Ernst.WAARSCHUWING,
        waarden={"waar": True, "leeg": None},
    ),
)


def _found(storage, id: str, zicht: Zicht = ALL):
    with storage.reading() as session:
        return get_bericht(session, id=id, zicht=zicht)


def _listed(storage, zicht: Zicht = ALL, limit: int = 100, before: str | None = None, **filters) -> list[str]:
    with storage.reading() as session:
        wanted = BerichtFilters(**filters)
        found = list_berichten(session, zicht=zicht, filters=wanted, limit=limit, before=before)
        return [record.id for record in found]


class TestAddBericht:
    def test_comes_back_with_every_fact(self, storage):
        new = a_bericht(
            findings=FINDINGS, servicebureau="98000009", key_id="abc", uniek="u", body="<é/>".encode(), dagtekening=None
        )
        with storage.writing() as session:
            add_bericht(session, new=new)

        found = _found(storage, new.id)

        for name in (
            "id",
            "soort",
            "release",
            "richting",
            "afzender",
            "ontvanger",
            "gemeente",
            "aanbieder",
            "status",
            "servicebureau",
            "key_id",
            "identificatie",
            "dagtekening",
            "ontvangen_op",
            "uniek",
            "findings",
        ):
            assert getattr(found, name) == getattr(new, name), name
        assert isinstance(new.body, bytes)
        assert found.omvang_bytes == len(new.body)
        assert found.sha256 == hashlib.sha256(new.body).hexdigest()
        assert list(found.findings[0].waarden) == ["b", "a"]

    @pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"\r\n\t <Bericht/>" * 100_000])
    def test_keeps_the_exact_bytes(self, storage, body):
        id = stored_bericht(storage, body=body)
        with storage.reading() as session:
            assert body_of(session, id=id) == body
            with pytest.raises(NotFound):
                body_of(session, id="unknown")

    def test_a_bericht_has_one_answer(self, storage):
        asked = stored_bericht(storage)
        stored_bericht(storage, antwoord_op_id=asked)
        with pytest.raises(IntegrityError):
            stored_bericht(storage, antwoord_op_id=asked)

    def test_set_status(self, storage):
        one, other = stored_bericht(storage), stored_bericht(storage)
        with storage.writing() as session:
            set_status(session, id=one, status="afgeleverd")
        assert (_found(storage, one).status, _found(storage, other).status) == ("afgeleverd", "te-verzenden")


class TestAddUniqueBericht:
    def test_keeps_nothing_of_a_second_one(self, storage):
        first, second = (a_bericht(uniek="u", findings=FINDINGS, bsns=frozenset({BSN})) for _ in range(2))
        with storage.writing() as session:
            assert add_unique_bericht(session, new=first) is None
            assert add_unique_bericht(session, new=second) == first.id
        with storage.reading() as session:
            for row, count in ((BerichtRow, 1), (BerichtInhoudRow, 1), (BevindingRow, 2), (BerichtClientRow, 1)):
                assert session.scalar(select(func.count()).select_from(row)) == count

    def test_another_uniek_and_none_are_no_repetition(self, storage):
        with storage.writing() as session:
            for uniek in ("u", "v", None, None):
                assert add_unique_bericht(session, new=a_bericht(uniek=uniek)) is None

    def test_of_twenty_at_once_one_is_kept_and_all_know_it(self, storage):
        for round in range(5):
            news = [a_bericht(uniek=f"u{round}") for _ in range(20)]

            holders = at_once(20, lambda n, news=news: storage.run(lambda s: add_unique_bericht(s, new=news[n])))

            winners = [new.id for new, holder in zip(news, holders, strict=True) if holder is None]
            assert len(winners) == 1
            assert {holder for holder in holders if holder} == set(winners)

    def test_one_that_was_undone_does_not_count(self, storage):
        def fail_halfway() -> None:
            with storage.writing() as session:
                add_unique_bericht(session, new=a_bericht(uniek="u"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail_halfway()
        with storage.writing() as session:
            assert add_unique_bericht(session, new=a_bericht(uniek="u")) is None


class TestLinks:
    def test_answer_both_ways(self, storage):
        asked = stored_bericht(storage)
        answer = stored_bericht(storage, antwoord_op_id=asked)
        assert _found(storage, asked).antwoord_id == answer
        assert _found(storage, answer).antwoord_op_id == asked
        assert (_found(storage, answer).antwoord_id, _found(storage, asked).antwoord_op_id) == (None, None)

    def test_derived_301s_only_as_far_as_they_may_be_seen(self, storage):
        origin = stored_bericht(storage, aanbieder=None)
        mine = stored_bericht(storage, herkomst_id=origin)
        other = stored_bericht(storage, herkomst_id=origin, aanbieder="98000002")
        assert _found(storage, origin).afgeleide_ids == (mine, other)
        assert _found(storage, mine).herkomst_id == origin
        aanbieder = Zicht(aanbieders=frozenset({AANBIEDER}))
        assert _found(storage, mine, aanbieder).herkomst_id is None

    def test_toewijzingen_and_declaratie(self, storage):
        from app.storage.declaraties import add_declaratie

        numbered, unnumbered = booked(storage, nummer=7), booked(storage, nummer=None, sleutel="x")
        assert _found(storage, numbered).toewijzing_nummers == ((GEMEENTE, 7, "7"),)
        assert _found(storage, unnumbered).toewijzing_nummers == ((GEMEENTE, None, "x"),)
        declaratie = a_declaratie(stored_bericht(storage, soort="WMO303"))
        with storage.writing() as session:
            add_declaratie(session, declaratie=declaratie, lines=[])
        assert _found(storage, declaratie.bericht_id).declaratie_id == declaratie.id
        assert _found(storage, numbered).declaratie_id is None


class TestListBerichten:
    def test_newest_first_in_pages_without_overlap(self, storage):
        ids = [stored_bericht(storage) for _ in range(7)]
        pages, before = [], None
        while page := _listed(storage, limit=3, before=before):
            pages.append(page)
            before = page[-1]
        assert [len(page) for page in pages] == [3, 3, 1]
        assert [id for page in pages for id in page] == ids[::-1]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("soort", "WMO303"),
            ("richting", "inkomend"),
            ("status", "verwerkt"),
            ("afzender", "98000001"),
            ("ontvanger", "1708"),
            ("identificatie", "T2"),
        ],
    )
    def test_filters(self, storage, name, value):
        wanted = stored_bericht(storage, **{name: value})
        stored_bericht(storage, **{name: "anders"})
        assert _listed(storage, **{name: value}) == [wanted]

    def test_filters_on_bsn(self, storage):
        wanted = stored_bericht(storage, bsns=frozenset({BSN, "999900018"}))
        stored_bericht(storage, bsns=frozenset({"999900018"}))
        assert _listed(storage, bsn=BSN) == [wanted]

    def test_days_are_those_of_the_netherlands(self, storage):
        last_second = stored_bericht(storage, ontvangen_op=datetime(2018, 6, 30, 21, 59, 59, tzinfo=UTC))
        first_second = stored_bericht(storage, ontvangen_op=datetime(2018, 6, 30, 22, 0, 0, tzinfo=UTC))
        assert _listed(storage, tot=date(2018, 6, 30)) == [last_second]
        assert _listed(storage, van=date(2018, 7, 1)) == [first_second]
        assert _listed(storage, van=date.min, tot=date.max) == [first_second, last_second]

    def test_asks_the_same_number_of_questions_for_any_number_of_rows(self, storage):
        def questions() -> int:
            asked = []
            with storage.reading() as session:
                engine = session.get_bind()
                event.listen(engine, "before_cursor_execute", lambda *_: asked.append(1))
                list_berichten(session, zicht=ALL, filters=BerichtFilters(), limit=100)
            return len(asked)

        stored_bericht(storage, findings=FINDINGS)
        with_one = questions()
        for _ in range(10):
            stored_bericht(storage, findings=FINDINGS)
        assert questions() <= 2 * with_one  # the first listener counts as well
        assert _found(storage, _listed(storage)[0]).findings == FINDINGS


class TestPlans:
    @pytest.mark.parametrize("zicht", [ALL, Zicht(gemeenten=frozenset({GEMEENTE})), Zicht(aanbieders=frozenset({"x"}))])
    def test_no_list_or_link_reads_the_whole_log(self, storage, zicht):
        if storage.dialect != "sqlite":
            return  # PostgreSQL plans by size: it reads a small table whole
        ids = [stored_bericht(storage, findings=FINDINGS) for _ in range(50)]
        with storage.writing() as session:
            session.execute(text("ANALYZE"))
        with storage.reading() as session:
            asked = []
            event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append(call[2:4]))
            list_berichten(session, zicht=zicht, filters=BerichtFilters(), limit=10)
            find_bericht(session, id=ids[0], zicht=ALL)
            questions = [question for question in asked if question[0].startswith("SELECT")]
            assert len(questions) > 5
            for statement, values in questions:
                plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
                assert not [step for *_, step in plan if step.startswith("SCAN bericht")], statement


PARTIES = st.sampled_from(["a", "b", "c"])
SIGHTS = st.frozensets(PARTIES)


class TestZicht:
    def test_unknown_and_unseen_do_not_differ(self, storage):
        id = stored_bericht(storage)
        nobody = Zicht()
        stranger = Zicht(gemeenten=frozenset({AANBIEDER, "0505"}), aanbieders=frozenset({GEMEENTE, "98000002"}))
        with storage.reading() as session:
            for zicht in (nobody, stranger):
                assert find_bericht(session, id=id, zicht=zicht) is None
                with pytest.raises(NotFound) as unseen:
                    get_bericht(session, id=id, zicht=zicht)
                with pytest.raises(NotFound) as unknown:
                    get_bericht(session, id="unknown", zicht=zicht)
                assert unseen.value.detail == unknown.value.detail

    def test_shows_exactly_what_concerns_the_party(self, storage):
        parties = [(g, a, s) for g in ("a", "b", None) for a in ("a", "b", None) for s in ("a", "c", None)]
        owners = {stored_bericht(storage, gemeente=g, aanbieder=a, servicebureau=s): (g, a, s) for g, a, s in parties}

        @settings(max_examples=40, deadline=None, suppress_health_check=BESIDE_A_FIXTURE)
        @given(gemeenten=SIGHTS, aanbieders=SIGHTS)
        def judge(gemeenten, aanbieders):
            seen = set(_listed(storage, Zicht(gemeenten=gemeenten, aanbieders=aanbieders)))
            for id, (gemeente, aanbieder, servicebureau) in owners.items():
                concerned = gemeente in gemeenten or aanbieder in aanbieders or servicebureau in aanbieders
                assert (id in seen) == concerned
                assert Zicht(gemeenten=gemeenten, aanbieders=aanbieders).shows(
                    gemeente, (aanbieder, servicebureau)
                ) == (concerned)

        judge()


def test_records_are_independent_of_the_moment_they_are_read(storage):
    id = stored_bericht(storage, ontvangen_op=MOMENT)
    assert replace(_found(storage, id)) == _found(storage, id)
