"""Rows of the register for clients and certificates, and a service that knows an issuer and a proxy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from app.domain.principal import Rol, Wijze
from app.main import create_app
from app.processing.key_digests import with_secret
from app.processing.runtime import Runtime, new_id
from app.settings import Settings
from app.storage.keys import KeyRecord, add_key
from tests.builders import GEMEENTE
from tests.processing.token_issuer import AUDIENCE, CLIENT, NAME, key_set

KENMERK = f"{NAME}|{CLIENT}"
PROXY = "10.1.0.4"
STRANGER = "192.0.2.7"


def register(runtime: Runtime, *, wijze: Wijze = Wijze.TOKEN, kenmerk: str = KENMERK, **changes: Any) -> str:
    """Put gemeente 0384 in the register under a kenmerk; the id of the row."""
    now = datetime.now(UTC)
    usual: dict[str, Any] = {
        "keyid": new_id(),
        "wijze": wijze.value,
        "kenmerk": kenmerk,
        "rol": Rol.GEMEENTE.value,
        "gemeenten": frozenset({GEMEENTE}),
        "naam": "zorgsysteem",
        "gemaakt_op": now,
        "geldig_vanaf": now - timedelta(days=1),
        "verloopt_op": now + timedelta(days=1),
    }
    record = with_secret(runtime.geheimen, KeyRecord(**{**usual, **changes}), None)
    runtime.storage.run(lambda session: add_key(session, key=record))
    return record.keyid


@contextmanager
def knowing_an_issuer(
    runtime: Runtime, tmp_path: Path, *, peer: str = STRANGER, issuer: dict[str, Any] | None = None, **settings: Any
) -> Iterator[TestClient]:
    """A client, at an address, of a service that accepts the tokens of the issuer; its keys are in a file."""
    path = tmp_path / "jwks.json"
    path.write_bytes(key_set())
    one = {"issuer": NAME, "audience": AUDIENCE, **(issuer or {"jwks_file": path})}
    usual = {"log_level": "warning", "worker": False, "failures_per_minute": 0, "oauth_issuers": [one]}
    values: dict[str, Any] = {**usual, **settings}
    with TestClient(create_app(Settings(**values), runtime), client=(peer, 40000)) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
