"""The requests of aanbieders (315): the references that a 301 may answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, insert_or_conflict, one_of


class VerzoekReferentieRow(Base):
    """The ReferentieAanbieder that a 315 gave for a client."""

    __tablename__ = "verzoek_referentie"
    __table_args__ = (Index(None, "bericht_id"),)

    gemeente: Mapped[str] = mapped_column(primary_key=True)
    aanbieder: Mapped[str] = mapped_column(primary_key=True)
    bsn: Mapped[str] = mapped_column(primary_key=True)
    referentie: Mapped[str] = mapped_column(primary_key=True)
    bericht_id: Mapped[str] = mapped_column(ForeignKey("bericht.id"))


def add_referenties(
    session: Session, *, gemeente: str, aanbieder: str, bericht_id: str, referenties: Iterable[tuple[str, str]]
) -> None:
    """Remember the (bsn, ReferentieAanbieder) pairs of a 315; one that is known stays as it was."""
    rows = [
        {"gemeente": gemeente, "aanbieder": aanbieder, "bsn": bsn, "referentie": referentie, "bericht_id": bericht_id}
        for bsn, referentie in sorted(set(referenties))
    ]
    if rows:
        session.execute(insert_or_conflict(session, VerzoekReferentieRow).on_conflict_do_nothing(), rows)


def referenties(
    session: Session, *, gemeente: str, aanbieders: Collection[str], bsns: Collection[str]
) -> frozenset[tuple[str, str, str]]:
    """The (aanbieder, bsn, ReferentieAanbieder) of earlier 315s to the gemeente about these clients."""
    rows = session.execute(
        select(VerzoekReferentieRow.aanbieder, VerzoekReferentieRow.bsn, VerzoekReferentieRow.referentie).where(
            VerzoekReferentieRow.gemeente == gemeente,
            one_of(session, VerzoekReferentieRow.aanbieder, aanbieders),
            one_of(session, VerzoekReferentieRow.bsn, bsns),
        )
    )
    return frozenset((aanbieder, bsn, referentie) for aanbieder, bsn, referentie in rows)
