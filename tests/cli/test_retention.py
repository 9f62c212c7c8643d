"""`iwmo retention` as who runs the service meets it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli.command import main
from app.main import opened_runtime
from app.settings import Settings
from tests.storage.rows import stored_bericht

BSN = "999900006"


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IWMO_DATABASE_URL", f"sqlite:///{tmp_path / 'iwmo.db'}")
    monkeypatch.setenv("IWMO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("IWMO_LOG_LEVEL", "error")


class TestRun:
    def test_reports_as_json(self, capsys: pytest.CaptureFixture[str]):
        assert main(["retention", "run", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["dossiers"] == 0

    @pytest.mark.parametrize("form", [["--json"], []])
    def test_counts_what_went_of_each_table(self, form: list[str], capsys: pytest.CaptureFixture[str]):
        with opened_runtime(Settings()) as runtime:
            stored_bericht(runtime.storage, ontvangen_op=datetime(2000, 1, 1, tzinfo=UTC), bsns=frozenset({BSN}))
        assert main(["retention", "run", *form]) == 0
        shown = capsys.readouterr().out
        assert BSN not in shown
        if form:
            assert json.loads(shown)["rijen"]["bericht_client"] == 1
        else:
            assert "rijen bericht_client" in shown

    def test_refuses_a_later_day_unless_on_trial(self, capsys: pytest.CaptureFixture[str]):
        assert main(["retention", "run", "--until", "2999-01-01"]) == 2
        assert "alleen een proef" in capsys.readouterr().err
        assert main(["retention", "run", "--until", "2999-01-01", "--dry-run"]) == 0

    def test_does_not_start_under_the_legal_minimum(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        monkeypatch.setenv("IWMO_BEWAREN_DOSSIER_JAREN", "14")
        assert main(["retention", "run"]) == 2
        assert "IWMO_BEWAREN_DOSSIER_JAREN" in capsys.readouterr().err


class TestHold:
    def test_is_set_shown_and_lifted_without_showing_the_client(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{BSN}\n"))
        with opened_runtime(Settings()) as runtime:
            stored_bericht(runtime.storage, ontvangen_op=datetime(2020, 1, 1, tzinfo=UTC), bsns=frozenset({BSN}))
        assert main(["retention", "hold", "add", "--client-stdin", "--reden", "bezwaar"]) == 0
        said = capsys.readouterr()
        id = said.out.strip()
        assert said.err == "Vastgehouden dossiers: 1.\n"
        assert main(["retention", "hold", "list"]) == 0
        shown = capsys.readouterr().out
        assert id in shown
        assert "bezwaar" in shown
        assert BSN not in shown
        assert main(["retention", "hold", "lift", id]) == 0
        assert main(["retention", "hold", "lift", id]) == 1

    @pytest.mark.parametrize("about", [["--toewijzing", "1708/1"], ["--bericht", "onbekend"]])
    def test_of_what_is_not_there_is_refused(self, about: list[str]):
        assert main(["retention", "hold", "add", *about, "--reden", "bezwaar"]) == 2

    def test_of_a_client_of_whom_nothing_is_there_yet(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        for more, status in ([], 2), (["--toekomst"], 0):
            monkeypatch.setattr("sys.stdin", io.StringIO(f"{BSN}\n"))
            assert main(["retention", "hold", "add", "--client-stdin", "--reden", "bezwaar", *more]) == status
            assert BSN not in capsys.readouterr().err

    def test_needs_a_bsn(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("Jansen\n"))
        assert main(["retention", "hold", "add", "--client-stdin", "--reden", "bezwaar"]) == 2
