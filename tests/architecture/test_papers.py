"""What is written about the project agrees with the project."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app.cli import main
from tests.architecture.files import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAPERS = ["README.md", "CONTRIBUTING.md", "docs/architecture.md"]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
HEADINGS = ["Why", "Decision", "Enforced by"]
MANDATORY = ["publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType", "description"]
MANDATORY += ["legal", "maintenance", "localisation"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(paper: str, program: str) -> set[str]:
    """The first word after a program, wherever code in a paper runs it: `make test`, `.venv/bin/iwmo demo`."""
    code = re.findall(r"```.*?```|`[^`\n]+`", paper, re.DOTALL)
    return {word for part in code for word in re.findall(rf"(?:^|[`$/&]\s*){program} ([a-z]+)", part, re.MULTILINE)}


class TestDecisions:
    def test_there_are_some(self):
        assert len(DECISIONS) >= 4

    @pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
    def test_is_one_page_with_its_check(self, path: Path):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 40
        assert text.startswith(f"# {path.name[:4]} — ")
        assert [heading for heading in HEADINGS if f"\n## {heading}\n" not in text] == []

    @pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
    def test_stands_in_the_index(self, path: Path):
        assert f"[{path.name[:4]}]({path.name})" in read("docs/decisions/README.md")

    def test_no_number_is_given_twice(self):
        numbers = [path.name[:4] for path in DECISIONS]
        assert len(numbers) == len(set(numbers))


class TestCommands:
    def test_finds_the_commands_of_a_paper(self):
        paper = (
            "make no\n`make test`\n```\n$ make run\n.venv/bin/iwmo key create\n```\n`cd x && make lock` to make sure"
        )
        assert commands(paper, "make") == {"test", "run", "lock"}
        assert commands(paper, "iwmo") == {"key"}

    @pytest.mark.parametrize("name", PAPERS)
    def test_every_make_target_exists(self, name: str):
        targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
        assert commands(read(name), "make") <= targets

    def test_the_readme_starts_with_the_two_commands(self):
        assert commands(read("README.md"), "make") >= {"run", "test"}

    @pytest.mark.parametrize("name", PAPERS)
    def test_every_command_of_ours_exists(self, name: str, capsys: pytest.CaptureFixture[str]):
        for command in commands(read(name), "iwmo"):
            with pytest.raises(SystemExit) as leaving:
                main([command, "--help"])
            assert leaving.value.code == 0, command
        capsys.readouterr()

    def test_make_alone_lists_every_target(self):
        listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        described = set(re.findall(r"^make ([a-z-]+)", listed, re.MULTILINE))
        phony = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)
        assert phony
        assert described == set(phony[1].split())

    def test_ci_runs_what_developers_run(self):
        script = ROOT / ".ci/run"
        assert os.access(script, os.X_OK)
        assert script.read_text(encoding="utf-8").endswith("exec make test\n")


def test_the_type_checker_is_set_for_pyright():
    assert "basedpyright" not in PROJECT["tool"]
    assert PROJECT["tool"]["pyright"]["strict"] == ["app"]


def test_publiccode_is_complete():
    publiccode = YAML(typ="safe").load(read("publiccode.yml"))
    assert [key for key in MANDATORY if key not in publiccode] == []
    assert publiccode["legal"]["license"] == PROJECT["project"]["license"]
    for description in publiccode["description"].values():
        assert len(description["shortDescription"]) <= 150
        assert 150 <= len(description["longDescription"]) <= 10_000
        assert description["features"]


def test_the_licence_is_named_by_its_identifier():
    assert f"SPDX-License-Identifier: {PROJECT['project']['license']}\n" in read("LICENSE")


def test_the_changelog_names_the_releases_of_the_standard():
    newest = read("CHANGELOG.md").split("\n## ")[1]
    released = [path.name for path in (ROOT / "schemas/iwmo").iterdir() if path.is_dir()]
    assert released
    assert [release for release in released if f"iWmo {release}" not in newest] == []
