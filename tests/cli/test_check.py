"""`iwmo check`: 0 clean, 1 findings, 2 unreadable; a table for people, a line of JSON for programs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.iwmo.releases import write
from app.settings import PROJECT
from tests.builders import BSN_X, WRONG_BSN, a_client, a_declaratie, a_toewijzingsbericht
from tests.cli.conftest import Iwmo

STORY = PROJECT / "fixtures" / "demo"
CLEAN = write(a_declaratie(), "2.3")
WRONG = write(a_toewijzingsbericht(a_client(bsn=WRONG_BSN)), "2.3")
AGAINST_XSD = CLEAN.replace(b"<wmo303:Gemeente>0384</wmo303:Gemeente>", b"<wmo303:Gemeente>384</wmo303:Gemeente>")


@pytest.fixture
def files(folder: Path) -> dict[str, Path]:
    """A file of each kind."""
    contents = {"clean": CLEAN, "wrong": WRONG, "xsd": AGAINST_XSD, "cut": CLEAN[:-30], "text": b"geen bericht"}
    found = {name: folder / f"{name}.xml" for name in contents}
    for name, path in found.items():
        path.write_bytes(contents[name])
    return found


def as_json(out: str) -> list[dict[str, Any]]:
    """The lines."""
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["clean"], 0),
        (["clean", "clean"], 0),
        (["wrong"], 1),
        (["xsd"], 1),
        (["clean", "wrong"], 1),
        (["cut"], 2),
        (["text"], 2),
        (["cut", "wrong", "clean"], 2),
        (["nergens"], 2),
        (["clean", "nergens"], 2),
    ],
)
@pytest.mark.parametrize("flag", [(), ("--json",)], ids=["table", "json"])
def test_the_worst_decides(flag: tuple[str, ...], names: list[str], status: int, files: dict[str, Path], iwmo: Iwmo):
    outcome = iwmo("check", *flag, *(files.get(name, Path(name)) for name in names))
    assert outcome.status == status
    assert "Traceback" not in outcome.err
    for name in names:
        assert str(files.get(name, name)) in outcome.out


def test_json_has_the_fields_of_the_api(files: dict[str, Path], iwmo: Iwmo):
    clean, wrong, xsd, cut = as_json(
        iwmo("check", "--json", files["clean"], files["wrong"], files["xsd"], files["cut"]).out
    )
    assert clean == {"bestand": str(files["clean"]), "release": "2.3", "soort": "WMO303", "bevindingen": []}
    (finding,) = wrong["bevindingen"]
    assert set(finding) == {"regel", "retourcode", "pad", "regelnummer", "melding", "waarden", "ernst"}
    assert finding["pad"].endswith("/Bsn")
    assert finding["ernst"] == "fout"
    assert WRONG.splitlines()[finding["regelnummer"] - 1].strip().startswith(b"<wmo301:Bsn>")
    assert {found["regel"] for found in xsd["bevindingen"]} == {"XSD"}
    assert (cut["soort"], cut["release"]) == (None, None)
    assert len(cut["bevindingen"]) == 1


def test_table_names_rule_code_line_and_path(files: dict[str, Path], iwmo: Iwmo):
    out = iwmo("check", files["wrong"]).out
    assert "WMO301 2.3" in out
    for heading in ("regel", "code", "lijn", "pad", "melding"):
        assert heading in out
    assert "0001" in out
    assert WRONG_BSN not in out
    assert BSN_X not in iwmo("check", files["clean"], files["xsd"]).out


def test_names_that_are_no_text(folder: Path, iwmo: Iwmo):
    path = Path(os.fsdecode(b"\xff[red].xml"))
    path.write_bytes(WRONG)
    outcome = iwmo("check", path)
    assert (outcome.status, outcome.out.split()[0]) == (1, "\ufffd[red].xml")
    (line,) = as_json(iwmo("check", "--json", path).out)
    assert line["bestand"] == "\ufffd[red].xml"


def test_nothing_is_kept(files: dict[str, Path], folder: Path, iwmo: Iwmo):
    before = {path: path.read_bytes() for path in folder.rglob("*")}
    iwmo("check", folder)
    assert {path: path.read_bytes() for path in folder.rglob("*")} == before


class TestFolder:
    def test_holds_more_folders_and_other_files(self, folder: Path, iwmo: Iwmo):
        (folder / "a" / "b").mkdir(parents=True)
        for name in ("a/2.xml", "a/b/1.XML", "a/notes.txt"):
            (folder / name).write_bytes(CLEAN)
        outcome = iwmo("check", "--json", "a")
        assert [line["bestand"] for line in as_json(outcome.out)] == ["a/2.xml", "a/b/1.XML"]
        assert outcome.status == 0

    def test_without_messages(self, folder: Path, iwmo: Iwmo):
        (folder / "empty").mkdir()
        outcome = iwmo("check", "empty")
        assert (outcome.status, outcome.out) == (2, "")
        assert outcome.err

    def test_with_many(self, folder: Path, iwmo: Iwmo):
        for number in range(25):
            (folder / f"{number:02}.xml").write_bytes(WRONG if number == 7 else CLEAN)
        outcome = iwmo("check", "--json", ".")
        found = as_json(outcome.out)
        assert [len(line["bevindingen"]) for line in found] == [int(number == 7) for number in range(25)]
        assert outcome.status == 1

    def test_of_the_demo_is_clean(self, iwmo: Iwmo):
        outcome = iwmo("check", STORY)
        assert outcome.status == 0
        assert outcome.out.count("geen bevindingen") == len(list(STORY.glob("*.xml")))


class TestTooLarge:
    def test_is_unreadable(self, files: dict[str, Path], iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("IWMO_MAX_BERICHT_BYTES", str(len(CLEAN)))
        assert iwmo("check", files["clean"]).status == 0
        monkeypatch.setenv("IWMO_MAX_BERICHT_BYTES", str(len(CLEAN) - 1))
        outcome = iwmo("check", "--json", files["clean"])
        assert outcome.status == 2
        assert "groot" in outcome.out

    def test_and_endless_is_not_read_to_the_end(self, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("IWMO_MAX_BERICHT_BYTES", "1000")
        assert iwmo("check", "/dev/zero").status == 2


def test_by_schemas_of_ones_own(folder: Path, files: dict[str, Path], iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(PROJECT / "schemas" / "iwmo", folder / "own")
    monkeypatch.setenv("IWMO_SCHEMAS_DIR", "own")
    assert iwmo("check", files["clean"]).status == 0
    monkeypatch.setenv("IWMO_SCHEMAS_DIR", "nergens")
    outcome = iwmo("check", files["clean"])
    assert (outcome.status, outcome.out) == (2, "")
    assert "nergens" in outcome.err
