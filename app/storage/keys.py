"""API keys: who may come in, and for which parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import JSON, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base


class ApiKeyRow(Base):
    """A key; of its secret only the SHA-256."""

    __tablename__ = "api_key"

    keyid: Mapped[str] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str]
    rol: Mapped[str]
    gemeenten: Mapped[list[str]] = mapped_column(JSON)
    aanbieders: Mapped[list[str]] = mapped_column(JSON)
    naam: Mapped[str]
    gemaakt_op: Mapped[datetime]
    ingetrokken_op: Mapped[datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A key; `rol` is gemeente, aanbieder, beheer or ggk. It no longer opens anything once `ingetrokken_op` is set."""

    keyid: str
    secret_sha256: str = field(repr=False)
    rol: str
    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()
    naam: str
    gemaakt_op: datetime
    ingetrokken_op: datetime | None = None


def add_key(session: Session, *, key: KeyRecord) -> None:
    """Keep a new key."""
    session.execute(
        insert(ApiKeyRow).values(
            keyid=key.keyid,
            secret_sha256=key.secret_sha256,
            rol=key.rol,
            gemeenten=sorted(key.gemeenten),
            aanbieders=sorted(key.aanbieders),
            naam=key.naam,
            gemaakt_op=key.gemaakt_op,
            ingetrokken_op=key.ingetrokken_op,
        )
    )


def find_key(session: Session, *, keyid: str) -> KeyRecord | None:
    """The key, also when it was revoked."""
    row = session.get(ApiKeyRow, keyid)
    return _record_of(row) if row else None


def list_keys(session: Session) -> Sequence[KeyRecord]:
    """All keys, oldest first."""
    rows = session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.gemaakt_op, ApiKeyRow.keyid))
    return [_record_of(row) for row in rows]


def revoke_key(session: Session, *, keyid: str, now: datetime) -> bool:
    """Revoke a key from now on; False when there is no such key that still works."""
    revoked = session.execute(
        update(ApiKeyRow)
        .where(ApiKeyRow.keyid == keyid, ApiKeyRow.ingetrokken_op.is_(None))
        .values(ingetrokken_op=now)
        .returning(ApiKeyRow.keyid)
    )
    return revoked.scalar_one_or_none() is not None


def _record_of(row: ApiKeyRow) -> KeyRecord:
    return KeyRecord(
        keyid=row.keyid,
        secret_sha256=row.secret_sha256,
        rol=row.rol,
        gemeenten=frozenset(row.gemeenten),
        aanbieders=frozenset(row.aanbieders),
        naam=row.naam,
        gemaakt_op=row.gemaakt_op,
        ingetrokken_op=row.ingetrokken_op,
    )
