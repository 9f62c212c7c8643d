"""The requests of aanbieders (315): the references that a 301 may answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base, insert_or_conflict
from app.storage.prepared import Prepared, among
from app.storage.wire import Answer


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


def ask_referenties(
    session: Session, *, gemeente: str, aanbieders: Collection[str], bsns: Collection[str]
) -> Answer[frozenset[tuple[str, str, str]]]:
    """The (aanbieder, bsn, ReferentieAanbieder) of earlier 315s to the gemeente about these clients."""
    asked = {"van": gemeente, "aanbieders": list(aanbieders), "bsns": list(bsns)}
    return _REFERENTIES.ask(session, asked).then(frozenset)


_REFERENTIES: Final = Prepared(
    lambda dialect: select(
        VerzoekReferentieRow.aanbieder, VerzoekReferentieRow.bsn, VerzoekReferentieRow.referentie
    ).where(
        VerzoekReferentieRow.gemeente == bindparam("van"),
        among(dialect, VerzoekReferentieRow.aanbieder, "aanbieders"),
        among(dialect, VerzoekReferentieRow.bsn, "bsns"),
    )
)
