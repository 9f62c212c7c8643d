"""`iwmo aansluiting`: parties are connected while the service runs; a secret stands alone on the last line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.cli.conftest import Iwmo

PARTIJ = "aanbieder:98000001"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
URL = "https://ontvanger.example/berichten"


def secret_in(out: str) -> str:
    """The secret, alone on the last line."""
    found = SECRET.fullmatch(out.splitlines()[-1])
    assert found
    return found[0]


def test_a_webhook_gets_a_secret(iwmo: Iwmo, folder: Path):
    outcome = iwmo("aansluiting", "set", PARTIJ, "--http", URL)
    assert outcome.status == 0
    secret = secret_in(outcome.out)
    assert secret not in outcome.err
    assert secret_in(iwmo("aansluiting", "set", PARTIJ, "--http", URL).out) == secret
    changed = secret_in(iwmo("aansluiting", "sleutel", PARTIJ).out)
    assert changed != secret
    listed = iwmo("aansluiting", "list")
    assert secret not in listed.out + listed.err
    assert changed not in listed.out + listed.err


def test_a_folder_gets_its_folders(iwmo: Iwmo, folder: Path):
    place = folder / "uitwisseling"
    place.mkdir()
    outcome = iwmo("aansluiting", "set", PARTIJ, "--map", place)
    assert (outcome.status, outcome.out) == (0, "")
    assert {path.name for path in place.iterdir()} == {"in", "uit"}
    assert iwmo("aansluiting", "sleutel", PARTIJ).status == 2


def test_list_shows_every_party_whole(iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    iwmo("aansluiting", "set", PARTIJ, "--http", URL)
    iwmo("aansluiting", "set", "gemeente:1708", "--ggk", "https://adapter.example/soap")
    out = iwmo("aansluiting", "list").out
    for part in (PARTIJ, "gemeente:1708", "http", "ggk"):
        assert part in out


def test_remove_says_whether_there_was_one(iwmo: Iwmo):
    iwmo("aansluiting", "set", PARTIJ, "--http", URL)
    assert iwmo("aansluiting", "remove", PARTIJ).status == 0
    again = iwmo("aansluiting", "remove", PARTIJ)
    assert (again.status, again.out) == (1, "")
    assert PARTIJ in again.err


@pytest.mark.parametrize(
    "argv",
    [
        ("98000001", "--http", URL),
        (PARTIJ, "--http", "http://ontvanger.example/"),
        (PARTIJ, "--http", "https://naam:geheim@ontvanger.example/"),
        (PARTIJ, "--map", "bestaat-niet"),
        (PARTIJ, "--map", "/bestaat/niet"),
        (PARTIJ, "--map", "/tmp", "--http", URL),
        (PARTIJ,),
        (),
    ],
)
def test_set_refuses_what_cannot_be(argv: tuple[str, ...], iwmo: Iwmo):
    outcome = iwmo("aansluiting", "set", *argv)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err
    assert "geheim@" not in outcome.err
    assert PARTIJ not in iwmo("aansluiting", "list").out


def test_works_while_the_service_runs(folder: Path, iwmo: Iwmo):
    settings = Settings(database_url=f"sqlite:///{folder}/data/iwmo.db", log_level="error")
    key = iwmo("key", "create", "--role", "beheer").out.split()[-1]
    with TestClient(create_app(settings)) as client:
        assert iwmo("aansluiting", "set", PARTIJ, "--http", URL).status == 0
        answer = client.get("/v1/aansluitingen", headers={"Authorization": f"Bearer {key}"})
        assert [one["partij"] for one in answer.json()["resultaten"]] == [PARTIJ]
