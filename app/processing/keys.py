"""API keys: made once, kept as a digest, checked on every request."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Final

from app.domain.principal import Principal, Rol
from app.domain.refusals import InvalidInput, NotAuthenticated
from app.processing.runtime import Runtime
from app.processing.toegang import GENERIC, Aanmelding
from app.storage.keys import KeyRecord, add_key, find_key, list_keys, revoke_key

GEMEENTE_CODE = re.compile(r"[0-9]{4}")
AGB_CODE = re.compile(r"[0-9]{8}")
PREFIX: Final = "iwmo_"
_CODES: Final = {
    Rol.GEMEENTE: (True, False),
    Rol.AANBIEDER: (False, True),
    Rol.SERVICEBUREAU: (False, True),
    Rol.BEHEER: (False, False),
    Rol.GGK: (True, False),
}
"""Whether a key names gemeenten, and AGB-codes."""


def create_key(
    runtime: Runtime, *, rol: Rol, gemeenten: Iterable[str] = (), aanbieders: Iterable[str] = (), naam: str
) -> str:
    """Make a key and return it, `iwmo_<keyid>_<secret>`: this once, for only its digest is kept.

    Raises InvalidInput when the codes do not fit the role.
    """
    codes = frozenset(gemeenten), frozenset(aanbieders)
    _demand_fitting_codes(rol, *codes)
    keyid, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    key = KeyRecord(
        keyid=keyid,
        secret_sha256=_digest(secret),
        rol=rol.value,
        gemeenten=codes[0],
        aanbieders=codes[1],
        naam=naam,
        gemaakt_op=runtime.now(),
    )
    runtime.storage.run(lambda session: add_key(session, key=key))
    return f"iwmo_{keyid}_{secret}"


def principal_of(runtime: Runtime, key: str) -> Principal:
    """The party that a key stands for; raises NotAuthenticated for one that is unknown, wrong or revoked."""
    parts = key.split("_", 2)
    keyid, secret = (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "iwmo" else ("", "")  # noqa: PLR2004
    with runtime.storage.reading() as session:
        known = find_key(session, keyid=keyid)
    digest = known.secret_sha256 if known else _digest("")
    matches = secrets.compare_digest(digest, _digest(secret))
    if known is None or not matches or known.ingetrokken_op is not None:
        raise NotAuthenticated(GENERIC)
    return Principal(key_id=known.keyid, rol=Rol(known.rol), gemeenten=known.gemeenten, aanbieders=known.aanbieders)


def by_key(runtime: Runtime, aanmelding: Aanmelding) -> Principal | None:
    """The way in with a key; raises NotAuthenticated for one that opens nothing."""
    bearer = aanmelding.bearer
    return principal_of(runtime, bearer) if bearer is not None and bearer.startswith(PREFIX) else None


def all_keys(runtime: Runtime) -> list[KeyRecord]:
    """Every key that was made, oldest first."""
    with runtime.storage.reading() as session:
        return list(list_keys(session))


def revoke(runtime: Runtime, keyid: str) -> bool:
    """Let a key open nothing any more, from now on; False when no working key has this id."""
    return runtime.storage.run(lambda session: revoke_key(session, keyid=keyid, now=runtime.now()))


def _digest(secret: str) -> str:
    """A fast hash is right here: the secret is 256 random bits, beyond guessing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _demand_fitting_codes(rol: Rol, gemeenten: frozenset[str], aanbieders: frozenset[str]) -> None:
    wanted = _CODES[rol]
    if (bool(gemeenten), bool(aanbieders)) != wanted:
        raise InvalidInput("Een sleutel voor een gemeente of het GGk noemt gemeenten, voor een aanbieder AGB-codes.")
    if not all(map(GEMEENTE_CODE.fullmatch, gemeenten)) or not all(map(AGB_CODE.fullmatch, aanbieders)):
        raise InvalidInput("Een gemeentecode heeft vier cijfers, een AGB-code acht.")
