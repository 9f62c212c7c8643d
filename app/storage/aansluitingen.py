"""How each partij is reached besides its postbus."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.storage.columns import insert_or_conflict
from app.storage.job_tables import AansluitingRow
from app.storage.prepared import Prepared, among

ENDED: Final = "beeindigd"
"""Stands in the place of a soort: the row remains, so that a key that was handed out before never returns."""


def set_aansluiting(session: Session, *, aansluiting: Aansluiting, now: datetime) -> None:
    """Say how a partij is reached from now on."""
    values = {
        "soort": aansluiting.soort,
        "adres": aansluiting.adres,
        "sleutelversie": aansluiting.sleutelversie,
        "gewijzigd_op": now,
    }
    session.execute(
        insert_or_conflict(session, AansluitingRow)
        .values(partij=aansluiting.partij, **values)
        .on_conflict_do_update(index_elements=["partij"], set_=values)
    )


def end_aansluiting(session: Session, *, partij: str, now: datetime) -> bool:
    """Leave a partij with its postbus alone; False when it had nothing else."""
    ended = (
        update(AansluitingRow)
        .where(AansluitingRow.partij == partij, AansluitingRow.soort != ENDED)
        .values(soort=ENDED, adres="", gewijzigd_op=now)
        .returning(AansluitingRow.partij)
    )
    return session.scalars(ended).one_or_none() is not None


def find_aansluiting(session: Session, *, partij: str, lock: bool = False) -> Aansluiting | None:
    """How a partij is reached; None: it fetches from its postbus. `lock` keeps it so until the transaction ends."""
    row = session.get(AansluitingRow, partij, with_for_update=lock or None)
    return _aansluiting(row) if row and row.soort != ENDED else None


def next_sleutelversie(session: Session, *, partij: str) -> int:
    """The number of a signing key that the partij never had."""
    row = session.get(AansluitingRow, partij)
    return row.sleutelversie + 1 if row else 1


def list_aansluitingen(session: Session, *, soort: AansluitingSoort | None = None) -> list[Aansluiting]:
    """Every partij that is reached in another way, in order of partij."""
    query = select(AansluitingRow).where(AansluitingRow.soort != ENDED).order_by(AansluitingRow.partij)
    if soort is not None:
        query = query.where(AansluitingRow.soort == soort)
    return [_aansluiting(row) for row in session.scalars(query)]


def aansluitingen_of(session: Session, *, partijen: Collection[str]) -> dict[str, Aansluiting]:
    """How those of the parties are reached that are reached in another way than by their postbus."""
    return {row.partij: _aansluiting(row) for row in _ELSEWHERE.rows(session, {"partijen": list(partijen)})}


_ELSEWHERE: Final = Prepared(
    lambda dialect: select(
        AansluitingRow.partij, AansluitingRow.soort, AansluitingRow.adres, AansluitingRow.sleutelversie
    ).where(among(dialect, AansluitingRow.partij, "partijen"), AansluitingRow.soort != ENDED)
)


def _aansluiting(row: Any) -> Aansluiting:  # noqa: ANN401  (the table, or those columns of it)
    return Aansluiting(
        partij=row.partij, soort=AansluitingSoort(row.soort), adres=row.adres, sleutelversie=row.sleutelversie
    )
