"""Where the service keeps its secret when none is set."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings

POSTGRESQL = "postgresql+psycopg://iwmo@db.example/iwmo"


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ({}, "data"),
        ({"database_url": "sqlite:////srv/iwmo/berichten.db"}, "/srv/iwmo"),
        ({"database_url": "sqlite:///een.db?timeout=5"}, "."),
        ({"database_url": "sqlite:////srv/iwmo/berichten.db", "data_dir": "/etc/iwmo"}, "/etc/iwmo"),
        ({"database_url": "sqlite://"}, "data"),
        ({"database_url": POSTGRESQL}, "data"),
        ({"database_url": POSTGRESQL, "data_dir": "/etc/iwmo"}, "/etc/iwmo"),
    ],
    ids=range(7),
)
def test_the_secret_is_where_every_command_on_the_database_finds_it(settings: dict[str, str], folder: str):
    assert Settings.model_validate(settings).secret_file == Path(folder) / "secret.key"


@pytest.mark.parametrize(("length", "allowed"), [(31, False), (32, True)])
def test_a_secret_of_before_was_no_shorter_than_one_of_now(length: int, allowed: bool):
    values = {"previous_secret_keys": ["x" * 40, "y" * length]}
    if allowed:
        assert Settings.model_validate(values).earlier_secrets() == (b"x" * 40, b"y" * length)
        return
    with pytest.raises(ValidationError):
        Settings.model_validate(values)


def test_the_secret_stays_the_same(tmp_path: Path):
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'iwmo.db'}")
    assert settings.secret() == Settings(database_url=f"sqlite:///{tmp_path / 'other.db'}").secret()
    assert len(settings.secret()) >= 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
