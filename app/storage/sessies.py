"""Who is logged in, in which browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import JSON, delete, insert, or_, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base


class SessieRow(Base):
    """A session; of the cookie only the SHA-256."""

    __tablename__ = "sessie"

    id_sha256: Mapped[str] = mapped_column(primary_key=True)
    naam: Mapped[str] = mapped_column(index=True)
    bron: Mapped[str]
    rol: Mapped[str]
    gemeenten: Mapped[list[str]] = mapped_column(JSON)
    aanbieders: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    fase: Mapped[str]
    begonnen_op: Mapped[datetime]
    gezien_op: Mapped[datetime] = mapped_column(index=True)
    adres: Mapped[str | None]
    programma: Mapped[str | None]
    uitgever_sessie: Mapped[str | None] = mapped_column(index=True)
    uitgever_persoon: Mapped[str | None] = mapped_column(index=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessieRecord:
    """A session of a person, begun at a moment and last seen at another, from an address with a browser.

    `bron`: `lokaal`, or `oidc`, with what the identity provider calls its session (`uitgever_sessie`, when it says so)
    and the person (`uitgever_persoon`).
    """

    id_sha256: str = field(repr=False)
    naam: str
    bron: str
    rol: str
    gemeenten: frozenset[str]
    fase: str
    begonnen_op: datetime
    gezien_op: datetime
    aanbieders: frozenset[str] = frozenset()
    adres: str | None = None
    programma: str | None = None
    uitgever_sessie: str | None = None
    uitgever_persoon: str | None = None


def add_sessie(session: Session, *, sessie: SessieRecord) -> None:
    """Keep a new session."""
    session.execute(
        insert(SessieRow).values(
            id_sha256=sessie.id_sha256,
            naam=sessie.naam,
            bron=sessie.bron,
            rol=sessie.rol,
            gemeenten=sorted(sessie.gemeenten),
            aanbieders=sorted(sessie.aanbieders),
            fase=sessie.fase,
            begonnen_op=sessie.begonnen_op,
            gezien_op=sessie.gezien_op,
            adres=sessie.adres,
            programma=sessie.programma,
            uitgever_sessie=sessie.uitgever_sessie,
            uitgever_persoon=sessie.uitgever_persoon,
        )
    )


def find_sessie(session: Session, *, id_sha256: str) -> SessieRecord | None:
    """The session, also when it has expired."""
    row = session.get(SessieRow, id_sha256)
    return _record_of(row) if row else None


def sessies_of(session: Session, *, naam: str, bron: str) -> Sequence[SessieRecord]:
    """The sessions of a person, newest first."""
    rows = session.scalars(
        select(SessieRow).where(SessieRow.naam == naam, SessieRow.bron == bron).order_by(SessieRow.begonnen_op.desc())
    )
    return [_record_of(row) for row in rows]


def touch_sessie(session: Session, *, id_sha256: str, now: datetime) -> None:
    """Keep when a session was seen last."""
    session.execute(update(SessieRow).where(SessieRow.id_sha256 == id_sha256).values(gezien_op=now))


def end_sessie(session: Session, *, id_sha256: str) -> bool:
    """End one session; False when it had ended."""
    ended = session.execute(delete(SessieRow).where(SessieRow.id_sha256 == id_sha256).returning(SessieRow.id_sha256))
    return ended.scalar_one_or_none() is not None


def end_sessies_of(session: Session, *, naam: str, bron: str) -> None:
    """End every session of a person."""
    session.execute(delete(SessieRow).where(SessieRow.naam == naam, SessieRow.bron == bron))


def end_sessies_at_uitgever(
    session: Session, *, bron: str, uitgever_sessie: str | None, uitgever_persoon: str | None
) -> Sequence[str]:
    """End the sessions that hang on one session at the identity provider, or when none is named on one person there.

    The login name of each.
    """
    named = SessieRow.uitgever_sessie == uitgever_sessie if uitgever_sessie is not None else true()
    person = SessieRow.uitgever_persoon == uitgever_persoon if uitgever_persoon is not None else true()
    if uitgever_sessie is None and uitgever_persoon is None:
        return []
    ended = session.execute(delete(SessieRow).where(SessieRow.bron == bron, named, person).returning(SessieRow.naam))
    return ended.scalars().all()


def end_sessies_before(session: Session, *, begonnen: datetime, gezien: datetime) -> None:
    """End the sessions that began or were last seen before these moments."""
    session.execute(delete(SessieRow).where(or_(SessieRow.begonnen_op < begonnen, SessieRow.gezien_op < gezien)))


def _record_of(row: SessieRow) -> SessieRecord:
    return SessieRecord(
        id_sha256=row.id_sha256,
        naam=row.naam,
        bron=row.bron,
        rol=row.rol,
        gemeenten=frozenset(row.gemeenten),
        aanbieders=frozenset(row.aanbieders),
        fase=row.fase,
        begonnen_op=row.begonnen_op,
        gezien_op=row.gezien_op,
        adres=row.adres,
        programma=row.programma,
        uitgever_sessie=row.uitgever_sessie,
        uitgever_persoon=row.uitgever_persoon,
    )
