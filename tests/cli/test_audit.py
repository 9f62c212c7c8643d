"""`iwmo audit` at a command line."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from app.settings import PROJECT
from tests.builders import BSN_X
from tests.cli.conftest import Iwmo

INRICHTING = PROJECT / "fixtures" / "inrichting" / "voorbeeld-0384.yaml"


@pytest.fixture(autouse=True)
def written(iwmo: Iwmo) -> None:
    """Somebody loaded an inrichting, and made and revoked a key."""
    iwmo("inrichting", "load", INRICHTING)
    key = iwmo("key", "create", "--role", "gemeente", "--gemeente", "0384").out
    iwmo("key", "revoke", key.split("_")[1])


def changed(statement: str) -> None:
    """Who owns the file changes it."""
    with sqlite3.connect("data/iwmo.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(statement)
    database.close()


class TestVerify:
    """Whether nothing was changed."""

    def test_is_right(self, iwmo: Iwmo):
        outcome = iwmo("audit", "verify")
        assert (outcome.status, outcome.err) == (0, "")
        assert outcome.out == "Het logboek klopt: 3 rijen, volgnummer 1 tot en met 3.\n"

    def test_names_the_first_row_that_changed(self, iwmo: Iwmo):
        iwmo("audit", "verify")
        changed("UPDATE logboek SET wie = 'een ander' WHERE gebeurtenis LIKE 'sleutel-%'")
        outcome = iwmo("audit", "verify")
        assert outcome.status == 1
        assert "klopt NIET: de inhoud van de rij is veranderd bij volgnummer 2 (rij 0" in outcome.err
        assert "Fouten: 2. Rijen die kloppen: 1, volgnummer 1 tot en met 3." in outcome.err

    def test_with_an_anchor_that_was_kept(self, iwmo: Iwmo, tmp_path: Path):
        kept = tmp_path / "ankers"
        kept.write_text(iwmo("audit", "anchor").out)
        assert "vergeleken met 1 ankers" in iwmo("audit", "verify", "--anchor", kept).out
        changed("DELETE FROM logboek WHERE gebeurtenis = 'sleutel-ingetrokken'")
        changed("DELETE FROM logboek_zegel WHERE volgnummer = 3")
        assert iwmo("audit", "verify").status == 0
        outcome = iwmo("audit", "verify", "--anchor", kept)
        assert outcome.status == 1
        assert "de keten is een andere dan bij het anker bij volgnummer 3" in outcome.err

    def test_a_file_without_anchors(self, iwmo: Iwmo, tmp_path: Path):
        for text in ("geen anker", '{"volgnummer": 1, "keten": "x", "moment": "gisteren"}', "[]", "1"):
            (tmp_path / "niets").write_text(text)
            assert iwmo("audit", "verify", "--anchor", tmp_path / "niets").status == 2


class TestPurge:
    """What was kept long enough."""

    def test_removes_only_that(self, iwmo: Iwmo):
        outcome = iwmo("audit", "purge")
        assert (outcome.status, outcome.err) == (0, "")
        assert outcome.out == "Verwijderd: 0 rijen waarvan de bewaartermijn voorbij is.\n"

    def test_tells_of_a_row_whose_term_was_changed(self, iwmo: Iwmo):
        iwmo("audit", "verify")
        changed("UPDATE logboek SET bewaren_tot = '2020-01-01'")
        outcome = iwmo("audit", "purge")
        assert outcome.status == 1
        assert outcome.out == "Verwijderd: 0 rijen waarvan de bewaartermijn voorbij is.\n"
        assert "Gestopt, en de rest is gebleven: de inhoud van de rij is veranderd bij volgnummer 1" in outcome.err


class TestExport:
    """What others get."""

    def test_says_who_did_what(self, iwmo: Iwmo):
        lines = [json.loads(line) for line in iwmo("audit", "export", "--vorm", "nen7513").out.splitlines()]
        assert [line["EventID"] for line in lines] == [
            "inrichting-geladen",
            "sleutel-gemaakt",
            "sleutel-ingetrokken",
            "logboek-geexporteerd",
        ]
        assert all(line["UserID"].startswith("opdrachtregel") for line in lines)

    def test_about_clients_names_no_user(self, iwmo: Iwmo):
        out = iwmo("audit", "export", "--vorm", "dataverwerkingen").out
        assert "opdrachtregel" not in out
        first = json.loads(out.splitlines()[0])
        assert first["attributes"] == {"dpl.core.processing_activity_id": "urn:iwmo:verwerkingsactiviteit:beheer"}
        assert (len(first["trace_id"]), len(first["span_id"])) == (32, 16)

    def test_as_csv(self, iwmo: Iwmo):
        rows = list(csv.DictReader(io.StringIO(iwmo("audit", "export", "--vorm", "nen7513", "--csv").out)))
        assert rows[0]["EventActionCode"] == "U"

    def test_about_one_client_whose_bsn_is_not_on_the_command_line(self, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{BSN_X}\n"))
        lines = iwmo("audit", "export", "--vorm", "nen7513", "--client-stdin").out.splitlines()
        (line,) = map(json.loads, lines)
        assert line["EventID"] == "logboek-geexporteerd"  # nothing else was about this client
        assert BSN_X not in lines[0]

    def test_of_days(self, iwmo: Iwmo):
        assert iwmo("audit", "export", "--vorm", "nen7513", "--tot", "2020-01-01").out == ""

    def test_a_bsn_that_is_none(self, iwmo: Iwmo, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("geen bsn\n"))
        assert iwmo("audit", "export", "--vorm", "nen7513", "--client-stdin").status == 2
