"""People who may log in, and the links with which they set a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, delete, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base


class PersoonRow(Base):
    """A person; of the password only the argon2id hash, of the second factor the secret, encrypted."""

    __tablename__ = "persoon"

    naam: Mapped[str] = mapped_column(primary_key=True)
    wachtwoord_hash: Mapped[str | None]
    rol: Mapped[str]
    gemeenten: Mapped[list[str]] = mapped_column(JSON)
    aanbieders: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    totp_geheim: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_teller: Mapped[int | None]
    actief: Mapped[bool]
    gemaakt_op: Mapped[datetime]
    ingelogd_op: Mapped[datetime | None]
    vorige_op: Mapped[datetime | None]


class InstelLinkRow(Base):
    """A link of which the token was shown once; here only its SHA-256."""

    __tablename__ = "instel_link"

    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    naam: Mapped[str] = mapped_column(ForeignKey("persoon.naam"), index=True)
    verloopt_op: Mapped[datetime]
    gebruikt_op: Mapped[datetime | None]
    wist_totp: Mapped[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersoonRecord:
    """A person. No password: nobody comes in with this name before a link was used."""

    naam: str
    wachtwoord_hash: str | None = field(default=None, repr=False)
    rol: str
    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()
    totp_geheim: bytes | None = field(default=None, repr=False)
    totp_teller: int | None = None
    actief: bool = True
    gemaakt_op: datetime
    ingelogd_op: datetime | None = None
    vorige_op: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstelLink:
    """A link for a person, until a moment, once; `wist_totp`: using it takes the second factor away."""

    token_sha256: str = field(repr=False)
    naam: str
    verloopt_op: datetime
    wist_totp: bool
    gebruikt_op: datetime | None = None


def add_persoon(session: Session, *, persoon: PersoonRecord) -> None:
    """Keep a new person."""
    session.execute(
        insert(PersoonRow).values(
            naam=persoon.naam,
            wachtwoord_hash=persoon.wachtwoord_hash,
            rol=persoon.rol,
            gemeenten=sorted(persoon.gemeenten),
            aanbieders=sorted(persoon.aanbieders),
            totp_geheim=persoon.totp_geheim,
            totp_teller=persoon.totp_teller,
            actief=persoon.actief,
            gemaakt_op=persoon.gemaakt_op,
            ingelogd_op=persoon.ingelogd_op,
            vorige_op=persoon.vorige_op,
        )
    )


def find_persoon(session: Session, *, naam: str) -> PersoonRecord | None:
    """The person with a login name, also one who was disabled."""
    row = session.scalars(select(PersoonRow).where(PersoonRow.naam == naam)).one_or_none()
    return _record_of(row) if row else None


def list_personen(session: Session) -> Sequence[PersoonRecord]:
    """Everybody, by name."""
    return [_record_of(row) for row in session.scalars(select(PersoonRow).order_by(PersoonRow.naam))]


def has_personen(session: Session) -> bool:
    """Whether there is anybody."""
    return session.scalars(select(PersoonRow.naam).limit(1)).first() is not None


def set_wachtwoord(session: Session, *, naam: str, wachtwoord_hash: str) -> None:
    """Give a person another password."""
    _change(session, naam, wachtwoord_hash=wachtwoord_hash)


def set_totp(session: Session, *, naam: str, geheim: bytes | None, teller: int | None) -> None:
    """Give a person another second factor, or none; `teller` is the step of the code that proved it."""
    _change(session, naam, totp_geheim=geheim, totp_teller=teller)


def set_ingelogd(session: Session, *, naam: str, op: datetime) -> None:
    """Keep when a person logged in last, and the time before that."""
    _change(session, naam, vorige_op=PersoonRow.ingelogd_op, ingelogd_op=op)


def set_actief(session: Session, *, naam: str, actief: bool) -> bool:
    """Let a person in or keep it out; False when there is no such person."""
    return _change(session, naam, actief=actief)


def use_totp_step(session: Session, *, naam: str, teller: int) -> bool:
    """Use up the code of a step and all before it; False when it, or a later one, was used already."""
    used = session.execute(
        update(PersoonRow)
        .where(
            PersoonRow.naam == naam,
            PersoonRow.totp_geheim.is_not(None),
            or_(PersoonRow.totp_teller.is_(None), PersoonRow.totp_teller < teller),
        )
        .values(totp_teller=teller)
        .returning(PersoonRow.naam)
    )
    return used.scalar_one_or_none() is not None


def add_link(session: Session, *, link: InstelLink) -> None:
    """Keep a new link; earlier ones of this person no longer work."""
    session.execute(delete(InstelLinkRow).where(InstelLinkRow.naam == link.naam))
    session.execute(
        insert(InstelLinkRow).values(
            token_sha256=link.token_sha256,
            naam=link.naam,
            verloopt_op=link.verloopt_op,
            gebruikt_op=link.gebruikt_op,
            wist_totp=link.wist_totp,
        )
    )


def find_link(session: Session, *, token_sha256: str) -> InstelLink | None:
    """The link, also when it was used or expired."""
    row = session.get(InstelLinkRow, token_sha256)
    if row is None:
        return None
    return InstelLink(
        token_sha256=row.token_sha256,
        naam=row.naam,
        verloopt_op=row.verloopt_op,
        wist_totp=row.wist_totp,
        gebruikt_op=row.gebruikt_op,
    )


def use_link(session: Session, *, token_sha256: str, now: datetime) -> bool:
    """Use a link up; False when it was used before or has expired."""
    used = session.execute(
        update(InstelLinkRow)
        .where(
            InstelLinkRow.token_sha256 == token_sha256,
            InstelLinkRow.gebruikt_op.is_(None),
            InstelLinkRow.verloopt_op > now,
        )
        .values(gebruikt_op=now)
        .returning(InstelLinkRow.naam)
    )
    return used.scalar_one_or_none() is not None


def _change(session: Session, naam: str, **values: object) -> bool:
    changed = session.execute(
        update(PersoonRow).where(PersoonRow.naam == naam).values(**values).returning(PersoonRow.naam)
    )
    return changed.scalar_one_or_none() is not None


def _record_of(row: PersoonRow) -> PersoonRecord:
    return PersoonRecord(
        naam=row.naam,
        wachtwoord_hash=row.wachtwoord_hash,
        rol=row.rol,
        gemeenten=frozenset(row.gemeenten),
        aanbieders=frozenset(row.aanbieders),
        totp_geheim=row.totp_geheim,
        totp_teller=row.totp_teller,
        actief=row.actief,
        gemaakt_op=row.gemaakt_op,
        ingelogd_op=row.ingelogd_op,
        vorige_op=row.vorige_op,
    )
