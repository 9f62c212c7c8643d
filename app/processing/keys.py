"""Credentials of software: keys of our own, and clients and certificates of others that are known here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Final

import structlog
from sqlalchemy.orm import Session

from app.domain.logboek import OPDRACHTREGEL, Handeling, Logregel, Wie
from app.domain.netwerk import address_of, lies_within
from app.domain.principal import Principal, Recht, Rol, Wijze
from app.domain.refusals import InvalidInput, NotAuthenticated
from app.processing.key_digests import is_sealed, is_secret_of, renew, with_end, with_secret
from app.processing.key_grants import Grant, demand_fitting, demand_kenmerk
from app.processing.key_text import PREFIX, KeyText
from app.processing.logboek import note
from app.processing.runtime import Runtime
from app.processing.toegang import GENERIC, Aanmelding
from app.storage.keys import (
    KeyRecord,
    add_key,
    ask_key,
    find_by_kenmerk,
    find_key,
    find_successor,
    list_keys,
    revoke_key,
    set_sealed,
)
from app.storage.outages import DatabaseUnavailable

__all__ = [
    "PREFIX",
    "all_keys",
    "by_key",
    "create_key",
    "issue_key",
    "principal_of",
    "register",
    "registered",
    "revoke",
    "rotate_key",
]

log = structlog.get_logger(__name__)

OVERLAP: Final = timedelta(days=14)
"""How long a key goes on working beside the one that takes its place."""


def create_key(
    runtime: Runtime, *, rol: Rol, gemeenten: Iterable[str] = (), aanbieders: Iterable[str] = (), naam: str
) -> str:
    """Make a key with all the rights of its role, for a year; see `issue_key`."""
    grant = Grant(rol=rol, gemeenten=frozenset(gemeenten), aanbieders=frozenset(aanbieders), naam=naam)
    return issue_key(runtime, grant)


def issue_key(runtime: Runtime, grant: Grant, *, door: Wie = OPDRACHTREGEL) -> str:
    """Make a key and return it, this once: only a digest is kept. Raises InvalidInput for what cannot be granted."""
    now = runtime.now()
    demand_fitting(grant, now)
    key = KeyText.new()
    record = with_secret(runtime.geheimen, grant.record(keyid=key.keyid, now=now), key.secret)

    def work(session: Session) -> None:
        add_key(session, key=record)
        note(session, runtime, door, _regel(Handeling.SLEUTEL_GEMAAKT, record.keyid))

    runtime.storage.run(work)
    return key.written()


def register(runtime: Runtime, grant: Grant, *, wijze: Wijze, kenmerk: str, door: Wie = OPDRACHTREGEL) -> str:
    """Let a client (`issuer|subject`) or certificate (its SHA-256 in hex, or an OIN) in as the grant says; its id.

    Raises InvalidInput for what cannot be granted, and when it is known already.
    """
    now = runtime.now()
    demand_fitting(grant, now)
    known_as = demand_kenmerk(wijze, kenmerk)
    granted = grant.record(keyid=KeyText.new().keyid, now=now, wijze=wijze, kenmerk=known_as)
    record = with_secret(runtime.geheimen, granted, None)

    def work(session: Session) -> None:
        found = find_by_kenmerk(session, wijze=wijze, kenmerk=known_as)
        if found is not None and found.ingetrokken_op is None:
            raise InvalidInput(f"Dit is al bekend als {found.keyid}; trek dat eerst in.")
        add_key(session, key=record)
        note(session, runtime, door, _regel(Handeling.SLEUTEL_GEMAAKT, record.keyid))

    runtime.storage.run(work)
    return record.keyid


def rotate_key(
    runtime: Runtime,
    keyid: str,
    *,
    tot: datetime | None = None,
    overlap: timedelta = OVERLAP,
    door: Wie = OPDRACHTREGEL,
) -> str:
    """Make and return the key that takes the place of another, with all that it was granted.

    Both work until the overlap is over, or the first is revoked. InvalidInput: the first does not work, or two do.
    """
    now, key = runtime.now(), KeyText.new()

    def work(session: Session) -> None:
        old = find_key(session, keyid=keyid)
        if old is None or old.wijze != Wijze.SLEUTEL or not _works(runtime, old):
            raise InvalidInput(f"Er is geen werkende sleutel {keyid}.")
        _demand_single(session, old, now)
        grant = Grant.of(old, tot=tot)
        demand_fitting(grant, now)
        new = grant.record(keyid=key.keyid, now=now, opvolger_van=keyid)
        add_key(session, key=with_secret(runtime.geheimen, new, key.secret))
        ends = with_end(runtime.geheimen, old, min(old.verloopt_op, now + overlap))
        set_sealed(session, key=ends, instead_of=old.zegel)
        made = _regel(Handeling.SLEUTEL_GEMAAKT, new.keyid)
        note(session, runtime, door, made, _regel(Handeling.SLEUTEL_GEWIJZIGD, keyid))

    runtime.storage.run(work)
    return key.written()


def _demand_single(session: Session, old: KeyRecord, now: datetime) -> None:
    """Two keys for one purpose are enough for changing them."""
    before = find_key(session, keyid=old.opvolger_van) if old.opvolger_van else None
    beside = (find_successor(session, keyid=old.keyid), before)
    found = next((other for other in beside if other is not None and other.works_at(now)), None)
    if found is not None:
        raise InvalidInput(f"Naast {old.keyid} werkt {found.keyid} al; trek eerst een van beide in.")


def principal_of(runtime: Runtime, key: str, *, adres: str | None = None) -> Principal:
    """Who a key stands for; raises NotAuthenticated, always with the same text, when it does not work (from there)."""
    shown = KeyText.read(key) or KeyText("", "")
    with runtime.storage.reading() as session:
        asked = ask_key(session, keyid=shown.keyid)  # in one trip with the end of the session
    record = asked.get()
    if not is_secret_of(runtime.geheimen, record, shown.secret) or record is None:
        raise NotAuthenticated(GENERIC)
    principal = _opened(runtime, record, adres)
    _renew(runtime, record, shown.secret)
    return principal


def by_key(runtime: Runtime, aanmelding: Aanmelding, /) -> Principal | None:
    """The way in with a key; raises NotAuthenticated for one that opens nothing."""
    bearer = aanmelding.bearer
    if bearer is None or not bearer.startswith(PREFIX):
        return None
    return principal_of(runtime, bearer, adres=aanmelding.herkomst.adres)


def registered(runtime: Runtime, aanmelding: Aanmelding, wijze: Wijze, kenmerk: str) -> Principal | None:
    """Who a client or certificate stands for; None: it is not known. Raises NotAuthenticated when it may not (now)."""
    with runtime.storage.reading() as session:
        record = find_by_kenmerk(session, wijze=wijze, kenmerk=kenmerk)
    if record is None:
        return None
    principal = _opened(runtime, record, aanmelding.herkomst.adres)
    _renew(runtime, record, None)
    return principal


def all_keys(runtime: Runtime) -> list[KeyRecord]:
    """Every credential that was made, oldest first."""
    with runtime.storage.reading() as session:
        return list(list_keys(session))


def revoke(runtime: Runtime, keyid: str, *, door: Wie = OPDRACHTREGEL) -> bool:
    """Let a credential open nothing any more, from now on; False when there is none of this id that was not revoked."""

    def work(session: Session) -> bool:
        revoked = revoke_key(session, keyid=keyid, now=runtime.now())
        if revoked:
            note(session, runtime, door, _regel(Handeling.SLEUTEL_INGETROKKEN, keyid))
        return revoked

    return runtime.storage.run(work)


def _regel(handeling: Handeling, keyid: str) -> Logregel:
    return Logregel(handeling=handeling, object_id=keyid)


def _opened(runtime: Runtime, record: KeyRecord, adres: str | None) -> Principal:
    if not _works(runtime, record) or not _from_there(record, adres):
        raise NotAuthenticated(GENERIC)
    return Principal(
        key_id=record.keyid,
        rol=Rol(record.rol),
        gemeenten=record.gemeenten,
        aanbieders=record.aanbieders,
        rechten=None if record.rechten is None else frozenset(map(Recht, record.rechten)),
        wijze=Wijze(record.wijze),
    )


def _from_there(record: KeyRecord, adres: str | None) -> bool:
    address = address_of(adres)
    return not record.netwerken or (address is not None and lies_within(address, map(ip_network, record.netwerken)))


def _works(runtime: Runtime, record: KeyRecord) -> bool:
    return is_sealed(runtime.geheimen, record) and record.works_at(runtime.now())


def _renew(runtime: Runtime, record: KeyRecord, secret: str | None) -> None:
    try:
        renew(runtime, record, secret)
    except DatabaseUnavailable:
        log.warning("key_digest_not_renewed", key_id=record.keyid)  # the next use tries again
