"""`iwmo db sommen`: sums that are right, sums that are not, and sums that are made anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from app.cli.command import main
from app.storage.base import create_storage
from app.storage.prestatie_sommen import PrestatieSomRow
from tests.builders import AANBIEDER, GEMEENTE
from tests.storage.rows import a_line, a_prestatie
from tests.storage.test_prestatie_sommen import book


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path}/iwmo.db"
    monkeypatch.setenv("IWMO_DATABASE_URL", url)
    storage = create_storage(url)
    storage.upgrade()
    with storage.writing() as session:
        book(session, GEMEENTE, AANBIEDER, [a_line(a_prestatie("P1"))])
    storage.close()
    return url


def test_says_that_sums_are_right(database: str, capsys: pytest.CaptureFixture[str]):
    assert main(["db", "sommen"]) == 0
    assert "kloppen" in capsys.readouterr().out


def test_finds_sums_that_are_wrong_and_makes_them_anew(database: str, capsys: pytest.CaptureFixture[str]):
    storage = create_storage(database)
    with storage.writing() as session:
        session.execute(update(PrestatieSomRow).values(aantal=7))
    storage.close()
    assert main(["db", "sommen"]) == 1
    assert "1;" in capsys.readouterr().err
    assert main(["db", "sommen", "--herstel"]) == 0
    assert main(["db", "sommen"]) == 0
