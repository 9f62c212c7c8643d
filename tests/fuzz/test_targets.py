"""Every target holds for its seeds and for a fixed number of changes, shows a fault, and runs under atheris."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.domain.retour import Finding
from app.iwmo import parsing
from app.overgang import fields
from tests.fixtures.messages import ROOT
from tests.fuzz import bericht_target, envelop_target, table_targets
from tests.fuzz.targets import TARGETS, changed
from tests.fuzz.words import not_own

CHANGES = 200
SECRET = "Geheimpje999900006"


@pytest.mark.parametrize("name", TARGETS)
def test_holds_for_seeds_and_for_changed_ones(name: str):
    target, random = TARGETS[name], Random(f"fuzz {name}")
    seeds = list(target.seeds())
    assert len(seeds) >= 5
    for body in [*random.sample(seeds, min(50, len(seeds))), b"", b"\x00"]:
        target.check(body)
    for _ in range(CHANGES):
        target.check(changed(target, random.choice(seeds), random))


def test_changes_reach_what_lies_behind_the_first_refusal():
    """Of changed messages some are valid, some are refused by the XSD and some are no message."""
    random = Random("fuzz")
    seeds = list(TARGETS["bericht"].seeds())
    verdicts = [
        bericht_target.judge_offline(bericht_target.OUR_SCHEMAS, changed(TARGETS["bericht"], body, random))
        for body in seeds
    ]
    assert sum(verdict.soort is None for verdict in verdicts) > 10
    assert sum(any(finding.regel == "XSD" for finding in verdict.findings) for verdict in verdicts) > 10
    assert sum(verdict.soort is not None and not verdict.findings for verdict in verdicts) > 10
    assert sum(any(finding.regel not in {"XSD", "LEES"} for finding in verdict.findings) for verdict in verdicts) > 10


def _fails(name: str, fault: type[Exception] = AssertionError) -> bool:
    """Whether any seed shows a fault of this kind."""
    for body in TARGETS[name].seeds():
        try:
            TARGETS[name].check(body)
        except fault:
            return True
    return False


class TestFaultsShow:
    def test_a_finding_that_tells_the_message(self, monkeypatch: pytest.MonkeyPatch):
        judge = bericht_target.judge_offline

        def telling(schemas: object, body: bytes) -> object:
            verdict = judge(bericht_target.OUR_SCHEMAS, body)
            return replace(
                verdict, findings=(Finding(regel="X", retourcode=None, pad="/Bericht", melding=f"Fout in {SECRET}."),)
            )

        monkeypatch.setattr(bericht_target, "judge_offline", telling)
        assert _fails("bericht")

    def test_an_exception_of_the_parser(self, monkeypatch: pytest.MonkeyPatch):
        def loose(_body: bytes) -> None:
            raise ValueError("not well-formed")

        monkeypatch.setattr(parsing, "_before_parsing", loose)
        assert _fails("bericht", ValueError)

    def test_a_reader_that_loses_something(self, monkeypatch: pytest.MonkeyPatch):
        write = bericht_target.write
        monkeypatch.setattr(
            bericht_target, "write", lambda inhoud, release: write(inhoud, release).replace(b">01<", b">02<")
        )
        assert _fails("bericht")

    def test_another_verdict_than_the_official_schemas(self, monkeypatch: pytest.MonkeyPatch):
        if bericht_target._official() is None:
            pytest.skip("the official XSDs are not next to this checkout")
        monkeypatch.setattr(bericht_target, "_check_content", lambda _recognised: None)
        monkeypatch.setattr(type(bericht_target.OUR_SCHEMAS), "findings", lambda *_a, **_k: (), raising=True)
        monkeypatch.setattr(bericht_target, "_official", lambda: _Refusing())
        assert _fails("bericht")

    def test_an_envelope_that_changes(self, monkeypatch: pytest.MonkeyPatch):
        write = envelop_target.write_envelop
        monkeypatch.setattr(
            envelop_target, "write_envelop", lambda *given: write(*given).replace(b"Zorgpakket", b"Zorgpakje")
        )
        assert _fails("envelop")

    def test_a_reason_that_repeats_a_field(self, monkeypatch: pytest.MonkeyPatch):
        def telling(text: str) -> str:
            raise fields.Ongeldig(f"{SECRET} is geen postcode")

        monkeypatch.setattr(fields, "postcode", telling)
        assert _fails("overgang")

    def test_an_inrichting_that_is_shown_otherwise(self, monkeypatch: pytest.MonkeyPatch):
        show = table_targets.show
        monkeypatch.setattr(table_targets, "show", lambda inrichting: show(inrichting).replace("gebruik", "verbruik"))
        assert _fails("inrichting")


class _Refusing:
    def findings(self, *_given: object, **_named: object) -> tuple[Finding, ...]:
        return (Finding(regel="XSD", retourcode=None, pad="/Bericht", melding="Nee."),)


def test_words_of_others_are_told_apart():
    assert not_own("Het bericht is leeg (regel 1).") == []
    assert not_own(f"Fout bij {SECRET}") == [SECRET.casefold(), "999900006"]
    assert not_own("regel 123456789") == ["123456789"]


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed here")
def test_runs_under_atheris(tmp_path: Path):
    """A short run with a fixed seed ends well, and has made inputs of its own."""
    settings = {"FUZZ_TARGETS": "json", "FUZZ_RUNS": "100", "FUZZ_FOLDER": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "tests.fuzz"],
        cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-3_000:]
    kept = list((tmp_path / "json" / "corpus").iterdir())
    assert any(not path.name.startswith("seed-") for path in kept)
