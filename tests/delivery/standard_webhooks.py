"""A receiver of webhooks, written from the standard and not from our own code."""

from __future__ import annotations

import base64
import hashlib
import hmac


def verified(secret: str, webhook_id: str, webhook_timestamp: str, webhook_signature: str, body: bytes) -> bool:
    """Whether one of the signatures is right."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = webhook_id.encode() + b"." + webhook_timestamp.encode() + b"." + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    offered = [entry.split(",", 1) for entry in webhook_signature.split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, expected) for version, value in offered)
