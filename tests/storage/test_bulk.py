"""The bulk insert takes and refuses what a plain insert does."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.storage.bulk import insert_many
from app.storage.findings import BevindingRow
from app.storage.inrichtingen import InrichtingVersieRow
from app.storage.verzoeken import VerzoekReferentieRow
from tests.storage.rows import BSN, stored_bericht


def _a_finding(bericht_id: str, volgorde: int, **changes) -> dict:
    values = {
        "bericht_id": bericht_id,
        "volgorde": volgorde,
        "regel": "TR1",
        "retourcode": None,
        "pad": "/a\t\\N\n",
        "melding": "é",
        "waarden": {"dag": date(2018, 1, 1).isoformat()},
        "regelnummer": None,
        "ernst": "fout",
    }
    return {**values, **changes}


class TestInsertMany:
    @pytest.mark.parametrize("count", [0, 1, 1000, 1001])
    def test_keeps_every_row(self, storage, count):
        bericht_id = stored_bericht(storage)
        with storage.writing() as session:
            insert_many(session, BevindingRow, (_a_finding(bericht_id, number) for number in range(count)))
        with storage.reading() as session:
            found = session.scalars(select(BevindingRow).order_by(BevindingRow.volgorde)).all()
            assert [row.volgorde for row in found] == list(range(count))
            assert all(row.pad == "/a\t\\N\n" and row.retourcode is None for row in found)

    @pytest.mark.parametrize("waarden", [{}, {"a": []}, {"b": None, "a": "é\\"}])
    def test_json_stays_what_it_is(self, storage, waarden):
        bericht_id = stored_bericht(storage)
        with storage.writing() as session:
            insert_many(session, BevindingRow, [_a_finding(bericht_id, 0, waarden=waarden)])
        with storage.reading() as session:
            assert session.scalars(select(BevindingRow.waarden)).one() == waarden

    def test_an_error_says_no_values_and_a_lost_race_is_repeated(self, storage):
        bericht_id = stored_bericht(storage)
        row = {"gemeente": "1708", "aanbieder": "98000001", "bsn": BSN, "referentie": "R", "bericht_id": bericht_id}
        tried = []

        def work(session):
            tried.append(1)
            insert_many(session, VerzoekReferentieRow, [dict(row), dict(row)])

        with pytest.raises(IntegrityError) as error:
            storage.run(work)
        assert len(tried) == 5
        assert BSN not in f"{error.value} {error.value!r} {error.value.orig} {error.value.orig!r}"

    def test_leaves_a_usable_storage_after_an_error(self, storage):
        with pytest.raises(KeyError), storage.writing() as session:
            insert_many(session, InrichtingVersieRow, [{"gemeente": "1708"}])
        stored_bericht(storage)
