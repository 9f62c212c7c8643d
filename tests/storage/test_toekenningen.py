"""Toekenningen, ToewijzingNummers and answers by Idempotency-Key in the database."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from app.domain.berekening import ArrangementKeuze, Etmalen, Grondslag, Indicatie
from app.domain.refusals import InvalidInput
from app.domain.retour import Ernst, Finding
from app.domain.toekenning import TweedeAanbieder
from app.storage.base import Storage
from app.storage.idempotency import IdempotencyKeyRow, KeptAnswer, claim_key, keep_answer
from app.storage.toekenningen import (
    ToekenningRecord,
    Uitgegeven,
    add_toekenning,
    find_toekenning,
    toekenning_ids_of,
)
from app.storage.toewijzing_nummers import (
    FIRST_NUMMER,
    LAST_NUMMER,
    ToewijzingNummerTellerRow,
    free_nummers,
    lock_nummers,
    next_nummer,
    set_last_nummer,
)
from tests.builders.toekenning import SECOND, a_berekening, a_toekenning
from tests.builders.world import made
from tests.storage.rows import GEMEENTE, MOMENT, at_once, booked


def a_record(**changes) -> ToekenningRecord:
    toekenning = a_toekenning(gemeente=GEMEENTE)
    return made(ToekenningRecord, changes, id="T1", toekenning=toekenning, berekening=a_berekening(), gemaakt_op=MOMENT)


def kept(storage: Storage, record: ToekenningRecord) -> ToekenningRecord | None:
    with storage.writing() as session:
        add_toekenning(session, new=record)
    with storage.reading() as session:
        return find_toekenning(session, id=record.id, gemeenten={GEMEENTE})


class TestToekenning:
    @pytest.mark.parametrize(
        "grondslag",
        [
            (Indicatie("OZL1", Fraction(5)), Indicatie("OMD3", Fraction(1, 3))),
            ArrangementKeuze("BG1", opslag=True),
            Etmalen("04A01", 4),
        ],
        ids=lambda grondslag: type(grondslag).__name__,
    )
    def test_comes_back_as_it_was(self, grondslag: Grondslag, storage: Storage):
        tweede = TweedeAanbieder(agb=SECOND, percentage=Fraction(100, 3))
        toekenning = a_toekenning(gemeente=GEMEENTE, grondslag=grondslag, tweede=tweede, einddatum=None)
        warning = Finding(
            regel="IWB-dubbel", retourcode=None, pad="x", melding="y", waarden={"a": 1}, ernst=Ernst.WAARSCHUWING
        )
        record = a_record(toekenning=toekenning, onderaannemer=SECOND, waarschuwingen=(warning,), key_id="k")
        assert kept(storage, record) == record

    def test_knows_its_toewijzingen_in_order_and_they_know_it(self, storage: Storage):
        given = tuple(Uitgegeven(str(nummer), booked(storage, nummer=nummer)) for nummer in (2, 1))
        assert kept(storage, a_record(toewijzingen=given)) == a_record(toewijzingen=given)
        with storage.reading() as session:
            assert toekenning_ids_of(session, gemeente=GEMEENTE, sleutel="1") == ["T1"]
            assert toekenning_ids_of(session, gemeente=GEMEENTE, sleutel="3") == []

    def test_is_seen_by_its_gemeente_only(self, storage: Storage):
        assert kept(storage, a_record()) is not None
        with storage.reading() as session:
            assert find_toekenning(session, id="T1", gemeenten=frozenset()) is None
            assert find_toekenning(session, id="T1", gemeenten={"0999"}) is None
            assert find_toekenning(session, id="T2", gemeenten={GEMEENTE}) is None


def taken(storage: Storage, gemeente: str = GEMEENTE) -> int:
    return storage.run(lambda session: next_nummer(session, gemeente=gemeente))


class TestNextNummer:
    def test_counts_for_each_gemeente(self, storage: Storage):
        assert [taken(storage) for _ in range(3)] == [FIRST_NUMMER, FIRST_NUMMER + 1, FIRST_NUMMER + 2]
        assert taken(storage, "0999") == FIRST_NUMMER

    def test_passes_over_numbers_that_exist(self, storage: Storage):
        for offset in (0, 1, 2, 4):
            booked(storage, nummer=FIRST_NUMMER + offset)
        booked(storage, nummer=FIRST_NUMMER + 5, gemeente="0999")
        assert [taken(storage) for _ in range(3)] == [FIRST_NUMMER + 3, FIRST_NUMMER + 5, FIRST_NUMMER + 6]

    def test_that_was_undone_is_given_again(self, storage: Storage):
        with storage.writing() as session:
            assert next_nummer(session, gemeente=GEMEENTE) == FIRST_NUMMER
            session.rollback()
        assert taken(storage) == FIRST_NUMMER

    def test_ends(self, storage: Storage):
        with storage.writing() as session:
            session.add(ToewijzingNummerTellerRow(gemeente=GEMEENTE, laatste=LAST_NUMMER - 1))
        assert taken(storage) == LAST_NUMMER
        with pytest.raises(InvalidInput):
            taken(storage)

    def test_is_given_once_in_a_race(self, storage: Storage):
        found = at_once(8, lambda _: [taken(storage) for _ in range(3)])
        nummers = [nummer for some in found for nummer in some]
        assert sorted(nummers) == [FIRST_NUMMER + number for number in range(24)]


def free(storage: Storage, count: int, after: int = FIRST_NUMMER - 1) -> list[int]:
    with storage.reading() as session:
        return free_nummers(session, gemeente=GEMEENTE, after=after, count=count)


class TestFreeNummers:
    def test_are_those_that_do_not_exist(self, storage: Storage):
        for offset in (0, 1, 3, 4, 6):
            booked(storage, nummer=FIRST_NUMMER + offset)
        booked(storage, nummer=FIRST_NUMMER + 2, gemeente="0999")
        assert free(storage, 4) == [FIRST_NUMMER + offset for offset in (2, 5, 7, 8)]
        assert free(storage, 2, after=FIRST_NUMMER + 5) == [FIRST_NUMMER + 7, FIRST_NUMMER + 8]
        assert free(storage, 0) == []

    def test_run_out(self, storage: Storage):
        booked(storage, nummer=LAST_NUMMER - 1)
        assert free(storage, 5, after=LAST_NUMMER - 3) == [LAST_NUMMER - 2, LAST_NUMMER]
        assert free(storage, 1, after=LAST_NUMMER) == []

    def test_are_taken_when_that_is_told(self, storage: Storage):
        with storage.writing() as session:
            last = lock_nummers(session, gemeente=GEMEENTE)
            _, second, _ = free_nummers(session, gemeente=GEMEENTE, after=last, count=3)
            set_last_nummer(session, gemeente=GEMEENTE, laatste=second)
        assert taken(storage) == second + 1


class TestIdempotencyKey:
    def claim(self, storage: Storage, *, partij: str = "gemeente:1708", digest: str = "a", later: int = 0):
        now = MOMENT + timedelta(hours=later)

        def work(session):
            found = claim_key(session, partij=partij, sleutel="K", vraag_sha256=digest, now=now)
            if found is None:
                keep_answer(session, partij=partij, sleutel="K", antwoord=f"answer to {digest}")
            return found

        return storage.run(work)

    def test_gives_the_first_answer_for_a_day_at_least(self, storage: Storage):
        assert self.claim(storage) is None
        assert self.claim(storage, digest="b", later=24) == KeptAnswer("a", "answer to a")

    def test_is_forgotten_in_the_end(self, storage: Storage):
        self.claim(storage)
        assert self.claim(storage, digest="b", later=49) is None
        with storage.reading() as session:
            assert session.scalars(select(IdempotencyKeyRow.vraag_sha256)).all() == ["b"]

    def test_is_of_one_party(self, storage: Storage):
        assert self.claim(storage) is None
        assert self.claim(storage, partij="gemeente:0505") is None

    def test_has_one_winner_in_a_race(self, storage: Storage):
        found = at_once(8, lambda number: self.claim(storage, digest=str(number)))
        assert found.count(None) == 1
        winner = str(found.index(None))
        assert {answer for answer in found if answer} == {KeptAnswer(winner, f"answer to {winner}")}
