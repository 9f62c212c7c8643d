"""I5 of the logboek: what was done is written down once, and nothing is written down that was not done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.logboek import Handeling
from app.processing.logboek_controle import verify
from app.storage.bericht_tables import BerichtRow
from app.storage.logboek_tables import LogboekRow
from tests.faults.house import House


def logboek_is_right(house: House, session: Session) -> Iterator[str]:
    """Each bericht that was acknowledged came in once by the logboek, and none that is not there."""
    query = select(LogboekRow.object_id).where(LogboekRow.gebeurtenis == Handeling.BERICHT_INGEDIEND)
    written = Counter(session.scalars(query))
    for id in sorted({id for id, _ in house.acknowledged.berichten}):
        if written[id] != 1:
            yield f"I5: the logboek says {written[id]} times that bericht {id} came in"
    breuk = verify(house.runtime()).breuk
    if breuk is not None:
        yield f"I5: the logboek is not as it was written: {breuk}"
    there = set(session.scalars(select(BerichtRow.id)))
    for id, count in written.items():
        if count > 1 or id not in there:
            yield f"I5: by the logboek bericht {id} came in {count} times; it is {'' if id in there else 'not '}there"
