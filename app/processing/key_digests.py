"""What is kept of a credential, so that who reads the database has no key and who writes in it grants none.

Of a secret HMAC(pepper, SHA-256(secret)). A fast hash is right here: a secret is 256 random bits, beyond guessing. The
inner hash is what was kept before, so the rows of then get a pepper without anybody showing a key. Over that, and over
what is granted to whom and until when, a seal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.orm import Session

from app.processing.geheimen import Doel, Geheimen
from app.processing.runtime import Runtime
from app.storage.keys import KeyRecord, list_keys, set_sealed

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
    pepper = _pepper_of(geheimen, record) if record else None
    kept = record.secret_digest if record and pepper else None
    shown = digest_of(pepper or newest_pepper(geheimen), secret)
    return hmac.compare_digest(kept or NO_DIGEST, shown)


def with_secret(geheimen: Geheimen, record: KeyRecord, secret: str | None) -> KeyRecord:
    """The credential as it is kept under the newest pepper, sealed; `secret` None for one that is no key."""
    pepper = newest_pepper(geheimen)
    digest = None if secret is None else digest_of(pepper, secret)
    return _sealed(pepper, replace(record, secret_digest=digest))


def is_sealed(geheimen: Geheimen, record: KeyRecord) -> bool:
    """Whether the service itself granted what the row says."""
    pepper = _pepper_of(geheimen, record)
    return pepper is not None and hmac.compare_digest(record.zegel or NO_DIGEST, _seal(pepper, record))


def with_end(geheimen: Geheimen, record: KeyRecord, moment: datetime) -> KeyRecord:
    """A credential whose seal is right, with another end; under the pepper that it has."""
    pepper = _pepper_of(geheimen, record)
    if pepper is None:
        raise ValueError("there is no such pepper")
    return _sealed(pepper, replace(record, verloopt_op=moment))


def renew(runtime: Runtime, record: KeyRecord, secret: str | None) -> None:
    """Keep a credential that just worked under the newest pepper, when it is not that one."""
    if record.pepper_id != pepper_id_of(newest_pepper(runtime.geheimen)):
        renewed = with_secret(runtime.geheimen, record, secret)
        runtime.storage.run(lambda session: set_sealed(session, key=renewed, instead_of=record.zegel))


def seal_keys_of_before(session: Session, geheimen: Geheimen) -> None:
    """Give the rows of before peppers their first one and a seal: once, by the upgrade that comes past it."""
    pepper = newest_pepper(geheimen)
    for record in (found for found in list_keys(session) if found.ingetrokken_op is None):
        digest = _under(pepper, bytes.fromhex(record.secret_digest or ""))
        set_sealed(session, key=_sealed(pepper, replace(record, secret_digest=digest)), instead_of=None)


def _pepper_of(geheimen: Geheimen, record: KeyRecord) -> bytes | None:
    return next((one for one in geheimen.keys(Doel.SLEUTELS) if pepper_id_of(one) == record.pepper_id), None)


def _sealed(pepper: bytes, record: KeyRecord) -> KeyRecord:
    return replace(record, pepper_id=pepper_id_of(pepper), zegel=_seal(pepper, record))


def _seal(pepper: bytes, record: KeyRecord) -> str:
    granted = (
        record.keyid,
        record.wijze,
        record.kenmerk,
        record.rol,
        sorted(record.gemeenten),
        sorted(record.aanbieders),
        None if record.rechten is None else sorted(record.rechten),
        record.netwerken,
        record.geldig_vanaf.astimezone(UTC).isoformat(),
        record.verloopt_op.astimezone(UTC).isoformat(),
        record.secret_digest,
    )
    return _under(pepper, b"zegel:" + json.dumps(granted).encode())


def _under(pepper: bytes, inner: bytes) -> str:
    return hmac.digest(pepper, inner, "sha256").hex()
