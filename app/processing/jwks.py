"""The public keys of an issuer of tokens: read from its key set (RFC 7517), kept for a while, asked for anew."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, Protocol, TypeAlias, cast

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.util import base64_to_int

from app.delivery.destinations import NotAllowed
from app.delivery.safe_client import NoAnswer, SafeClient

log = structlog.get_logger(__name__)

PublicKey: TypeAlias = RSAKey | ECKey

MOST_BYTES: Final = 256 * 1024
FRESH_SECONDS: Final = 600
USABLE_SECONDS: Final = 24 * 3600
BETWEEN_SECONDS: Final = 60
"""Between two questions to an issuer that answered once: who invents key ids makes us ask no more often."""
RETRY_SECONDS: Final = 5
"""Between two questions to an issuer that never answered."""
RSA_BITS: Final = range(2048, 8192 + 1)


class KeysUnavailable(Exception):
    """Nothing can be said about a token: the keys of its issuer are not here"""


class KeySetUnreadable(Exception):
    """What was read is not a key set"""


class KeySource(Protocol):
    """Where the keys of one issuer are."""

    def find(self, kid: str) -> PublicKey | None:
        """The key with this id, None when the issuer has none; KeysUnavailable: that cannot be told."""
        ...


def read_key_set(body: bytes) -> Mapping[str, PublicKey]:
    """The keys of a JWKS that a signature may be checked with, by their `kid`; KeySetUnreadable.

    Left out: RSA under 2048 or over 8192 bits, curves other than P-256, symmetric and private keys (known to more than
    the issuer), keys for encryption, keys without an id, and all that share one.
    """
    try:
        document = json.loads(body)
        members = [cast("dict[str, object]", member) for member in document["keys"] if isinstance(member, dict)]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise KeySetUnreadable from None
    kids = [member.get("kid") for member in members]
    found = {kid: _usable(member) for kid, member in zip(kids, members, strict=True) if isinstance(kid, str)}
    return {kid: key for kid, key in found.items() if key is not None and kids.count(kid) == 1}


def _usable(member: dict[str, object]) -> PublicKey | None:
    if "d" in member or "k" in member or member.get("use", "sig") != "sig":
        return None
    try:
        if member.get("kty") == "RSA" and base64_to_int(str(member.get("n"))).bit_length() in RSA_BITS:
            return RSAKey.import_key(cast("dict[str, str | list[str]]", member))
        if member.get("kty") == "EC" and member.get("crv") == "P-256":
            return ECKey.import_key(cast("dict[str, str | list[str]]", member))
    except (JoseError, ValueError, TypeError):
        pass
    return None


@dataclass(slots=True)
class FileKeys:
    """Keys in a file, which is read anew when it was replaced. A file that became unreadable leaves what there was."""

    path: Path
    _version: tuple[int, int, int] | None = field(default=None, init=False)
    _keys: Mapping[str, PublicKey] | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def find(self, kid: str) -> PublicKey | None:
        """The key with this id; KeysUnavailable: the file was never read."""
        with self._lock:
            self._read()
            if self._keys is None:
                raise KeysUnavailable
            return self._keys.get(kid)

    def _read(self) -> None:
        try:
            status = self.path.stat()
            version = (status.st_mtime_ns, status.st_size, status.st_ino)
            if version == self._version:
                return
            with self.path.open("rb") as file:
                body = file.read(MOST_BYTES + 1)
            self._version = version
            self._keys = _checked(body, complete=len(body) <= MOST_BYTES)
        except (OSError, KeySetUnreadable) as failure:
            log.warning("issuer_keys_unreadable", source="file", error=type(failure).__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    keys: Mapping[str, PublicKey]
    fetched: float


@dataclass(slots=True)
class FetchedKeys:
    """Keys at an https address, asked for at most once a minute: when they are older than ten minutes or lack an id.

    An issuer that does not answer leaves what there was, for a day. `clock` counts seconds and never goes back.
    """

    client: SafeClient
    url: str
    clock: Callable[[], float] = time.monotonic
    _known: _Known | None = field(default=None, init=False)
    _asked: float | None = field(default=None, init=False)
    _asking: Lock = field(default_factory=Lock, init=False, repr=False)

    def find(self, kid: str) -> PublicKey | None:
        """The key with this id; KeysUnavailable: the issuer did not answer, and never did or not for a day."""
        if self._due(kid):
            self._ask(kid)
        known = self._known
        if known is None or self.clock() - known.fetched > USABLE_SECONDS:
            raise KeysUnavailable
        return known.keys.get(kid)

    def _due(self, kid: str) -> bool:
        """Whether to ask, and enough time went by since the last time."""
        known, now = self._known, self.clock()
        if known is not None and kid in known.keys and now - known.fetched <= FRESH_SECONDS:
            return False
        between = RETRY_SECONDS if known is None else BETWEEN_SECONDS
        return self._asked is None or now - self._asked >= between

    def _ask(self, kid: str) -> None:
        # Whose key is known goes on with it while another asks; others wait for the answer, which is theirs too.
        known = self._known is not None and kid in self._known.keys
        if not self._asking.acquire(blocking=not known):
            return
        try:
            if self._due(kid):
                self._known = _Known(self._answered(), self.clock())
        except (NotAllowed, NoAnswer, KeySetUnreadable) as failure:
            log.warning("issuer_keys_unreadable", source="url", error=type(failure).__name__)
        finally:
            self._asking.release()

    def _answered(self) -> Mapping[str, PublicKey]:
        try:
            answer = self.client.get(self.url, headers={"Accept": "application/json"}, answer_bytes=MOST_BYTES)
            return _checked(answer.body, complete=answer.complete and answer.status == 200)  # noqa: PLR2004
        finally:
            self._asked = self.clock()  # not before: who comes meanwhile has to wait for it


def _checked(body: bytes, *, complete: bool) -> Mapping[str, PublicKey]:
    if not complete:
        raise KeySetUnreadable
    return read_key_set(body)
