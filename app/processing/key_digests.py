"""What is kept of the secret of a key: HMAC(pepper, SHA-256(secret)), so that the database alone proves no secret.

A fast hash is right here: a secret is 256 random bits, beyond guessing. The inner hash is what was kept before, so the
rows of then get a pepper without anybody showing a key.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from app.processing.geheimen import Doel, Geheimen
from app.processing.runtime import Runtime
from app.storage.keys import KeyRecord, keys_without_pepper, set_digest

NO_DIGEST: Final = "0" * 64
"""What the secret of a key that is not known is compared with, so that it costs what a known one costs."""


def digest_of(pepper: bytes, secret: str) -> str:
    """What to keep of a secret, in hex."""
    return _under(pepper, hashlib.sha256(secret.encode()).digest())


def pepper_id_of(pepper: bytes) -> str:
    """A name for a pepper that gives nothing of it away."""
    return hashlib.sha256(b"pepper:" + pepper).hexdigest()[:16]


def newest_pepper(geheimen: Geheimen) -> bytes:
    """The pepper for what is kept from now on."""
    return geheimen.key(Doel.SLEUTELS)


def is_secret_of(geheimen: Geheimen, record: KeyRecord | None, secret: str) -> bool:
    """Whether the secret is that of the key, in the same time for every answer; under earlier peppers too."""
    peppers = {pepper_id_of(pepper): pepper for pepper in geheimen.keys(Doel.SLEUTELS)}
    pepper = peppers.get(record.pepper_id or "") if record else None
    kept = record.secret_digest if record and pepper else None
    shown = digest_of(pepper or newest_pepper(geheimen), secret)
    return hmac.compare_digest(kept or NO_DIGEST, shown)


def renew_digest(runtime: Runtime, record: KeyRecord, secret: str) -> None:
    """Keep the digest of a secret that was shown under the newest pepper, when it is not that one."""
    pepper = newest_pepper(runtime.geheimen)
    newest = pepper_id_of(pepper)
    if record.pepper_id != newest:
        digest = digest_of(pepper, secret)
        runtime.storage.run(lambda session: set_digest(session, keyid=record.keyid, digest=digest, pepper_id=newest))


def pepper_all(runtime: Runtime) -> None:
    """Give the rows of before peppers their first one; before that they open nothing."""
    with runtime.storage.reading() as session:
        found = keys_without_pepper(session)
    if not found:
        return
    pepper = newest_pepper(runtime.geheimen)
    with runtime.storage.writing() as session:
        for record in keys_without_pepper(session):
            digest = _under(pepper, bytes.fromhex(record.secret_digest or ""))
            set_digest(session, keyid=record.keyid, digest=digest, pepper_id=pepper_id_of(pepper))


def _under(pepper: bytes, inner: bytes) -> str:
    return hmac.digest(pepper, inner, "sha256").hex()
