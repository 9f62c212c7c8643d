"""`iwmo inrichting`: all or nothing, errors by file and line, and what is shown can be loaded again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import PROJECT
from tests.cli.conftest import Iwmo

FIXTURES = PROJECT / "fixtures" / "inrichting"
GOOD = FIXTURES / "voorbeeld-0384.yaml"
WRONG = FIXTURES / "fout" / "meer-fouten.yaml"
DRECHTSTEDEN = sorted((FIXTURES / "drechtsteden-2016").glob("*.yaml"))


def test_load_says_whose(iwmo: Iwmo):
    assert iwmo("inrichting", "load", GOOD) == (0, "Geladen: 0384.\n", "")
    assert iwmo("inrichting", "load", GOOD) == (0, "Er is niets veranderd.\n", "")
    outcome = iwmo("inrichting", "load", GOOD, *DRECHTSTEDEN)
    assert outcome.status == 0
    assert "0384" not in outcome.out
    assert "0505" in outcome.out


def test_load_names_every_error_by_file_and_line(iwmo: Iwmo):
    outcome = iwmo("inrichting", "load", WRONG)
    assert (outcome.status, outcome.out) == (1, "")
    lines = outcome.err.splitlines()
    assert len(lines) > 1
    for line in lines:
        number = line.removeprefix(f"{WRONG}:").split(":")[0]
        assert 1 <= int(number) <= len(WRONG.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", sorted((FIXTURES / "fout").glob("*.yaml")), ids=lambda path: path.stem)
def test_load_of_each_wrong_file(path: Path, iwmo: Iwmo):
    outcome = iwmo("inrichting", "load", path)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith(f"{path}:")
    assert iwmo("inrichting", "show").out == ""


def test_load_is_all_or_nothing(iwmo: Iwmo):
    assert iwmo("inrichting", "load", GOOD, WRONG).status == 1
    assert iwmo("inrichting", "show") == (1, "", "")
    assert iwmo("inrichting", "load", GOOD).status == 0
    before = iwmo("inrichting", "show")
    assert iwmo("inrichting", "load", *DRECHTSTEDEN, WRONG).status == 1
    assert iwmo("inrichting", "show") == before


@pytest.mark.parametrize("name", ["nergens.yaml", "."])
def test_load_of_what_is_no_file(name: str, iwmo: Iwmo):
    outcome = iwmo("inrichting", "load", name)
    assert (outcome.status, outcome.out) == (1, "")
    assert outcome.err.startswith(f"{name}:")
    assert "Traceback" not in outcome.err


def test_show_can_be_loaded_again(folder: Path, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    iwmo("inrichting", "load", GOOD)
    shown = iwmo("inrichting", "show").out
    (folder / "shown.yaml").write_text(shown, encoding="utf-8")
    assert iwmo("inrichting", "load", "shown.yaml").out == "Er is niets veranderd.\n"
    monkeypatch.setenv("IWMO_DATABASE_URL", f"sqlite:///{folder}/other.db")
    assert iwmo("inrichting", "load", "shown.yaml").out == "Geladen: 0384.\n"
    assert iwmo("inrichting", "show").out == shown


def test_show_of_one_gemeente(iwmo: Iwmo):
    iwmo("inrichting", "load", GOOD, *DRECHTSTEDEN)
    everyone, one = iwmo("inrichting", "show").out, iwmo("inrichting", "show", "--gemeente", "0384").out
    assert one in everyone
    assert "0505" in everyone
    assert "0505" not in one
    assert iwmo("inrichting", "show", "--gemeente", "9999") == (1, "", "")
