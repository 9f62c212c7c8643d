"""The long log to measure on: the same every time, and as whole as one that was received."""

from __future__ import annotations

from sqlalchemy import func, select

from app.storage.bericht_tables import BerichtRow
from app.storage.declaratie_tables import BoekingRow, DeclaratieRow, PrestatieRow
from app.storage.toewijzing_tables import ToewijzingRow
from tests.bench.million import Log, fill
from tests.storage.rows import booked

COUNT = 1_000


def test_the_same_number_gives_the_same_rows():
    one, other = (list(Log(60).batches()) for _ in range(2))
    assert one == other
    assert [len(rows[BerichtRow]) for rows in one] == [60]


def test_it_is_in_proportion_and_hangs_together(storage):
    fill(storage, COUNT)
    with storage.reading() as session:
        soorten = dict(session.execute(select(BerichtRow.soort, func.count()).group_by(BerichtRow.soort)).all())
        counts = [session.scalar(select(func.count()).select_from(row)) for row in (ToewijzingRow, DeclaratieRow)]
        refused = session.scalar(select(func.count()).where(BerichtRow.status == "afgekeurd"))
        lines = select(func.count()).select_from(PrestatieRow).where(PrestatieRow.uitkomst == "toegekend")
        assert session.scalar(lines) == session.scalar(select(func.count()).select_from(BoekingRow)) > COUNT // 5
    assert soorten == {"WMO301": 100, "WMO302": 100, "WMO303": 400, "WMO304": 400}
    assert counts == [200, 400 - refused]
    assert refused == COUNT // 100
    booked(storage, nummer=999_999)  # a number that the database gives out is free
