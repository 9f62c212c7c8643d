"""Declaraties: what was claimed and granted, what it used up, and what comes back of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from app.domain.bedrag import NUL, Bedrag, BedragMetDC
from app.domain.codelijsten import DebetCredit, Declaratievorm, Eenheid
from app.domain.declaratie import IngediendeBedragPrestatie
from app.domain.dossier import EerderePrestatie
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import NotFound
from app.domain.retour import Finding
from app.storage.declaraties import (
    DeclaratieStatus,
    Uitkomst,
    add_declaratie,
    claim_factuurnummer,
    debets,
    factuurnummer_used,
    find_declaratie,
    geboekt,
    gecrediteerd,
    get_declaratie,
    list_declaraties,
    toegekend_by_period,
    used_referenties,
)
from app.storage.zicht import Zicht
from tests.storage.rows import (
    AANBIEDER,
    ALL,
    BSN,
    FEBRUARI,
    GEMEENTE,
    JANUARI,
    a_declaratie,
    a_line,
    a_prestatie,
    at_once,
    booked,
    new_id,
    stored_bericht,
)
from tests.unhurried import BESIDE_A_FIXTURE

WHO = {"gemeente": GEMEENTE, "aanbieder": AANBIEDER}
CREDIT = DebetCredit.CREDIT
BEDRAGEN = st.builds(BedragMetDC, st.integers(0, 10**12).map(Bedrag), st.sampled_from(DebetCredit))


def _stored(storage, *lines, **changes) -> str:
    declaratie = a_declaratie(stored_bericht(storage, soort="WMO303"), **changes)
    with storage.writing() as session:
        add_declaratie(session, declaratie=declaratie, lines=lines)
    return declaratie.id


def _asked(storage, question, **wanted):
    with storage.reading() as session:
        return question(session, **wanted)


class TestAddDeclaratie:
    def test_comes_back_as_it_was(self, storage):
        declaratie = a_declaratie(
            stored_bericht(storage),
            servicebureau="98000009",
            vorm=Declaratievorm.FACTUUR,
            ingediend=Bedrag(-5),
            toegekend=Bedrag(0),
            retour_codes=(),
            geboekt=False,
            status=DeclaratieStatus.HEADER_AFGEKEURD,
        )
        with storage.writing() as session:
            add_declaratie(session, declaratie=declaratie, lines=[])
        assert _asked(storage, get_declaratie, id=declaratie.id, zicht=ALL) == (declaratie, ())

    def test_lines_come_back_in_order_with_outcome_and_bookings(self, storage):
        booked(storage, nummer=1)
        finding = Finding(regel="TR307", retourcode="9307", pad="/x", melding="m", waarden={"a": "2018-01-01"})
        lines = (
            a_line(
                a_prestatie("P2"),
                toewijzing_sleutel="1",
                boekingen=((JANUARI.begindatum, 600), (FEBRUARI.begindatum, 90)),
            ),
            a_line(
                a_prestatie("P1"),
                uitkomst=Uitkomst.AFGEWEZEN,
                toegekend=NUL,
                retour_codes=("9307", "9308"),
                findings=(finding,),
                gemeente_berekend=Bedrag(-7),
            ),
            a_line(a_prestatie("P3"), telt=False, uitkomst=Uitkomst.DEELS, toegekend=Bedrag(1)),
        )
        id = _stored(storage, *lines)
        assert _asked(storage, get_declaratie, id=id, zicht=ALL)[1] == lines

    def test_any_prestatie_comes_back_exactly(self, storage):
        optional = st.none() | st.integers(0, 10**9)
        bedragen = st.builds(
            IngediendeBedragPrestatie,
            geleverd_volume=st.integers(0, 10**8),
            eenheid=st.sampled_from(Eenheid),
            verrekenpercentage=optional,
            product_tarief=st.none() | st.integers(0, 10**9).map(Bedrag),
            berekend_bedrag=st.none() | BEDRAGEN,
            btw_vrijstelling_indicatie=st.none() | st.sampled_from("12"),
            btw_percentage=optional,
            btw_bedrag=st.none() | BEDRAGEN,
            declaratie_factuur_bedrag=BEDRAGEN,
        )
        numbers = iter(range(10_000))

        @settings(max_examples=40, deadline=None, suppress_health_check=BESIDE_A_FIXTURE)
        @given(bedragen, optional, optional, st.none() | st.sampled_from(["é\n\t\\N", "", 'a,"b"']))
        def judge(bedrag, beschikking, toewijzing, commentaar):
            line = a_line(
                a_prestatie(
                    f"P{next(numbers)}",
                    ingediende_bedrag_prestatie=bedrag,
                    beschikking_nummer=beschikking,
                    toewijzing_nummer=toewijzing,
                    commentaar=commentaar,
                )
            )
            id = _stored(storage, line)
            assert _asked(storage, get_declaratie, id=id, zicht=ALL)[1] == (line,)

        judge()

    @pytest.mark.parametrize("side", DebetCredit)
    def test_a_zero_keeps_its_side(self, storage, side):
        line = a_line(a_prestatie(bedrag=0, side=side))
        id = _stored(storage, line)
        found = _asked(storage, get_declaratie, id=id, zicht=ALL)[1][0].prestatie
        assert found.ingediende_bedrag_prestatie.declaratie_factuur_bedrag == BedragMetDC(NUL, side)

    def test_twenty_thousand_lines(self, storage):
        booked(storage, nummer=1)
        lines = [
            a_line(a_prestatie(f"P{n}"), toewijzing_sleutel="1", boekingen=((JANUARI.begindatum, 1),))
            for n in range(20_000)
        ]
        id = _stored(storage, *lines)
        found = _asked(storage, get_declaratie, id=id, zicht=ALL)[1]
        assert len(found) == 20_000
        assert found[19_999] == lines[19_999]
        assert _asked(storage, geboekt, gemeente=GEMEENTE, sleutels=["1"]) == {("1", JANUARI.begindatum): 20_000}

    def test_a_used_referentie_breaks_a_constraint_with_no_trace(self, storage):
        _stored(storage, a_line())
        with pytest.raises(IntegrityError) as error:
            _stored(storage, a_line(a_prestatie("P2"), bsn=BSN), a_line())
        assert BSN not in str(error.value)
        assert _asked(storage, used_referenties, **WHO, nummers=["P1", "P2"]) == {"P1"}

    def test_a_toewijzing_must_be_known(self, storage):
        with pytest.raises(KeyError):
            _stored(storage, a_line(toewijzing_sleutel="unknown"))


class TestUsedReferenties:
    def test_are_those_that_count_of_this_aanbieder_here(self, storage):
        _stored(storage, a_line(a_prestatie("P1")), a_line(a_prestatie("P2"), telt=False))
        assert _asked(storage, used_referenties, **WHO, nummers=["P1", "P2", "P3"]) == {"P1"}
        assert _asked(storage, used_referenties, gemeente="0505", aanbieder=AANBIEDER, nummers=["P1"]) == frozenset()
        assert _asked(storage, used_referenties, gemeente=GEMEENTE, aanbieder="x", nummers=["P1"]) == frozenset()

    def test_a_number_that_did_not_count_may_be_used(self, storage):
        _stored(storage, a_line(telt=False))
        _stored(storage, a_line())
        assert _asked(storage, used_referenties, **WHO, nummers=["P1"]) == {"P1"}

    def test_of_ten_at_once_one_counts(self, storage):
        ids = [stored_bericht(storage) for _ in range(10)]

        def settle(number: int) -> bool:
            def work(session) -> bool:
                used = used_referenties(session, **WHO, nummers=["P1"])
                add_declaratie(session, declaratie=a_declaratie(ids[number]), lines=[a_line(telt=not used)])
                return not used

            return storage.run(work)

        assert sorted(at_once(10, settle)) == [False] * 9 + [True]


class TestDebets:
    def test_come_back_with_what_became_of_them(self, storage):
        booked(storage, nummer=1)
        line = a_line(
            toewijzing_sleutel="1",
            retour_codes=("0200",),
            boekingen=((JANUARI.begindatum, 600), (FEBRUARI.begindatum, 90)),
        )
        _stored(storage, line, a_line(a_prestatie("P2"), uitkomst=Uitkomst.AFGEWEZEN, toegekend=NUL))
        found = _asked(storage, debets, **WHO, nummers=["P1", "P2"])
        assert found["P1"] == EerderePrestatie(
            bsn=BSN,
            prestatie=line.prestatie,
            granted=True,
            toegekend=Bedrag(69000),
            toewijzing_sleutel="1",
            retour_codes=("0200",),
            boekingen=line.boekingen,
        )
        assert (found["P2"].granted, found["P2"].toewijzing_sleutel, found["P2"].boekingen) == (False, None, ())

    def test_neither_credits_nor_lines_that_do_not_count(self, storage):
        _stored(storage, a_line(a_prestatie("P1"), telt=False), a_line(a_prestatie("C1", vorig="P1", side=CREDIT)))
        assert _asked(storage, debets, **WHO, nummers=["P1", "C1"]) == {}


class TestGecrediteerd:
    def test_only_by_an_accepted_credit(self, storage):
        refused = a_line(a_prestatie("C1", vorig="P1", side=CREDIT), uitkomst=Uitkomst.AFGEWEZEN, toegekend=NUL)
        accepted = a_line(a_prestatie("C2", vorig="P2", side=CREDIT))
        _stored(storage, refused, accepted, a_line(a_prestatie("P3", vorig="P0")))
        assert _asked(storage, gecrediteerd, **WHO, nummers=["P0", "P1", "P2"]) == {"P2"}

    def test_is_asked_of_the_credits_alone_also_with_a_plan_for_all_parameters(self, storage):
        asked: list[tuple[str, Any]] = []
        with storage.reading() as session:
            event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append(call[2:4]))
            gecrediteerd(session, **WHO, nummers=["P1"])
            [(question, values)] = asked
            told = session.connection().exec_driver_sql
            if storage.dialect == "sqlite":
                plan = told(f"EXPLAIN QUERY PLAN {question}", values).all()
            else:
                told("SET LOCAL plan_cache_mode = force_generic_plan")
                told("SET LOCAL enable_seqscan = off")  # an empty table is read whole otherwise
                told(f"PREPARE asked AS {question}")
                plan = told(f"EXPLAIN EXECUTE asked ('{GEMEENTE}', '{AANBIEDER}', '{{P1}}')").all()
        assert "uq_prestatie_gecrediteerd" in str(plan)

    def test_twice_breaks_a_constraint(self, storage):
        _stored(storage, a_line(a_prestatie("C1", vorig="P1", side=CREDIT)))
        with pytest.raises(IntegrityError):
            _stored(storage, a_line(a_prestatie("C2", vorig="P1", side=CREDIT)))


class TestGeboekt:
    def test_sums_by_toewijzing_and_period(self, storage):
        booked(storage, nummer=1)
        booked(storage, nummer=2)
        _stored(
            storage,
            a_line(
                a_prestatie("P1"),
                toewijzing_sleutel="1",
                boekingen=((FEBRUARI.begindatum, 90), (JANUARI.begindatum, 600)),
            ),
            a_line(a_prestatie("P2"), toewijzing_sleutel="2", boekingen=((JANUARI.begindatum, 5),)),
            a_line(
                a_prestatie("P3", side=CREDIT, bedrag=100),
                toewijzing_sleutel="1",
                boekingen=((JANUARI.begindatum, -1),),
            ),
        )
        assert _asked(storage, geboekt, gemeente=GEMEENTE, sleutels=["1"]) == {
            ("1", JANUARI.begindatum): 599,
            ("1", FEBRUARI.begindatum): 90,
        }
        assert _asked(storage, geboekt, gemeente="0505", sleutels=["1"]) == {}
        assert _asked(storage, toegekend_by_period, gemeente=GEMEENTE, toewijzing_sleutel="1") == {
            JANUARI.begindatum: (599, 68900),
            FEBRUARI.begindatum: (90, 0),
        }


class TestFactuurnummer:
    def _claim(self, storage, today: date, nummer: str = "D1", declaratie_id: str | None = None, **changes) -> bool:
        who = {**WHO, "nummer": nummer, "today": today, **changes}
        used = _asked(storage, factuurnummer_used, **who)
        with storage.writing() as session:
            claimed = claim_factuurnummer(session, **who, declaratie_id=declaratie_id or new_id())
        if declaratie_id is None:
            assert used == (not claimed)
        return claimed

    def test_is_used_for_five_years(self, storage):
        assert self._claim(storage, date(2018, 2, 1))
        assert not self._claim(storage, date(2018, 2, 1))
        assert not self._claim(storage, date(2023, 2, 1))
        assert self._claim(storage, date(2023, 2, 2))
        assert not self._claim(storage, date(2023, 2, 3))

    def test_on_a_leap_day(self, storage):
        assert self._claim(storage, date(2019, 2, 28))
        assert not self._claim(storage, date(2024, 2, 29))
        assert self._claim(storage, date(2024, 3, 1))

    def test_of_another_is_free(self, storage):
        assert self._claim(storage, date(2018, 2, 1))
        assert self._claim(storage, date(2018, 2, 1), nummer="d1")
        assert self._claim(storage, date(2018, 2, 1), aanbieder="98000002")
        assert self._claim(storage, date(2018, 2, 1), gemeente="0505")

    def test_may_be_claimed_again_by_its_declaratie(self, storage):
        assert self._claim(storage, date(2018, 2, 1), declaratie_id="d")
        assert self._claim(storage, date(2018, 2, 1), declaratie_id="d")
        assert not self._claim(storage, date(2018, 2, 1), declaratie_id="e")

    def test_of_twenty_claims_at_once_one_wins_also_when_it_was_used_long_ago(self, storage):
        def claim(year: int) -> int:
            def work(session) -> bool:
                return claim_factuurnummer(session, **WHO, nummer="D1", declaratie_id=new_id(), today=date(year, 1, 1))

            return sum(at_once(20, lambda _: storage.run(work)))

        assert claim(2010) == 1
        assert claim(2018) == 1


class TestListDeclaraties:
    def _listed(self, storage, **wanted) -> list[str]:
        return [found.id for found in _asked(storage, list_declaraties, **{"zicht": ALL, "limit": 100, **wanted})]

    def test_newest_first_in_pages(self, storage):
        ids = [_stored(storage) for _ in range(3)]
        assert self._listed(storage) == ids[::-1]
        assert self._listed(storage, limit=2) == ids[:0:-1]
        assert self._listed(storage, before=ids[1]) == ids[:1]

    def test_filters(self, storage):
        january = _stored(storage, status=DeclaratieStatus.TECHNISCH_AFGEKEURD)
        february = _stored(storage, declaratie_periode=FEBRUARI, aanbieder="98000002")
        assert self._listed(storage, aanbieder="98000002") == [february]
        assert self._listed(storage, statuses=[DeclaratieStatus.TECHNISCH_AFGEKEURD]) == [january]
        assert self._listed(storage, periode=JANUARI) == [january]
        assert self._listed(storage, periode=GeslotenPeriode(date(2018, 1, 1), date(2018, 12, 31))) == [
            february,
            january,
        ]

    def test_shows_only_what_concerns_the_party(self, storage):
        id = _stored(storage, servicebureau="98000009")
        for zicht in (
            Zicht(gemeenten=frozenset({GEMEENTE})),
            Zicht(aanbieders=frozenset({AANBIEDER})),
            Zicht(aanbieders=frozenset({"98000009"})),
        ):
            assert self._listed(storage, zicht=zicht) == [id]
            assert _asked(storage, find_declaratie, id=id, zicht=zicht) is not None
        for zicht in (Zicht(), Zicht(gemeenten=frozenset({"0505", AANBIEDER}), aanbieders=frozenset({GEMEENTE}))):
            assert self._listed(storage, zicht=zicht) == []
            with pytest.raises(NotFound):
                _asked(storage, get_declaratie, id=id, zicht=zicht)


def test_records_are_values(storage):
    line = a_line()
    assert replace(line) == line
