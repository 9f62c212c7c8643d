"""The signature under a webhook, in the way of Standard Webhooks, so that receivers can use a library for it."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Sequence
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - announces a secret, is none
SHORTEST_SECRET: Final = 24  # bytes, as the standard asks


def sign(secrets: Sequence[bytes], *, kenmerk: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: HMAC-SHA-256 over kenmerk, seconds since 1970 and body, once per secret.

    Two secrets make two signatures: while a receiver changes over, either will do. ValueError: no secret, or one
    shorter than 24 bytes.
    """
    if not secrets or any(len(secret) < SHORTEST_SECRET for secret in secrets):
        raise ValueError("signing needs a secret of at least 24 bytes")
    signed = b"%s.%d.%s" % (kenmerk.encode("ascii"), timestamp, body)
    return " ".join("v1," + b64encode(hmac.digest(secret, signed, "sha256")).decode("ascii") for secret in secrets)


def secret_text(secret: bytes) -> str:
    """The secret as a receiver gets it handed over: `whsec_` and base64."""
    return SECRET_PREFIX + b64encode(secret).decode("ascii")
