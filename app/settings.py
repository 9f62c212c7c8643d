"""What the environment decides: every setting has a default that works on a fresh machine."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
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
    direct_bytes: int = Field(
        default=1_000_000,
        ge=0,
        description="A 303 larger than this, in bytes, is accepted at once (202) and settled by the worker",
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

    @property
    def schemas_pointer(self) -> Path:
        """The file that names the folder chosen with `iwmo schemas use`."""
        return self.data_dir / "schemas.dir"

    def business_date(self) -> date:
        """Today, as decisions see it: the fixed date, else the date in Amsterdam."""
        return self.today or datetime.now(AMSTERDAM).date()
