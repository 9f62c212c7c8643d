"""Who works for the aanbieder of a toewijzing, and on which days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.domain.onderaannemer import Onderaannemer, Onderaannemers
from app.storage.columns import one_of
from app.storage.toewijzing_tables import OnderaannemerRow, ToewijzingRow


def set_onderaannemers(session: Session, *, gemeente: str, sleutel: str, onderaannemers: Onderaannemers) -> None:
    """Let these be the onderaannemers of an existing toewijzing, and no others."""
    toewijzing_id = session.execute(
        select(ToewijzingRow.id).where(ToewijzingRow.gemeente == gemeente, ToewijzingRow.sleutel == sleutel)
    ).scalar_one()
    session.execute(delete(OnderaannemerRow).where(OnderaannemerRow.toewijzing_id == toewijzing_id))
    if onderaannemers:
        session.execute(
            insert(OnderaannemerRow),
            [
                {
                    "toewijzing_id": toewijzing_id,
                    "aanbieder": one.aanbieder,
                    "begindatum": one.begindatum,
                    "einddatum": one.einddatum,
                }
                for one in onderaannemers
            ],
        )


def onderaannemers_by_id(session: Session, *, ids: Collection[int]) -> dict[int, Onderaannemers]:
    """The onderaannemers of toewijzingen by their id in this database, in order of days; who has none is left out."""
    found: defaultdict[int, list[Onderaannemer]] = defaultdict(list)
    rows = session.execute(
        select(
            OnderaannemerRow.toewijzing_id,
            OnderaannemerRow.aanbieder,
            OnderaannemerRow.begindatum,
            OnderaannemerRow.einddatum,
        )
        .where(one_of(session, OnderaannemerRow.toewijzing_id, ids))
        .order_by(OnderaannemerRow.begindatum, OnderaannemerRow.id)
    )
    for id, aanbieder, begindatum, einddatum in rows:
        found[id].append(Onderaannemer(aanbieder=aanbieder, begindatum=begindatum, einddatum=einddatum))
    return {id: tuple(some) for id, some in found.items()}
