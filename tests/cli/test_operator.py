"""`iwmo operator`: people come in with a password or a link, and are kept out at once."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.cli.conftest import Iwmo

WACHTWOORD = "een lange zin is goed"
LINK = re.compile(r"http://127\.0\.0\.1:8000/instellen/[A-Za-z0-9_-]{43}")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{WACHTWOORD}\n"))


@pytest.mark.usefixtures("typed")
def test_create_keeps_no_password(folder: Path, iwmo: Iwmo):
    outcome = iwmo("operator", "create", "Consulent", "--gemeente", "1708", "--password-stdin")
    assert outcome.status == 0
    listed = iwmo("operator", "list").out
    for part in ("consulent", "behandelaar", "1708", "actief", "nee"):
        assert part in listed
    assert not any(WACHTWOORD.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "argv",
    [
        ("een naam", "--gemeente", "1708"),
        ("<b>", "--gemeente", "1708"),
        ("naam",),
        ("naam", "--gemeente", "170"),
        ("naam", "--rol", "beheer", "--gemeente", "1708"),
        ("naam", "--rol", "gemeente", "--gemeente", "1708"),
        ("een-lange-zin-is-goed-", "--gemeente", "1708"),
        ("naam", "--rol", "aanbieder"),
        ("naam", "--rol", "aanbieder", "--gemeente", "1708"),
        ("naam", "--aanbieder", "9800001"),
        ("naam", "--aanbieder", "98000001", "--gemeente", "1708"),
        ("naam", "--aanbieder", "98000001", "--rol", "behandelaar"),
        ("naam", "--aanbieder", "98000001", "--servicebureau", "98000002"),
    ],
)
@pytest.mark.usefixtures("typed")
def test_create_refuses_what_cannot_be(argv: tuple[str, ...], iwmo: Iwmo):
    outcome = iwmo("operator", "create", *argv, "--password-stdin")
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err


@pytest.mark.parametrize("rol", ["aanbieder", "servicebureau"])
@pytest.mark.usefixtures("typed")
def test_create_lets_in_who_works_elsewhere(rol: str, iwmo: Iwmo):
    outcome = iwmo("operator", "create", "zorg", f"--{rol}", "98000001", f"--{rol}", "98000002", "--password-stdin")
    assert (outcome.status, f"({rol})" in outcome.err) == (0, True)
    listed = iwmo("operator", "list").out
    assert rol[:9] in listed
    assert "98000001" in listed
    assert "98000002" in listed


@pytest.mark.parametrize("bad", ["kort", "", "welkom123456", "x" * 201, "langenaam-langenaam"])
def test_create_refuses_a_password(bad: str, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{bad}\n"))
    outcome = iwmo("operator", "create", "langenaam-langenaam", "--gemeente", "1708", "--password-stdin")
    assert outcome.status == 2
    assert "achtwoord" in outcome.err
    assert "langenaam" not in iwmo("operator", "list").out


def test_a_name_is_given_once(iwmo: Iwmo):
    assert iwmo("operator", "create", "chef", "--rol", "beheer", "--link").status == 0
    assert iwmo("operator", "create", "CHEF", "--rol", "beheer", "--link").status == 2


def test_no_keyboard(iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert iwmo("operator", "create", "naam", "--gemeente", "1708").status == 2


def test_a_link_is_alone_on_the_last_line(folder: Path, iwmo: Iwmo):
    outcome = iwmo("operator", "create", "chef", "--rol", "beheer", "--link")
    link = outcome.out.rstrip("\n")
    assert LINK.fullmatch(link)
    assert link not in outcome.err
    assert "zonder wachtwoord" in iwmo("operator", "list").out
    token = link.rpartition("/")[2]
    assert not any(token.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert iwmo("operator", "link", "chef", "--reset-totp", "--url", "https://iwmo.example/").out.startswith(
        "https://iwmo.example/instellen/"
    )


@pytest.mark.parametrize("action", ["disable", "enable", "unlock", "link"])
def test_of_nobody(action: str, iwmo: Iwmo):
    outcome = iwmo("operator", action, "niemand")
    assert outcome.status in {1, 2}
    assert (outcome.out, bool(outcome.err)) == ("", True)


@pytest.mark.usefixtures("typed")
def test_works_while_the_service_runs(folder: Path, iwmo: Iwmo):
    settings = Settings(database_url=f"sqlite:///{folder}/data/iwmo.db", log_level="error")
    with TestClient(create_app(settings), base_url="https://testserver", follow_redirects=False) as client:
        assert iwmo("operator", "create", "consulent", "--gemeente", "1708", "--password-stdin").status == 0

        def log_in() -> int:
            token = re.search(r'name="formulier" value="([0-9a-f]+)"', client.get("/inloggen").text)
            assert token
            form = {"formulier": token[1], "naam": "consulent", "wachtwoord": WACHTWOORD}
            return client.post("/inloggen", data=form).status_code

        assert log_in() == 303
        assert client.get("/").status_code == 200
        assert "1 sessie van consulent" in iwmo("operator", "logout", "Consulent").out
        assert client.get("/").status_code == 303
        assert log_in() == 303
        assert iwmo("operator", "disable", "consulent").status == 0
        assert client.get("/").status_code == 303
        assert "uitgezet" in iwmo("operator", "list").out
        assert log_in() == 400
        assert iwmo("operator", "enable", "consulent").status == 0
        assert iwmo("operator", "unlock", "consulent").status == 0
        assert log_in() == 303
