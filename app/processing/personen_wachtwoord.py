"""Passwords: argon2id with the library's own measure (64 MiB, about a tenth of a second)."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from app.domain.persoon import LANGSTE_WACHTWOORD, wachtwoord_of

_HASHER = PasswordHasher()


def hash_of(wachtwoord: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(wachtwoord_of(wachtwoord))


def is_wachtwoord(wachtwoord: str, wachtwoord_hash: str | None) -> bool:
    """Whether this is the password; where there is none it takes as long to say no."""
    with suppress(Argon2Error, InvalidHashError):
        right = _HASHER.verify(wachtwoord_hash or _nobodys(), wachtwoord_of(wachtwoord[: LANGSTE_WACHTWOORD + 1]))
        return right and wachtwoord_hash is not None
    return False


def is_outdated(wachtwoord_hash: str) -> bool:
    """Whether the hash was made with another measure than that of today."""
    return _HASHER.check_needs_rehash(wachtwoord_hash)


@cache
def _nobodys() -> str:
    return _HASHER.hash("the password of nobody")
