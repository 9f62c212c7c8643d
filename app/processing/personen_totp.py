"""The second factor: a secret that an app on a telephone shares, and a code of six digits from it (TOTP, RFC 6238)."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyotp.totp import TOTP

from app.processing.geheimen import Doel, Geheimen

UITGEVER: Final = "iWmo-berichtenservice"
STEP_SECONDS: Final = 30
DRIFT: Final = (0, -1, 1)
"""Steps that the clock of a telephone may be off."""

NONCE_BYTES: Final = 12
GEHEIM_BYTES: Final = 20


def proposed_geheim(geheimen: Geheimen, id_sha256: str) -> str:
    """The secret that a session proposes, in base32: the same on every page of it, and not kept before it is used."""
    made = hmac.digest(geheimen.key(Doel.TWEEDE_FACTOR), f"voorstel:{id_sha256}".encode(), "sha256")
    return base64.b32encode(made[:GEHEIM_BYTES]).decode()


def uri_of(geheim: str, naam: str) -> str:
    """What the square code says to the app."""
    return TOTP(geheim).provisioning_uri(name=naam, issuer_name=UITGEVER)


def step_of(geheim: str, code: str, now: datetime) -> int | None:
    """The step (30 seconds) whose code this is, around now; None when it is no such code."""
    digits = "".join(code.split())
    current = int(now.timestamp()) // STEP_SECONDS
    totp = TOTP(geheim)
    found = [step for step in (current + drift for drift in DRIFT) if _same(totp.generate_otp(step), digits)]
    return found[0] if found else None


def sealed(geheimen: Geheimen, geheim: str, naam: str) -> bytes:
    """The secret as it is kept: encrypted, and of use to this person only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(geheimen.key(Doel.TWEEDE_FACTOR)).encrypt(nonce, geheim.encode(), naam.encode())


def opened(geheimen: Geheimen, kept: bytes, naam: str) -> str | None:
    """The secret again; None when no key of now or before opens it."""
    for key in geheimen.keys(Doel.TWEEDE_FACTOR):
        try:
            return AESGCM(key).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], naam.encode()).decode()
        except InvalidTag:
            continue
    return None


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())
