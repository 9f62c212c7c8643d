"""Which toewijzingen belong together, in the database."""

from __future__ import annotations

from app.storage.base import Storage
from app.storage.toekenningen import ToekenningRecord, Uitgegeven, add_toekenning
from app.storage.voortzettingen import record_verwantschap, record_voortzetting, verwante_sleutels
from tests.builders.toekenning import a_berekening, a_toekenning
from tests.storage.rows import GEMEENTE, MOMENT, booked


def came_of(storage: Storage, van: int, *naar: int) -> None:
    with storage.writing() as session:
        for nummer in naar:
            record_voortzetting(session, gemeente=GEMEENTE, van=str(van), naar=str(nummer))


def verwant(storage: Storage, nummer: int) -> set[str]:
    with storage.reading() as session:
        return set(verwante_sleutels(session, gemeente=GEMEENTE, sleutel=str(nummer)))


class TestVerwant:
    def test_is_everything_that_came_of_one_toewijzing(self, storage: Storage):
        for nummer in range(1, 8):
            booked(storage, nummer=nummer)
        booked(storage, nummer=2, gemeente="0999")
        came_of(storage, 1, 2, 3)
        came_of(storage, 3, 4)
        came_of(storage, 5, 6)
        for nummer in (1, 2, 3, 4):
            assert verwant(storage, nummer) == {"1", "2", "3", "4"}
        assert verwant(storage, 6) == {"5", "6"}
        assert verwant(storage, 7) == {"7"}
        assert verwant(storage, 8) == set()

    def test_is_everything_of_one_toekenning(self, storage: Storage):
        given = [Uitgegeven(str(nummer), booked(storage, nummer=nummer)) for nummer in (1, 2, 3)]
        for id, toewijzingen in (("T1", given[:2]), ("T2", given[2:])):
            record = ToekenningRecord(
                id=id,
                toekenning=a_toekenning(gemeente=GEMEENTE),
                berekening=a_berekening(),
                toewijzingen=tuple(toewijzingen),
                gemaakt_op=MOMENT,
            )
            with storage.writing() as session:
                add_toekenning(session, new=record)
        assert verwant(storage, 1) == verwant(storage, 2) == {"1", "2"}
        assert verwant(storage, 3) == {"3"}


class TestVerwantschap:
    def parts_of_one(self, storage: Storage, *groups: tuple[int, ...]) -> None:
        with storage.writing() as session:
            told = [[str(nummer) for nummer in group] for group in groups]
            record_verwantschap(session, gemeente=GEMEENTE, groups=told)

    def test_is_between_all_that_came_of_the_parts(self, storage: Storage):
        for nummer in range(1, 9):
            booked(storage, nummer=nummer)
        booked(storage, nummer=2, gemeente="0999")
        came_of(storage, 1, 2)
        came_of(storage, 3, 4)
        self.parts_of_one(storage, (2, 4, 5), (6, 7))
        came_of(storage, 5, 8)
        for nummer in (1, 2, 3, 4, 5, 8):
            assert verwant(storage, nummer) == {"1", "2", "3", "4", "5", "8"}
        assert verwant(storage, 7) == {"6", "7"}

    def test_may_be_said_again_and_in_any_order(self, storage: Storage):
        for nummer in range(1, 7):
            booked(storage, nummer=nummer)
        for groups in (((1, 2),), ((2, 1), (3, 4)), ((4, 5), (5, 6), (6, 4)), ((6, 1),), ((1,), (5, 2))):
            self.parts_of_one(storage, *groups)
        assert {frozenset(verwant(storage, nummer)) for nummer in range(1, 7)} == {frozenset("123456")}

    def test_of_nothing_is_nothing(self, storage: Storage):
        self.parts_of_one(storage)
