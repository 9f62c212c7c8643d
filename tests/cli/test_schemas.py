"""`iwmo schemas`: which files judge, how they differ from others, and choosing others."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from app.iwmo.releases import write
from app.settings import PROJECT
from tests.builders import a_declaratie
from tests.cli.conftest import Iwmo
from tests.ggk.official import OFFICIAL as OFFICIAL_ENVELOPE
from tests.ggk.official import needs_official as needs_official_envelope
from tests.iwmo.official import OFFICIAL, needs_official

OURS = PROJECT / "schemas" / "iwmo"


@pytest.fixture
def copy(folder: Path) -> Path:
    """A folder with the same schemas."""
    return Path(shutil.copytree(OURS, folder / "copy"))


@pytest.fixture
def looser(copy: Path) -> Path:
    """A folder in which a DeclarantFactuurNummer may be longer."""
    for path in sorted(copy.rglob("*.xsd")):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('maxLength value="12"', 'maxLength value="13"'), encoding="utf-8")
    return copy


def test_list_names_each_file_with_its_digest(iwmo: Iwmo):
    outcome = iwmo("schemas", "list")
    assert (outcome.status, outcome.err) == (0, "")
    first, *lines = outcome.out.splitlines()
    assert first == str(OURS)
    listed = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    assert {name.split("/")[0] for name in listed} == {"2.1", "2.3"}
    for name, digest in listed.items():
        assert hashlib.sha256((OURS / name).read_bytes()).hexdigest() == digest


class TestVerify:
    def test_of_the_same(self, copy: Path, iwmo: Iwmo):
        assert iwmo("schemas", "verify", copy) == (0, "0 verschillen.\n", "")

    def test_of_others_names_each_difference(self, looser: Path, iwmo: Iwmo):
        outcome = iwmo("schemas", "verify", looser)
        assert outcome.status == 1
        *differences, count = outcome.out.splitlines()
        assert count == f"{len(differences)} verschillen."
        assert any("12" in line and "13" in line for line in differences)

    def test_of_nothing(self, folder: Path, iwmo: Iwmo):
        for name in ("nergens", "."):
            outcome = iwmo("schemas", "verify", name)
            assert outcome.status != 0
            assert "Traceback" not in outcome.err

    @needs_official
    def test_of_the_official_ones(self, iwmo: Iwmo):
        assert iwmo("schemas", "verify", OFFICIAL) == (0, "0 verschillen.\n", "")


class TestUse:
    def test_of_others_judges_by_them_until_told_otherwise(self, looser: Path, folder: Path, iwmo: Iwmo):
        message = folder / "long.xml"
        message.write_bytes(write(a_declaratie(declarant_factuur_nummer="F" * 13), "2.3"))
        assert iwmo("check", message).status == 1
        outcome = iwmo("schemas", "use", "copy")
        assert outcome.status == 0
        assert "let op: " in outcome.out
        assert iwmo("schemas", "list").out.startswith(f"{looser}\n")
        assert iwmo("check", message).status == 0
        assert iwmo("schemas", "use", "--eigen").status == 0
        assert iwmo("check", message).status == 1

    def test_of_what_lacks_a_message_changes_nothing(self, copy: Path, iwmo: Iwmo):
        (copy / "2.3" / "WMO303.xsd").unlink()
        before = iwmo("schemas", "list")
        outcome = iwmo("schemas", "use", copy)
        assert (outcome.status, outcome.out) == (2, "")
        assert "WMO303" in outcome.err
        assert iwmo("schemas", "list") == before

    def test_of_nothing(self, iwmo: Iwmo):
        outcome = iwmo("schemas", "use", "nergens")
        assert outcome.status == 2
        assert "nergens" in outcome.err

    def test_that_went_away_stops_what_judges(self, copy: Path, iwmo: Iwmo):
        assert iwmo("schemas", "use", copy).status == 0
        shutil.rmtree(copy)
        for argv in (("schemas", "list"), ("check", "x.xml"), ("serve",)):
            outcome = iwmo(*argv)
            assert outcome.status == 2
            assert str(copy) in outcome.err
        assert iwmo("schemas", "use", "--eigen").status == 0
        assert iwmo("schemas", "list").status == 0


class TestVerifyEnvelope:
    ENVELOPE = PROJECT / "schemas" / "ggk"

    def test_of_the_same(self, folder: Path, iwmo: Iwmo):
        copy = shutil.copytree(self.ENVELOPE, folder / "ggk")
        assert iwmo("schemas", "verify", copy) == (0, "ggk0210: 0 verschillen.\n", "")

    def test_of_another_names_the_difference(self, folder: Path, iwmo: Iwmo):
        copy = Path(shutil.copytree(self.ENVELOPE, folder / "ggk"))
        path = copy / "stuf0301.xsd"
        path.write_text(path.read_text(encoding="utf-8").replace('"[0-9]{8,17}"', '"[0-9]{8,18}"'), encoding="utf-8")
        outcome = iwmo("schemas", "verify", copy)
        assert outcome.status == 1
        assert outcome.out.endswith("ggk0210: 1 verschillen.\n")
        assert "{8,17}" in outcome.out

    def test_with_those_of_iwmo(self, copy: Path, iwmo: Iwmo):
        shutil.copytree(self.ENVELOPE, copy / "ggk" / "0210")
        assert iwmo("schemas", "verify", copy) == (0, "ggk0210: 0 verschillen.\n0 verschillen.\n", "")

    @needs_official_envelope
    def test_of_the_official_ones(self, iwmo: Iwmo):
        assert iwmo("schemas", "verify", OFFICIAL_ENVELOPE) == (0, "ggk0210: 0 verschillen.\n", "")
