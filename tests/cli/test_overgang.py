"""`iwmo overgang`: exit status, tables without bsn, JSON lines, and the report."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app.cli.command import main
from app.settings import PROJECT
from tests.builders.overgang import DRECHTSTEDEN_AWBZ, FAULTY_ROWS, STEENWIJKERLAND_2017, a_file, a_row

INRICHTINGEN = PROJECT / "fixtures" / "inrichting"
FILES = ("steenwijkerland-2018.yaml", "drechtsteden-2016/0505-dordrecht.yaml")


@pytest.fixture(autouse=True)
def _service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("IWMO_DATABASE_URL", f"sqlite:///{tmp_path}/iwmo.db")
    monkeypatch.setenv("IWMO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("IWMO_TODAY", "2017-12-15")
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["inrichting", "load", *(str(INRICHTINGEN / name) for name in FILES)]) == 0
    capsys.readouterr()


def overgang(path: Path, *options: str, gemeente: str = "1708") -> int:
    return main(["overgang", str(path), "--gemeente", gemeente, *options])


class TestOvergang:
    def test_a_trial_then_the_conversion_then_nothing(self, capsys: pytest.CaptureFixture[str]):
        found = []
        for option in (["--proef"], [], []):
            assert overgang(STEENWIJKERLAND_2017, *option, "--jsonl") == 0
            found.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
        assert [(one["omgezet"], one["eerderOmgezet"], one["nieuwBudgetCenten"]) for one in found] == [
            (4, 0, 193_000), (4, 0, 193_000), (0, 4, 193_000)
        ]  # fmt: skip

    def test_the_tables_show_old_and_new_and_no_bsn(self, capsys: pytest.CaptureFixture[str]):
        assert overgang(STEENWIJKERLAND_2017) == 0
        out = capsys.readouterr().out
        assert "******006" in out
        assert not any(value in out for value in ("999900006", "Testmans", "Teststraat", "1950"))
        lines = [line.split() for line in out.replace("│", " ").splitlines()]
        assert ["2", "******006", "42420001", "omgezet", "1.012,50", "990,00", "-22,50"] in lines
        assert ["totaal", "4", "0", "0", "1.702,75", "1.930,00", "102,25"] in lines

    def test_drechtsteden(self, capsys: pytest.CaptureFixture[str]):
        assert overgang(DRECHTSTEDEN_AWBZ, "--vanaf", "2016-01-01", gemeente="0505") == 0
        assert "1.364,00" in capsys.readouterr().out

    def test_some_rows_failed(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        path = tmp_path / "rapport.csv"
        assert overgang(FAULTY_ROWS, "--rapport", str(path)) == 1
        assert "productspecificatie" in capsys.readouterr().out
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        assert rows[-1]["soort"] == "totaal"
        assert (rows[-1]["omgezet"], rows[-1]["mislukt"]) == ("3", "17")
        assert "999900" not in path.read_text(encoding="utf-8")

    def test_weken_change_the_budget(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        assert overgang(a_file(tmp_path, a_row(realisatie="52")), "--weken", "52", "--jsonl") == 0
        assert json.loads(capsys.readouterr().out.splitlines()[0])["nieuwBudgetCenten"] == 198_00

    def test_many_clients_are_not_all_printed(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        rows = [a_row(bsn=f"99990000{n % 10}", beschikkingnummer=str(n), realisatie="x") for n in range(60)]
        assert overgang(a_file(tmp_path, *rows)) == 1
        out = capsys.readouterr().out
        assert "60 cliënten" in out
        assert "nog 10 cliënten met fouten" in out

    def test_the_encoding_is_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        assert overgang(a_file(tmp_path, a_row(achternaam="Müller"), encoding="cp1252")) == 0
        assert "Windows-1252" in capsys.readouterr().err


class TestUnusable:
    @pytest.mark.parametrize("name", ["kolommen-ontbreken.csv", "beide-vormen.csv", "leeg.csv", "bestaat-niet.csv"])
    def test_a_file_that_cannot_be_used(self, name: str, capsys: pytest.CaptureFixture[str]):
        assert overgang(FAULTY_ROWS.with_name(name)) == 2
        assert capsys.readouterr().err.startswith("iwmo: ")

    def test_a_gemeente_without_inrichting(self):
        assert overgang(STEENWIJKERLAND_2017, gemeente="9999") == 2

    def test_the_report_does_not_replace_the_file(self, tmp_path: Path):
        path = a_file(tmp_path, a_row())
        before = path.read_bytes()
        assert overgang(path, "--rapport", str(path)) == 2
        assert path.read_bytes() == before

    def test_a_report_that_cannot_be_written_stops_before_anything_is_done(self, tmp_path: Path):
        assert overgang(STEENWIJKERLAND_2017, "--rapport", str(tmp_path / "geen" / "map.csv")) == 2
        assert overgang(STEENWIJKERLAND_2017, "--proef", "--jsonl") == 0

    @pytest.mark.parametrize("option", [("--weken", "0"), ("--weken", "x"), ("--vanaf", "1-1-2018")])
    def test_options_are_checked(self, option: tuple[str, str]):
        with pytest.raises(SystemExit) as left:
            overgang(STEENWIJKERLAND_2017, *option)
        assert left.value.code == 2
