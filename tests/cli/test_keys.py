"""`iwmo key`: a key is shown once, alone on the last line, and stops working the moment it is revoked."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import AMSTERDAM, Settings
from tests.cli.conftest import Iwmo

KEY = re.compile(r"iwmo_([0-9a-f]{16})_([A-Za-z0-9_-]{43})_([0-9a-f]{8})")


def create(iwmo: Iwmo, *argv: str) -> tuple[str, str]:
    """A new key and its id."""
    outcome = iwmo("key", "create", *argv)
    assert outcome.status == 0
    key = outcome.out.splitlines()[-1]
    found = KEY.fullmatch(key)
    assert found
    return key, found[1]


def test_create_prints_the_key_once(folder: Path, iwmo: Iwmo):
    outcome = iwmo("key", "create", "--role", "gemeente", "--gemeente", "1708", "--name", "backoffice")
    assert outcome.status == 0
    assert KEY.fullmatch(outcome.out.rstrip("\n").split("\n")[-1])
    assert not KEY.search(outcome.err)
    key = outcome.out.split()[-1]
    listed = iwmo("key", "list")
    assert key.split("_")[1] in listed.out
    secret = key.split("_", 2)[2][:43]
    assert secret not in listed.out + listed.err
    assert not any(secret.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_list_shows_every_key_whole(iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    made = [
        create(iwmo, "--role", "gemeente", "--gemeente", "1708", "--gemeente", "0505", "--name", "back office")[1],
        create(iwmo, "--role", "aanbieder", "--agb", "98000001", "--agb", "98000002", "--name", "[/] [red]")[1],
        create(iwmo, "--role", "beheer")[1],
    ]
    iwmo("key", "revoke", made[2])
    out = iwmo("key", "list").out
    assert [found for found in re.findall(r"[0-9a-f]{16}", out)] == made
    for part in ("1708", "0505", "98000001", "98000002", "gemeente", "aanbieder", "beheer", "ingetrokken", "[/] [red]"):
        assert part in out


def test_list_of_none(iwmo: Iwmo):
    assert iwmo("key", "list").status == 0


@pytest.mark.parametrize(
    "argv",
    [
        ("--role", "gemeente"),
        ("--role", "gemeente", "--agb", "98000001"),
        ("--role", "gemeente", "--gemeente", "1708", "--agb", "98000001"),
        ("--role", "gemeente", "--gemeente", "170"),
        ("--role", "gemeente", "--gemeente", "17O8"),
        ("--role", "aanbieder"),
        ("--role", "aanbieder", "--gemeente", "1708"),
        ("--role", "aanbieder", "--agb", "9800000"),
        ("--role", "aanbieder", "--agb", "\u0669\u0668\u0660\u0660\u0660\u0660\u0660\u0661"),
        ("--role", "beheer", "--gemeente", "1708"),
        ("--role", "koning"),
        (),
    ],
)
def test_create_refuses_codes_that_do_not_fit(argv: tuple[str, ...], iwmo: Iwmo):
    outcome = iwmo("key", "create", *argv)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err
    assert not re.findall(r"[0-9a-f]{16}", iwmo("key", "list").out)


@pytest.mark.parametrize("keyid", ["0000000000000000", "", "x", "%"])
def test_revoke_of_nothing(keyid: str, iwmo: Iwmo):
    outcome = iwmo("key", "revoke", keyid)
    assert (outcome.status, outcome.out) == (1, "")
    assert keyid in outcome.err


def test_works_while_the_service_runs(folder: Path, iwmo: Iwmo):
    settings = Settings(database_url=f"sqlite:///{folder}/data/iwmo.db", log_level="error")
    with TestClient(create_app(settings)) as client:
        key, keyid = create(iwmo, "--role", "aanbieder", "--agb", "98000001")
        other, _ = create(iwmo, "--role", "aanbieder", "--agb", "98000001")

        def status(of: str) -> int:
            return client.get("/v1/postbus", headers={"Authorization": f"Bearer {of}"}).status_code

        assert (status(key), status(other)) == (200, 200)
        assert iwmo("key", "revoke", keyid).status == 0
        assert (status(key), status(other)) == (401, 200)
        assert iwmo("key", "revoke", keyid).status == 1


@pytest.mark.parametrize(
    "argv",
    [
        ("--recht", "beheer"),
        ("--recht", "koning"),
        ("--network", "10.0.0.1/8"),
        ("--network", "hier"),
        ("--days", "367"),
        ("--days", "0"),
        ("--expires", "2999-01-01"),
        ("--expires", "2018-01-01"),
        ("--expires", "morgen"),
        ("--days", "3", "--expires", "2999-01-01"),
        ("--starts", "2999-01-01"),
        ("--certificate", "12345"),
        ("--certificate", "0" * 20, "--oauth-client", "https://inlog.voorbeeld.nl", "software"),
        ("--oauth-client", "https://inlog.voorbeeld.nl|x", "software"),
    ],
)
def test_create_refuses_what_cannot_be_granted(argv: tuple[str, ...], iwmo: Iwmo):
    outcome = iwmo("key", "create", "--role", "aanbieder", "--agb", "98000001", *argv)
    assert (outcome.status, outcome.out) == (2, "")
    assert not re.findall(r"[0-9a-f]{16}", iwmo("key", "list").out)


def test_rights_networks_and_the_end_are_listed(iwmo: Iwmo):
    ends = (datetime.now(AMSTERDAM) + timedelta(days=40)).date()
    create(
        iwmo,
        *("--role", "gemeente", "--gemeente", "1708", "--recht", "berichten:lezen", "--recht", "postbus:ophalen"),
        *("--network", "192.0.2.0/24", "--network", "2001:db8::/32", "--expires", ends.isoformat()),
    )
    out = iwmo("key", "list").out
    for part in ("berichten:lezen", "postbus:ophalen", "192.0.2.0/24", "2001:db8::/32", "werkt"):
        assert part in out
    assert (ends + timedelta(days=1)).isoformat() in out


def test_one_that_starts_later_does_not_work_yet(iwmo: Iwmo):
    starts = (datetime.now(AMSTERDAM) + timedelta(days=3)).date().isoformat()
    create(iwmo, "--role", "beheer", "--starts", starts, "--days", "10")
    assert f"werkt vanaf {starts}" in " ".join(iwmo("key", "list").out.split())


@pytest.mark.parametrize(
    ("argv", "kenmerk"),
    [
        (("--oauth-client", "https://inlog.voorbeeld.nl", "software"), "https://inlog.voorbeeld.nl|software"),
        (("--certificate", "00000001234567890000"), "00000001234567890000"),
    ],
)
def test_a_client_or_certificate_gets_an_id_and_no_key(argv: tuple[str, ...], kenmerk: str, iwmo: Iwmo):
    for_aanbieder = ("key", "create", "--role", "aanbieder", "--agb", "98000001")
    made = iwmo(*for_aanbieder, *argv)
    assert re.fullmatch(r"[0-9a-f]{16}\n", made.out)
    assert kenmerk in iwmo("key", "list").out
    again = iwmo(*for_aanbieder, *argv)
    assert (again.status, again.out) == (2, "")
    assert iwmo("key", "revoke", made.out.strip()).status == 0
    assert iwmo(*for_aanbieder, *argv).status == 0


def test_rotate_prints_the_next_key_beside_which_the_first_works_on(folder: Path, iwmo: Iwmo):
    settings = Settings(database_url=f"sqlite:///{folder}/data/iwmo.db", log_level="error")
    with TestClient(create_app(settings)) as client:
        key, keyid = create(iwmo, "--role", "beheer", "--name", "bewaking")
        rotated = iwmo("key", "rotate", keyid)
        assert rotated.status == 0
        successor = rotated.out.splitlines()[-1]
        assert KEY.fullmatch(successor)
        assert keyid in rotated.err
        third = iwmo("key", "rotate", keyid)
        assert (third.status, third.out) == (2, "")
        for one in (key, successor):
            assert client.get("/metrics", headers={"Authorization": f"Bearer {one}"}).status_code == 200
    assert iwmo("key", "list").out.count("bewaking") == 2


@pytest.mark.parametrize("argv", [("0000000000000000",), ("x",), ("x", "--days", "400"), ("x", "--overlap", "-1")])
def test_rotate_of_nothing(argv: tuple[str, ...], iwmo: Iwmo):
    outcome = iwmo("key", "rotate", *argv)
    assert (outcome.status, outcome.out) == (2, "")


def test_the_adapter_of_the_ggk_has_a_role(iwmo: Iwmo):
    create(iwmo, "--role", "ggk", "--gemeente", "1708", "--gemeente", "0505")
    assert "ggk" in iwmo("key", "list").out
    for argv in (("--role", "ggk"), ("--role", "ggk", "--agb", "98000001")):
        assert iwmo("key", "create", *argv).status == 2


def test_list_says_of_which_key_the_seal_is_wrong(folder: Path, iwmo: Iwmo):
    create(iwmo, "--role", "beheer")
    assert "zegel" not in iwmo("key", "list").out
    with closing(sqlite3.connect(folder / "data" / "iwmo.db")) as database:
        database.execute("UPDATE api_key SET verloopt_op = '2099-01-01 00:00:00'")
        database.commit()
    assert "zegel klopt niet" in iwmo("key", "list").out
