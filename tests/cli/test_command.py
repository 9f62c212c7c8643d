"""What holds for every command: unknown ones, wrong settings, a database that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.storage.base import create_storage
from tests.cli.conftest import Iwmo
from tests.conftest import new_postgres_database

COMMANDS = ("serve", "demo", "check", "db", "inrichting", "key", "schemas")


@pytest.mark.parametrize("argv", [(), ("nope",), ("key",), ("key", "nope"), ("db",), ("check",), ("serve", "--nope")])
def test_what_is_no_command_is_explained(argv: tuple[str, ...], iwmo: Iwmo):
    outcome = iwmo(*argv)
    assert outcome.status == 2
    assert outcome.out == ""
    assert "usage: iwmo" in outcome.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, iwmo: Iwmo):
    outcome = iwmo(command, "--help")
    assert (outcome.status, outcome.err) == (0, "")
    assert command in outcome.out
    assert f"iwmo {command}" in outcome.out
    assert command in iwmo("--help").out


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IWMO_TODAY", "vandaag"),
        ("IWMO_MAX_BERICHT_BYTES", "0"),
        ("IWMO_LOG_LEVEL", "hard"),
        ("IWMO_DATABASE_URL", "mysql://user:geheim@host/x"),
        ("IWMO_DATABASE_URL", "geheim"),
        ("IWMO_DATABASE_URL", "postgresql://user:geheim@host:54x2/x"),
        ("IWMO_PREVIOUS_SECRET_KEYS", "geheim"),
        ("IWMO_OIDC_ROLES", "{geheim"),
    ],
)
@pytest.mark.parametrize("argv", [("key", "list"), ("check", "."), ("schemas", "list"), ("serve",), ("demo",)])
def test_a_wrong_setting_is_named(
    argv: tuple[str, ...], name: str, value: str, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)
    outcome = iwmo(*argv)
    assert outcome.status == 2
    assert outcome.err == f"iwmo: de instelling {name} klopt niet\n"
    assert value not in outcome.out


def test_an_empty_setting_is_the_default(iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IWMO_TODAY", "")
    assert iwmo("key", "list").status == 0


NEEDS_DATABASE = (
    ("serve",),
    ("db", "upgrade"),
    ("key", "list"),
    ("key", "create", "--role", "beheer"),
    ("inrichting", "show"),
)


class TestDatabase:
    @pytest.mark.parametrize("argv", NEEDS_DATABASE, ids=lambda argv: argv[0])
    @pytest.mark.parametrize(
        "url", ["postgresql+psycopg://user:geheim@127.0.0.1:1/x", "sqlite:////dev/null/iwmo.db", "sqlite:///."]
    )
    def test_that_is_not_there(self, url: str, argv: tuple[str, ...], iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("IWMO_DATABASE_URL", url)
        outcome = iwmo(*argv)
        assert outcome.status == 2
        assert outcome.err.splitlines()[-1].startswith("iwmo: ")
        assert "Traceback" not in outcome.err
        assert "geheim" not in outcome.out + outcome.err

    @pytest.mark.parametrize("argv", NEEDS_DATABASE, ids=lambda argv: argv[0])
    def test_on_postgresql_is_upgraded_by_a_person(
        self, argv: tuple[str, ...], postgres_url: str, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("IWMO_DATABASE_URL", new_postgres_database(postgres_url, "iwmo_cli"))
        if argv != ("db", "upgrade"):
            outcome = iwmo(*argv)
            assert outcome.status == 2
            assert outcome.err.endswith("Voer eerst uit: iwmo db upgrade\n")
        assert iwmo("db", "upgrade") == (0, "Het schema van de database is bij.\n", "")
        assert iwmo("key", "list").status == 0

    def test_on_sqlite_upgrades_itself(self, folder: Path, iwmo: Iwmo):
        assert iwmo("key", "list").status == 0
        storage = create_storage(f"sqlite:///{folder}/data/iwmo.db")
        assert storage.schema_is_current()
        storage.close()
        assert iwmo("db", "upgrade") == (0, "Het schema van de database is bij.\n", "")
