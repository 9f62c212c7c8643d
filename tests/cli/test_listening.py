"""The service listens to the outside only where that is safe."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import uvicorn

from app.cli import listening
from app.cli.command import main
from app.cli.listening import objections
from app.settings import Settings

SECRET = "x" * 32
PROXIES = ["10.1.0.0/24"]


def settings(tmp_path: Path, **values: object) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path, **values})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_may_always(host: str, tmp_path: Path):
    assert objections(host, settings(tmp_path)) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "no.such.host.invalid", ""])  # noqa: S104
def test_the_outside_only_behind_a_proxy(host: str, tmp_path: Path):
    (objection,) = objections(host, settings(tmp_path))
    assert "IWMO_TRUSTED_PROXIES" in objection
    assert objections(host, settings(tmp_path, trusted_proxies=PROXIES)) == []
    assert objections(host, settings(tmp_path, without_tls=True)) == []


def test_several_processes_answer_at_once(monkeypatch: pytest.MonkeyPatch):
    """A connection that is kept would else wait for an acknowledgement with every answer."""
    found: list[int] = []

    class Accepting:
        """One that takes the place of the processes."""

        def __init__(self, _config: uvicorn.Config, sockets: list[socket.socket]) -> None:
            (self.door,) = sockets

        def run(self) -> None:
            self.door.listen()
            with self.door, socket.create_connection(self.door.getsockname()), self.door.accept()[0] as accepted:
                found.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(listening, "Multiprocess", Accepting)
    monkeypatch.setattr(uvicorn.Config, "configure_logging", lambda _config: None)  # it is that of every test
    listening.listen("app.main:create_app", factory=True, host="127.0.0.1", port=0, log_level="error", workers=2)
    assert found
    assert all(found)


def test_the_secret_is_for_its_owner(tmp_path: Path):
    behind = settings(tmp_path, trusted_proxies=PROXIES)
    behind.secret()
    assert objections("0.0.0.0", behind) == []  # noqa: S104
    behind.secret_file.chmod(0o640)
    (objection,) = objections("0.0.0.0", behind)  # noqa: S104
    assert "chmod 600" in objection
    assert objections("0.0.0.0", settings(tmp_path, trusted_proxies=PROXIES, secret_key=SECRET)) == []  # noqa: S104


def test_the_database_is_for_its_owner(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'iwmo.db'}"
    behind = settings(tmp_path, trusted_proxies=PROXIES, secret_key=SECRET, database_url=url)
    (tmp_path / "iwmo.db").touch(0o600)
    assert objections("0.0.0.0", behind) == []  # noqa: S104
    (tmp_path / "iwmo.db").chmod(0o644)
    (objection,) = objections("0.0.0.0", behind)  # noqa: S104
    assert "chmod 600" in objection
    assert "iwmo.db" in objection
    assert objections("127.0.0.1", behind) == []


def test_serve_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("IWMO_DATABASE_URL", f"sqlite:///{tmp_path / 'iwmo.db'}")
    monkeypatch.setenv("IWMO_DATA_DIR", str(tmp_path))
    assert main(["serve", "--host", "0.0.0.0"]) == 2  # noqa: S104
    assert "proxy met TLS" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
