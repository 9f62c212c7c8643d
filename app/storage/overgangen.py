"""Which clients were converted: one toekenning per client, product and first day, however often a file is run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, one_of
from app.storage.inserts import insert_rows


class OvergangRow(Base):
    """A client that was converted, and to what; `budget_euro` is per four weeks."""

    __tablename__ = "overgang"

    gemeente: Mapped[str] = mapped_column(primary_key=True)
    bsn: Mapped[str] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(primary_key=True)
    vanaf: Mapped[date] = mapped_column(primary_key=True)
    toekenning_id: Mapped[str] = mapped_column(ForeignKey("toekenning.id"), unique=True)
    aanbieder: Mapped[str]
    budget_euro: Mapped[int]


class Overgegaan(NamedTuple):
    """A client that was converted before."""

    toekenning_id: str
    aanbieder: str
    budget_euro: int


def add_overgangen(session: Session, *, gemeente: str, vanaf: date, new: Mapping[tuple[str, str], Overgegaan]) -> None:
    """Record that clients were converted, by bsn and product code; the same ones again the database refuses."""
    rows = [
        {"gemeente": gemeente, "bsn": bsn, "product": product, "vanaf": vanaf, **one._asdict()}
        for (bsn, product), one in new.items()
    ]
    insert_rows(session, OvergangRow, rows)


def overgangen_by_bsn(
    session: Session, *, gemeente: str, vanaf: date, bsns: Collection[str]
) -> dict[tuple[str, str], Overgegaan]:
    """The clients that were converted before, by bsn and product code."""
    rows = session.execute(
        select(
            OvergangRow.bsn,
            OvergangRow.product,
            OvergangRow.toekenning_id,
            OvergangRow.aanbieder,
            OvergangRow.budget_euro,
        ).where(
            OvergangRow.gemeente == gemeente,
            OvergangRow.vanaf == vanaf,
            one_of(session, OvergangRow.bsn, bsns),
        )
    )
    return {(row.bsn, row.product): Overgegaan(row.toekenning_id, row.aanbieder, row.budget_euro) for row in rows}
