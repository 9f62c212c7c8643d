"""A folder of its own for every command, with a SQLite database in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from app.cli import main


class Outcome(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Iwmo = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command runs; its database is data/iwmo.db."""
    for name in ("DATABASE_URL", "SCHEMAS_DIR", "DATA_DIR", "MAX_BERICHT_BYTES", "TODAY", "LOG_FORMAT", "LOG_LEVEL"):
        monkeypatch.delenv(f"IWMO_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def iwmo(folder: Path, capfd: pytest.CaptureFixture[str]) -> Iwmo:
    """Run a command; argparse leaves by SystemExit."""

    def run(*argv: object) -> Outcome:
        capfd.readouterr()
        try:
            status = main([str(argument) for argument in argv])
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        said = capfd.readouterr()
        return Outcome(status, str(said.out), str(said.err))

    return run
