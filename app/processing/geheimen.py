"""Keys by purpose, all from the one secret of the service, so that none is stored and none does for another's work."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache


class Doel(StrEnum):
    """What a key is for."""

    SLEUTELS = "sleutels"
    LOGBOEK = "logboek"
    CLIENT = "client"
    SESSIES = "sessies"
    BEWAREN = "bewaren"
    TWEEDE_FACTOR = "tweede-factor"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class Geheimen:
    """The secret of the service, asked for when it is first needed; `previous` are those that it had before."""

    secret: Callable[[], bytes] = field(repr=False)
    previous: tuple[bytes, ...] = field(default=(), repr=False)

    def key(self, doel: Doel) -> bytes:
        """The key for a purpose, 32 bytes."""
        return _derived(self.secret(), doel)

    def keys(self, doel: Doel) -> tuple[bytes, ...]:
        """The key for a purpose, and those of before for what was made with them."""
        return (self.key(doel), *(_derived(secret, doel) for secret in self.previous))


@cache
def _derived(secret: bytes, doel: Doel) -> bytes:
    return hmac.digest(secret, f"iwmo:{doel}:1".encode(), "sha256")
