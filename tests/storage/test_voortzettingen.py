"""Which toewijzingen belong together, in the database."""

from __future__ import annotations

from app.storage.base import Storage
from app.storage.toekenningen import ToekenningRecord, Uitgegeven, add_toekenning
from app.storage.voortzettingen import record_voortzetting, verwante_sleutels
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
