"""Onderaannemers of a toewijzing in the database, and how the ones of before they had days are kept."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from app.domain.onderaannemer import Onderaannemer, Onderaannemers
from app.storage.base import Storage, create_storage
from app.storage.onderaannemers import set_onderaannemers
from app.storage.toewijzingen import find_toewijzing_record, list_toewijzingen
from app.storage.zicht import Zicht
from tests.storage.rows import AANBIEDER, GEMEENTE, booked

SECOND, THIRD = "42420002", "42420003"
FIRST_HALF = Onderaannemer(aanbieder=SECOND, begindatum=date(2018, 1, 1), einddatum=date(2018, 6, 17))
LATER = Onderaannemer(aanbieder=THIRD, begindatum=date(2018, 6, 18))
OF_GEMEENTE = Zicht(gemeenten=frozenset({GEMEENTE}))


def kept(storage: Storage, *onderaannemers: Onderaannemer, sleutel: str = "1") -> None:
    with storage.writing() as session:
        set_onderaannemers(session, gemeente=GEMEENTE, sleutel=sleutel, onderaannemers=onderaannemers)


def found(storage: Storage, sleutel: str = "1", zicht: Zicht = OF_GEMEENTE) -> Onderaannemers:
    with storage.reading() as session:
        record = find_toewijzing_record(session, zicht=zicht, gemeente=GEMEENTE, nummer_or_sleutel=sleutel)
    assert record is not None
    return record.onderaannemers


class TestOnderaannemers:
    def test_come_back_in_order_of_days(self, storage: Storage):
        booked(storage, nummer=1)
        assert found(storage) == ()
        kept(storage, LATER, FIRST_HALF)
        assert found(storage) == (FIRST_HALF, LATER)
        kept(storage, LATER)
        assert found(storage) == (LATER,)
        kept(storage)
        assert found(storage) == ()

    def test_are_of_one_toewijzing(self, storage: Storage):
        for nummer in (1, 2, 3):
            booked(storage, nummer=nummer)
        kept(storage, FIRST_HALF)
        kept(storage, LATER, sleutel="3")
        with storage.reading() as session:
            listed = list_toewijzingen(session, zicht=OF_GEMEENTE, limit=10).records
        assert [record.onderaannemers for record in listed] == [(FIRST_HALF,), (), (LATER,)]

    @pytest.mark.parametrize(
        ("zicht", "expected"),
        [
            (OF_GEMEENTE, (LATER,)),
            (Zicht(aanbieders=frozenset({AANBIEDER})), ()),
            (Zicht(gemeenten=frozenset({"0999"}), aanbieders=frozenset({AANBIEDER})), ()),
        ],
    )
    def test_are_seen_by_the_gemeente_only(self, zicht: Zicht, expected: Onderaannemers, storage: Storage):
        booked(storage, nummer=1)
        kept(storage, LATER)
        assert found(storage, zicht=zicht) == expected


def migrated(url: str, revision: str) -> Storage:
    storage = create_storage(url)
    storage.upgrade(revision)
    return storage


class TestMigration:
    """From one name without days (revision 0012) to rows with days (0013), and back."""

    BERICHT = (
        "INSERT INTO bericht (id, richting, ontvangen_op, status, omvang_bytes, sha256, eigen)"
        " VALUES ('b', 'uitgaand', '2018-01-02', 'te-verzenden', 0, '', false)"
    )

    TOEWIJZING = (
        "INSERT INTO toewijzing (id, gemeente, sleutel, nummer, aanbieder, onderaannemer)"
        " VALUES (:id, '1708', :sleutel, :id, '98000001', :onderaannemer)"
    )
    VERSIE = (
        "INSERT INTO toewijzing_versie (toewijzing_id, toewijzingsdatum, toewijzingstijd, bsn, geboortedatum,"
        " categorie, bericht_id, ingangsdatum, einddatum, reden_wijziging, vervallen)"
        " VALUES (:id, '2018-01-01', :tijd, '999900006', '1979-06-10', '02', 'b', '2018-01-01', :eind, :reden, :weg)"
    )

    def add(self, storage: Storage, id: int, onderaannemer: str | None, *versies: tuple[str | None, bool]) -> None:
        """A toewijzing with versions: an Einddatum, and whether a 302 refused it."""
        with storage.writing() as session:
            session.execute(text(self.TOEWIJZING), {"id": id, "sleutel": str(id), "onderaannemer": onderaannemer})
            for number, (eind, weg) in enumerate(versies):
                values = {"tijd": f"12:0{number}:00.000000", "eind": eind, "reden": "05" if number else None}
                session.execute(text(self.VERSIE), {"id": id, "weg": weg, **values})

    def read(self, storage: Storage, query: str) -> list[tuple[object, ...]]:
        with storage.reading() as session:
            return [tuple(str(value) if value else None for value in row) for row in session.execute(text(query))]

    def test_keeps_who_worked_from_the_first_day_up_to_where_an_act_ended_it(self, empty_database_url: str):
        storage = migrated(empty_database_url, "0012")
        with storage.writing() as session:
            session.execute(text(self.BERICHT))
        self.add(storage, 1, SECOND, ("2018-12-30", False))
        self.add(storage, 2, THIRD, (None, False), ("2018-06-17", False), ("2018-03-01", True))
        self.add(storage, 3, None, (None, False))
        storage.upgrade("0013")
        days = "SELECT toewijzing_id, aanbieder, begindatum, einddatum FROM onderaannemer ORDER BY toewijzing_id"
        assert self.read(storage, days) == [
            ("1", SECOND, "2018-01-01", None),
            ("2", THIRD, "2018-01-01", "2018-06-17"),
        ]
        storage.downgrade("0012")
        names = "SELECT id, onderaannemer FROM toewijzing ORDER BY id"
        assert self.read(storage, names) == [("1", SECOND), ("2", THIRD), ("3", None)]
        storage.close()
