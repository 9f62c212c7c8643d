"""How each partij is reached besides its postbus."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.aflevering import Aansluiting, AansluitingSoort
from app.storage.columns import insert_or_conflict
from app.storage.job_tables import AansluitingRow


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


def remove_aansluiting(session: Session, *, partij: str) -> bool:
    """Leave a partij with its postbus alone; False when it had nothing else."""
    gone = delete(AansluitingRow).where(AansluitingRow.partij == partij).returning(AansluitingRow.partij)
    return session.scalars(gone).one_or_none() is not None


def find_aansluiting(session: Session, *, partij: str, lock: bool = False) -> Aansluiting | None:
    """How a partij is reached; None: it fetches from its postbus. `lock` keeps it so until the transaction ends."""
    row = session.get(AansluitingRow, partij, with_for_update=lock or None)
    return _aansluiting(row) if row else None


def list_aansluitingen(session: Session, *, soort: AansluitingSoort | None = None) -> list[Aansluiting]:
    """Every partij that is reached in another way, in order of partij."""
    query = select(AansluitingRow).order_by(AansluitingRow.partij)
    if soort is not None:
        query = query.where(AansluitingRow.soort == soort)
    return [_aansluiting(row) for row in session.scalars(query)]


def aansluitingen_of(session: Session, *, partijen: Collection[str]) -> dict[str, Aansluiting]:
    """How those of the parties are reached that are reached in another way than by their postbus."""
    query = select(AansluitingRow).where(AansluitingRow.partij.in_(sorted(partijen)))
    return {row.partij: _aansluiting(row) for row in session.scalars(query)}


def _aansluiting(row: AansluitingRow) -> Aansluiting:
    return Aansluiting(
        partij=row.partij, soort=AansluitingSoort(row.soort), adres=row.adres, sleutelversie=row.sleutelversie
    )
