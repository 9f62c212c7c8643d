"""The lock files install the same everywhere, and say nothing about where from."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution

import pytest

from tests.architecture.files import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, set[str]]:
    """Version by package; more than one where platforms or versions of Python differ."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE):
        found.setdefault(normalised(name), set()).add(version)
    return found


def required(*extras: str) -> set[str]:
    asked = [
        *PROJECT["dependencies"],
        *(package for extra in extras for package in PROJECT["optional-dependencies"][extra]),
    ]
    return {normalised(re.split(r"[\[<>=!~; ]", package)[0]) for package in asked}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
class TestLock:
    def test_every_package_has_a_hash(self, name: str):
        blocks = re.split(r"^(?=[\w.-]+==)", read(name), flags=re.MULTILINE)[1:]
        assert len(blocks) > 20
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []

    def test_names_no_address(self, name: str):
        assert re.findall(r"https?://|^-[if]\b|^--", read(name), re.MULTILINE) == []

    def test_our_own_package_builds_without_a_download(self, name: str):
        assert "setuptools" in pins(read(name))


def test_the_locks_hold_what_the_project_asks_for():
    assert required("build") - pins(read("requirements.lock")).keys() == set()
    assert required("build", "dev") - pins(read("requirements-dev.lock")).keys() == set()


def test_the_service_runs_on_what_was_tested():
    service, development = (pins(read(name)) for name in LOCKS)
    assert {name: versions for name, versions in service.items() if versions != development.get(name)} == {}


def test_finds_two_versions_of_one_package():
    assert pins("a_b==1 \\\n    --hash=x\nA.b==2 ; python_version < '3'\n") == {"a-b": {"1", "2"}}


def licences_of(package: Distribution) -> str:
    """What a package says of its licence, in the ways in which that can be said."""
    said = package.metadata.get_all
    classifiers = [line for line in said("Classifier") or [] if line.startswith("License ::")]
    return "; ".join([*(said("License-Expression") or []), *(said("License") or []), *classifiers])


def allowed_licences() -> list[str]:
    """Those of `make audit`."""
    (line,) = re.findall(r"^LICENCES := (.+)$", read("Makefile"), re.MULTILINE)
    return line.split(";")


def not_allowed(packages: dict[str, str]) -> list[str]:
    return [name for name, said in packages.items() if not any(licence in said for licence in allowed_licences())]


def test_every_licence_may_be_used_in_the_service():
    said: dict[str, str] = {}
    for name in pins(read("requirements.lock")):
        try:
            said[name] = licences_of(distribution(name))
        except PackageNotFoundError:
            continue  # of another platform
    assert len(said) > 40
    assert not_allowed(said) == []


def test_finds_a_licence_that_may_not_be_used():
    said = {"mine": "GPL-3.0-only", "yours": "LGPL-3.0-only", "theirs": "AGPL-3.0", "nobody's": ""}
    assert not_allowed(said) == ["mine", "theirs", "nobody's"]
