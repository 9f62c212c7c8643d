"""Choosing a folder of schemas."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.iwmo.schema_directory import active_directory, use_directory, use_own
from app.iwmo.schema_files import SchemasUnusable
from tests.iwmo.documents import OUR_SCHEMAS
from tests.iwmo.official import OFFICIAL, needs_official


@pytest.fixture
def pointer(tmp_path: Path) -> Path:
    return tmp_path / "data" / "schemas.dir"


@pytest.fixture
def chosen(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OUR_SCHEMAS, tmp_path / "gekozen"))


def test_ours_when_nothing_was_chosen(pointer: Path):
    assert active_directory(pointer, OUR_SCHEMAS) == OUR_SCHEMAS


def test_a_choice_is_kept_and_can_be_taken_back(pointer: Path, chosen: Path):
    assert use_directory(pointer, chosen, OUR_SCHEMAS) == []
    assert active_directory(pointer, OUR_SCHEMAS) == chosen.resolve()
    use_own(pointer)
    use_own(pointer)
    assert active_directory(pointer, OUR_SCHEMAS) == OUR_SCHEMAS


def test_a_relative_folder_is_written_down_whole(pointer: Path, chosen: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(chosen.parent)
    use_directory(pointer, Path(chosen.name), OUR_SCHEMAS)
    assert active_directory(pointer, OUR_SCHEMAS) == chosen.resolve()


def test_differences_are_a_warning(pointer: Path, chosen: Path):
    path = chosen / "2.3" / "WMO303.xsd"
    path.write_text(path.read_text(encoding="utf-8").replace('"416|448"', '"416"'), encoding="utf-8")
    assert len(use_directory(pointer, chosen, OUR_SCHEMAS)) == 1
    assert active_directory(pointer, OUR_SCHEMAS) == chosen.resolve()


@pytest.mark.parametrize("lacking", ["2.3/WMO303.xsd", "2.1/WMO316.xsd", "2.3/basisschema.xsd"])
def test_an_incomplete_folder_is_refused(lacking: str, pointer: Path, chosen: Path):
    (chosen / lacking).unlink()
    with pytest.raises(SchemasUnusable, match="ontbre"):
        use_directory(pointer, chosen, OUR_SCHEMAS)
    assert active_directory(pointer, OUR_SCHEMAS) == OUR_SCHEMAS


def test_an_empty_pointer_chooses_nothing(pointer: Path):
    pointer.parent.mkdir()
    pointer.write_text("\n")
    assert active_directory(pointer, OUR_SCHEMAS) == OUR_SCHEMAS


@needs_official
def test_the_official_folder_can_be_used(pointer: Path):
    assert use_directory(pointer, OFFICIAL, OUR_SCHEMAS) == []
