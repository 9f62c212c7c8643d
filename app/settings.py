"""What the environment decides: every setting has a default that works on a fresh machine."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, IPvAnyNetwork, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings of the service, from environment variables with the prefix IWMO_."""

    model_config = SettingsConfigDict(env_prefix="IWMO_", env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///data/iwmo.db",
        pattern=r"^(sqlite|postgresql(\+psycopg)?)://",
        description="Where messages, toewijzingen and declaraties live: SQLite, or postgresql+psycopg://…",
    )
    schemas_dir: Path | None = Field(
        default=None,
        description="Folder with the XSDs to judge by; empty: the folder set with `iwmo schemas use`, else our own",
    )
    data_dir: Path = Field(default=Path("data"), description="Folder for what the service keeps beside the database")
    max_bericht_bytes: int = Field(default=25_000_000, gt=0, description="The largest body that is accepted, in bytes")
    max_bytes_at_once: int = Field(
        default=128_000_000,
        gt=0,
        description="How many bytes of messages and envelopes may be under way in one process; above it: 503",
    )
    direct_bytes: int = Field(
        default=2_000_000,
        ge=0,
        description="A 303 larger than this, in bytes, is accepted at once (202) and settled by the worker",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="What every key of the service is made from; empty: the file `secret.key` in the data folder",
    )
    previous_secret_keys: tuple[SecretStr, ...] = Field(
        default=(), description="Secret keys of before, as JSON, for what was made with them: after a change of the key"
    )
    internal_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(), description='Private networks where messages may be sent to, as JSON: ["10.1.0.0/16"]'
    )
    internal_hosts: tuple[str, ...] = Field(
        default=(), description='Names with a private address where messages may be sent to, as JSON: ["ggk-adapter"]'
    )
    delivery_ports: tuple[int, ...] = Field(default=(443, 8443), description="Ports that messages may be sent to")
    plain_http: bool = Field(default=False, description="Whether internal networks and hosts may be used without TLS")
    ggk_certificate: Path | None = Field(
        default=None, description="PEM file with the client certificate for the adapter of the GGk"
    )
    ggk_certificate_key: Path | None = Field(default=None, description="PEM file with its private key")
    ggk_authorities: Path | None = Field(
        default=None, description="PEM file with the authorities that the adapter's certificate may come from"
    )
    ggk_authorization: SecretStr | None = Field(
        default=None,
        description="What goes along with envelopes as the Authorization header, e.g. `Bearer iwmo_…`; empty: nothing",
    )
    ggk_in_order: bool = Field(
        default=False,
        description="Whether an envelope is refused (StUF019) when its time is not after the last one of its sender",
    )
    trusted_proxies: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description='Proxies that say who calls, its address and its certificate, as JSON: ["10.1.0.4/32"]',
    )
    without_tls: bool = Field(
        default=False,
        description="Listen on an address for others without a proxy that gives TLS; for a closed network at most",
    )
    worker: bool = Field(default=True, description="Whether `iwmo serve` does background work too (`--no-worker`)")
    today: date | None = Field(
        default=None, description="A fixed business date for tests and demos; empty: the date in Amsterdam"
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="How log lines are written: console or json"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least that is logged: debug, info, warning or error"
    )

    @field_validator("ggk_authorization")
    @classmethod
    def _one_line(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        if not (text.isascii() and text.isprintable()):
            raise ValueError("a header is one line of ASCII")
        return value

    @property
    def schemas_pointer(self) -> Path:
        """The file that names the folder chosen with `iwmo schemas use`."""
        return self.data_dir / "schemas.dir"

    @property
    def secret_file(self) -> Path:
        """Where the secret key is kept when it is not set."""
        return self.data_dir / "secret.key"

    def secret(self) -> bytes:
        """The secret key: as set, else from the file in the data folder, which is made when it is not there."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        path = self.secret_file
        if not path.exists():
            _make_secret(path)
        return path.read_bytes()

    def earlier_secrets(self) -> tuple[bytes, ...]:
        """The secret keys that the service had before."""
        return tuple(key.get_secret_value().encode() for key in self.previous_secret_keys)

    def business_date(self) -> date:
        """Today, as decisions see it: the fixed date, else the date in Amsterdam."""
        return self.today or datetime.now(AMSTERDAM).date()


def _make_secret(path: Path) -> None:
    """A random key in a file that is whole or not there; of two processes that make one, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent) as file:  # readable by its owner alone
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
