"""What the environment decides: every setting has a default that works on a fresh machine."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, FilePath, IPvAnyNetwork, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.bewaren import (
    WETTELIJK_ANTWOORD_DAGEN,
    WETTELIJK_DOSSIER_JAREN,
    WETTELIJK_FINANCIEEL_JAREN,
    Bewaartermijnen,
)
from app.domain.persoon import demand_rol
from app.domain.principal import Rol
from app.domain.refusals import InvalidInput
from app.domain.rolverdeling import Toegekend

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ORIGIN = r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$"
PROJECT = Path(__file__).resolve().parent.parent


class OAuthIssuer(BaseModel):
    """An authorization server whose tokens are accepted, and where its keys are: at an address or in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(pattern=r"^https://[!-{}~]+$")  # no |, which parts it from a client in the register
    audience: str = Field(min_length=1)
    jwks_url: str | None = Field(default=None, pattern=r"^https://[!-~]+$")
    jwks_file: Path | None = None
    subject_claim: Literal["client_id", "azp", "sub"] = "client_id"
    scope_prefix: str = ""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise ValueError("the keys are at an address or in a file")
        return self


class OidcRole(BaseModel):
    """What a word of the identity provider means here: a role, with the gemeenten or aanbieders that it is for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rol: Rol
    gemeenten: frozenset[str] = frozenset()
    aanbieders: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        try:
            demand_rol(self.rol, self.gemeenten, self.aanbieders)
        except InvalidInput as refusal:
            raise ValueError(refusal.detail) from None
        return self

    @property
    def toegekend(self) -> Toegekend:
        """The same, as it is given to who logs in."""
        return Toegekend(self.rol, self.gemeenten, self.aanbieders)


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
        description="How many bytes of messages and envelopes one process has in memory at once, of one credential a "
        "quarter; above it: 503",
    )
    direct_bytes: int = Field(
        default=2_000_000,
        ge=0,
        description="A 303 larger than this, in bytes, is accepted at once (202) and settled by the worker",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description=(
            "What every key of the service is made from; empty: the file `secret.key` beside the SQLite database, "
            "or in the data folder when that is set"
        ),
    )
    previous_secret_keys: tuple[Annotated[SecretStr, Field(min_length=32)], ...] = Field(
        default=(), description="Secret keys of before, as JSON, for what was made with them: after a change of the key"
    )
    logboek_jaren: int = Field(default=5, ge=5, le=100, description="How many years the logboek keeps what was done")
    logboek_activiteiten: str = Field(
        default="urn:iwmo:verwerkingsactiviteit:",
        description="What the URI of every processing activity begins with in an export: that of your own register",
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
        description='Proxies that say who calls, its address and its certificate, as JSON: ["10.1.0.4/32"]; none wider '
        "than /16 (IPv6: /48), with `client_certificates` than /29 (/125)",
    )
    without_tls: bool = Field(
        default=False,
        description="Listen on an address for others without a proxy that gives TLS; for a closed network at most",
    )
    oauth_issuers: tuple[OAuthIssuer, ...] = Field(
        default=(),
        description="Authorization servers whose tokens are accepted, as JSON: a list of objects with `issuer`, "
        "`audience`, `jwks_url` or `jwks_file`, and optionally `subject_claim` and `scope_prefix` (docs/toegang.md)",
    )
    local_login: bool = Field(
        default=True,
        description="Whether people log in with a password of this service; off (`uit`): only through `oidc_issuer`",
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^https://[!-~]+$",
        description="The identity provider through which people log in, to the letter as it names itself (its `iss`)",
    )
    oidc_client_id: str | None = Field(default=None, min_length=1, description="What this service is called there")
    oidc_client_secret: SecretStr | None = Field(
        default=None, min_length=1, description="The secret that the provider knows this service by"
    )
    oidc_client_key: Path | None = Field(
        default=None,
        description="Instead of a secret: PEM file with our private key (RSA, or EC on P-256), and optionally its "
        "certificate",
    )
    oidc_scope: str = Field(
        default="openid", pattern=r"^openid( [!-~]+)*$", description="What is asked of the provider, `openid` first"
    )
    oidc_name_claim: str = Field(
        default="sub",
        min_length=1,
        description="The claim that names a person in the logboek; let it be no name or e-mail address",
    )
    oidc_roles_claim: str = Field(
        default="roles", min_length=1, description="The claim whose words `oidc_roles` turns into a role"
    )
    oidc_roles: dict[str, OidcRole] = Field(
        default={},
        description="Who is what here, as JSON: by a word of that claim an object with `rol` (behandelaar, lezer, "
        "auditor, beheer, aanbieder or servicebureau) and `gemeenten` or `aanbieders` (docs/toegang.md)",
    )
    oidc_acr: tuple[str, ...] = Field(
        default=(), description="Levels (`acr`, or `acrs`) of which every login must have one, as JSON; empty: any"
    )
    oidc_amr: tuple[str, ...] = Field(
        default=(), description='Ways (`amr`) of which every login must have one, as JSON: ["mfa"]; empty: any'
    )
    client_certificates: bool = Field(
        default=False,
        description="Whether the header Client-Cert of a trusted proxy, which must remove it from what callers send, "
        "says who a caller is",
    )
    body_seconds: float = Field(
        default=60, gt=0, description="Seconds that a body may take besides what its size asks; after it: 408"
    )
    body_bytes_per_second: int = Field(
        default=50_000, gt=0, description="How fast a body must at least come in, in bytes per second"
    )
    cors_origins: tuple[Annotated[str, Field(pattern=ORIGIN)], ...] = Field(
        default=(), description='Origins whose web pages may use the API, as JSON: ["https://portaal.gemeente.nl"]'
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https://[^/\s]+$",
        description="Where others find the service (`https://iwmo.gemeente.nl`), for OpenAPI document and security.txt",
    )
    huisstijl: FilePath | None = Field(
        default=None,
        description="CSS file with the design tokens of the gemeente, in place of app/web/static/tokens.css",
    )
    contact_name: str = Field(
        default="Voorbeeld: stel IWMO_CONTACT_NAME in", description="Who answers questions about the API"
    )
    contact_email: str = Field(
        default="iwmo@gemeente.example", pattern=r"^[^@\s]+@[^@\s]+$", description="Their e-mail address"
    )
    contact_url: str = Field(
        default="https://gemeente.example/iwmo", pattern=r"^https://\S+$", description="Their page"
    )
    security_contact: str = Field(
        default="mailto:beveiliging@gemeente.example",
        pattern=r"^(mailto:|https://|tel:)[!-~]+$",
        description="Where weaknesses are reported (security.txt): mailto:, https: or tel:",
    )
    security_policy: str = Field(
        default="https://gemeente.example/kwetsbaarheid-melden",
        pattern=r"^https://[!-~]+$",
        description="The page with the rules for who reports a weakness",
    )
    security_expires: date | None = Field(
        default=None,
        description="Until when security.txt holds, within a year; empty: 300 days after this version was released",
    )
    bewaren_dossier_jaren: int = Field(
        default=WETTELIJK_DOSSIER_JAREN,
        ge=WETTELIJK_DOSSIER_JAREN,
        description="How many years a dossier is kept after its last message and the end of its last toewijzing",
    )
    bewaren_financieel_jaren: int = Field(
        default=WETTELIJK_FINANCIEEL_JAREN,
        ge=WETTELIJK_FINANCIEEL_JAREN,
        description="How many years a dossier is kept at least after the year of its last declaratie",
    )
    bewaren_geweigerd_dagen: int = Field(
        default=365, ge=1, description="How many days a message is kept that was refused or could not be read"
    )
    bewaren_werk_dagen: int = Field(
        default=30, ge=1, description="How many days background work that is done can be looked at"
    )
    bewaren_antwoord_dagen: int = Field(
        default=2,
        ge=WETTELIJK_ANTWOORD_DAGEN,
        description="How many days the answer to an Idempotency-Key is kept for who repeats the request",
    )
    bewaren_automatisch: bool = Field(
        default=False,
        description="Whether the worker deletes every day what was kept long enough; off: `iwmo retention run`",
    )
    requests_per_second: int = Field(
        default=200, ge=0, description="How many requests a credential may make in a second, over ten; 0: no limit"
    )
    bsn_searches_per_minute: int = Field(
        default=300, ge=0, description="How many searches for a bsn a credential may do in a minute; 0: no limit"
    )
    bsn_searches_per_day: int = Field(
        default=3_000, ge=0, description="How many searches for a bsn a credential may do in a day; 0: no limit"
    )
    failures_per_minute: int = Field(
        default=600,
        ge=0,
        description="How often in a minute an address hears that what it shows opens nothing; then 429; 0: no limit",
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

    @field_validator("local_login", mode="before")
    @classmethod
    def _in_dutch(cls, value: object) -> object:
        return {"uit": False, "aan": True}.get(value.strip().lower(), value) if isinstance(value, str) else value

    @field_validator("oauth_issuers")
    @classmethod
    def _each_once(cls, value: tuple[OAuthIssuer, ...]) -> tuple[OAuthIssuer, ...]:
        if len({issuer.issuer for issuer in value}) != len(value):
            raise ValueError("an issuer is named once")
        return value

    @field_validator("ggk_authorization")
    @classmethod
    def _one_line(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        if not (text.isascii() and text.isprintable()):
            raise ValueError("a header is one line of ASCII")
        return value

    @property
    def bewaartermijnen(self) -> Bewaartermijnen:
        """How long each kind of record is kept."""
        return Bewaartermijnen(
            dossier_jaren=self.bewaren_dossier_jaren,
            financieel_jaren=self.bewaren_financieel_jaren,
            geweigerd_dagen=self.bewaren_geweigerd_dagen,
            werk_dagen=self.bewaren_werk_dagen,
            antwoord_dagen=self.bewaren_antwoord_dagen,
        )

    @property
    def schemas_pointer(self) -> Path:
        """The file that names the folder chosen with `iwmo schemas use`."""
        return self.data_dir / "schemas.dir"

    @property
    def secret_file(self) -> Path:
        """Where the secret key is kept when it is not set: beside a SQLite database, unless a data folder is named."""
        _, is_file, database = self.database_url.partition("sqlite:///")
        if is_file and database and "data_dir" not in self.model_fields_set:
            return Path(database.partition("?")[0]).parent / "secret.key"
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
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent) as file:  # readable by its owner alone
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)
