"""What opens the door: keys, and the clients and certificates of others; who each of them stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, Index, bindparam, insert, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.storage.columns import Base
from app.storage.prepared import Prepared
from app.storage.wire import Answer

ACTIVE = text("ingetrokken_op IS NULL")


class ApiKeyRow(Base):
    """A credential; of the secret of a key only a keyed digest."""

    __tablename__ = "api_key"
    __table_args__ = (
        Index("uq_api_key_kenmerk", "wijze", "kenmerk", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE),
        Index("uq_api_key_opvolger_van", "opvolger_van", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE),
    )

    keyid: Mapped[str] = mapped_column(primary_key=True)
    secret_digest: Mapped[str | None]
    pepper_id: Mapped[str | None]
    zegel: Mapped[str | None]
    wijze: Mapped[str]
    kenmerk: Mapped[str | None]
    rol: Mapped[str]
    gemeenten: Mapped[list[str]] = mapped_column(JSON)
    aanbieders: Mapped[list[str]] = mapped_column(JSON)
    rechten: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    netwerken: Mapped[list[str]] = mapped_column(JSON)
    naam: Mapped[str]
    gemaakt_op: Mapped[datetime]
    geldig_vanaf: Mapped[datetime]
    verloopt_op: Mapped[datetime]
    ingetrokken_op: Mapped[datetime | None]
    laatst_gebruikt: Mapped[datetime | None]
    opvolger_van: Mapped[str | None]


SETS = ("gemeenten", "aanbieders", "rechten")
"""What is kept as a sorted list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """A credential of which `rol` is one of MACHINES and `wijze` a Wijze; `rechten` None: all those of the role.

    A key has a `secret_digest` (hex) under the pepper `pepper_id`; another credential a `kenmerk`: `issuer|subject` of
    a client, `sha256:…` or `oin:…` of a certificate. `zegel` (hex) proves, under the same pepper, that the service
    itself granted what stands here: without a right one the credential opens nothing. Neither does it before
    `geldig_vanaf`, from `verloopt_op` on, once `ingetrokken_op` is set, or from outside its `netwerken` (CIDR) when it
    has any. `opvolger_van`: the key that it takes the place of.
    """

    keyid: str
    secret_digest: str | None = field(default=None, repr=False)
    pepper_id: str | None = None
    zegel: str | None = field(default=None, repr=False)
    wijze: str = "sleutel"
    kenmerk: str | None = None
    rol: str
    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()
    rechten: frozenset[str] | None = None
    netwerken: tuple[str, ...] = ()
    naam: str
    gemaakt_op: datetime
    geldig_vanaf: datetime
    verloopt_op: datetime
    ingetrokken_op: datetime | None = None
    laatst_gebruikt: datetime | None = None
    opvolger_van: str | None = None

    def works_at(self, now: datetime) -> bool:
        """Whether it opens anything at a moment (UTC)."""
        return self.ingetrokken_op is None and self.geldig_vanaf <= now < self.verloopt_op


def add_key(session: Session, *, key: KeyRecord) -> None:
    """Keep a new one."""
    values: dict[str, Any] = asdict(key)
    for name in SETS:
        values[name] = None if values[name] is None else sorted(values[name])
    session.execute(insert(ApiKeyRow).values(values | {"netwerken": list(key.netwerken)}))


def find_key(session: Session, *, keyid: str) -> KeyRecord | None:
    """The credential, also when it was revoked or expired."""
    return ask_key(session, keyid=keyid).get()


def ask_key(session: Session, *, keyid: str) -> Answer[KeyRecord | None]:
    """The same, to be answered when the session ends."""
    return _BY_ID.ask(session, {"wanted": keyid}).then(lambda rows: _record_of(rows[0]) if rows else None)


_BY_ID: Final = Prepared(
    lambda _dialect: select(*ApiKeyRow.__table__.columns).where(ApiKeyRow.keyid == bindparam("wanted"))
)


def find_by_kenmerk(session: Session, *, wijze: str, kenmerk: str) -> KeyRecord | None:
    """The credential of a client or certificate, else the last one that was revoked."""
    found = (
        select(ApiKeyRow)
        .where(ApiKeyRow.wijze == wijze, ApiKeyRow.kenmerk == kenmerk)
        .order_by(ApiKeyRow.ingetrokken_op.is_not(None), ApiKeyRow.gemaakt_op.desc())
        .limit(1)
    )
    row = session.scalars(found).one_or_none()
    return _record_of(row) if row else None


def find_successor(session: Session, *, keyid: str) -> KeyRecord | None:
    """The key that takes the place of this one, unless it was revoked."""
    found = select(ApiKeyRow).where(ApiKeyRow.opvolger_van == keyid, ApiKeyRow.ingetrokken_op.is_(None))
    row = session.scalars(found).one_or_none()
    return _record_of(row) if row else None


def list_keys(session: Session) -> Sequence[KeyRecord]:
    """All of them, oldest first."""
    rows = session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.gemaakt_op, ApiKeyRow.keyid))
    return [_record_of(row) for row in rows]


def set_sealed(session: Session, *, key: KeyRecord, instead_of: str | None) -> None:
    """Keep the digest, the end and the seal of a credential; nothing when its seal is not `instead_of` any more."""
    changed = update(ApiKeyRow).where(ApiKeyRow.keyid == key.keyid, ApiKeyRow.zegel.is_not_distinct_from(instead_of))
    session.execute(
        changed.values(
            secret_digest=key.secret_digest, pepper_id=key.pepper_id, zegel=key.zegel, verloopt_op=key.verloopt_op
        )
    )


def set_used(session: Session, *, keyid: str, now: datetime, before: datetime) -> None:
    """It was used now; nothing changes when it was already known of a moment after `before`."""
    known = or_(ApiKeyRow.laatst_gebruikt.is_(None), ApiKeyRow.laatst_gebruikt <= before)
    session.execute(update(ApiKeyRow).where(ApiKeyRow.keyid == keyid, known).values(laatst_gebruikt=now))


def revoke_key(session: Session, *, keyid: str, now: datetime) -> bool:
    """Revoke one from now on, and take its seal away; False when there is none of this id, or it was revoked before."""
    revoked = session.execute(
        update(ApiKeyRow)
        .where(ApiKeyRow.keyid == keyid, ApiKeyRow.ingetrokken_op.is_(None))
        .values(ingetrokken_op=now, zegel=None)
        .returning(ApiKeyRow.keyid)
    )
    return revoked.scalar_one_or_none() is not None


def _record_of(row: Any) -> KeyRecord:  # noqa: ANN401  (the table, or a row of all its columns)
    return KeyRecord(
        keyid=row.keyid,
        secret_digest=row.secret_digest,
        pepper_id=row.pepper_id,
        zegel=row.zegel,
        wijze=row.wijze,
        kenmerk=row.kenmerk,
        rol=row.rol,
        gemeenten=frozenset(row.gemeenten),
        aanbieders=frozenset(row.aanbieders),
        rechten=None if row.rechten is None else frozenset(row.rechten),
        netwerken=tuple(row.netwerken),
        naam=row.naam,
        gemaakt_op=row.gemaakt_op,
        geldig_vanaf=row.geldig_vanaf,
        verloopt_op=row.verloopt_op,
        ingetrokken_op=row.ingetrokken_op,
        laatst_gebruikt=row.laatst_gebruikt,
        opvolger_van=row.opvolger_van,
    )
