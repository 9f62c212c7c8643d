"""Taking in the files that a partij puts in a folder."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.delivery.pickup import QUIET, PickedUp, pending, settle
from tests.delivery.dying import Killed, failing_at, killed_at, watched

MAX_BYTES = 1000
REPORT = "Het bericht is verwerkt."
STEPS_OF_A_LOOK = ["open", "open", "listdir", "open", "open", "open"]
THE_FILE = len(STEPS_OF_A_LOOK) - 1
STEPS_OF_SETTLING = ["open", "open", "mkdir", "open", "open", "fsync", "rename", "rename", "fsync", "fsync"]
THE_MOVE = 7


def after(path: Path, wait: timedelta = QUIET) -> datetime:
    """The moment that a file has been left alone for so long."""
    changed = max(path.lstat().st_mtime, path.lstat().st_ctime)
    return datetime.fromtimestamp(changed, UTC) + wait + timedelta(milliseconds=1)


def later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=1)


def found(folder: Path, now: datetime | None = None) -> list[PickedUp]:
    return list(pending(folder, max_bytes=MAX_BYTES, now=now or later()))


def put(folder: Path, name: str = "a.xml", body: bytes = b"<a/>") -> Path:
    (folder / name).write_bytes(body)
    return folder / name


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


class TestPending:
    def test_whole_files_in_order_of_name(self, tmp_path: Path):
        put(tmp_path, "b.xml", b"<b/>")
        put(tmp_path, "a.XML", b"<a/>")
        assert [(file.path.name, file.body, file.size) for file in found(tmp_path)] == [
            ("a.XML", b"<a/>", 4),
            ("b.xml", b"<b/>", 4),
        ]

    @pytest.mark.parametrize(
        "name", [".a.xml", "a.xml.tmp", "a.xml.part", "a.xml.filepart", "a.tmp", "a.txt", "a", "xml", ".xml", "a.xml~"]
    )
    def test_other_names_are_left_alone(self, tmp_path: Path, name: str):
        put(tmp_path, name)
        assert found(tmp_path) == []

    def test_a_link_is_not_followed(self, tmp_path: Path):
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "a.xml").symlink_to(put(tmp_path, "geheim.txt"))
        assert found(tmp_path / "in") == []

    @pytest.mark.parametrize("linked", ["in", "partij"])
    def test_a_folder_that_is_a_link_is_not_looked_into(self, tmp_path: Path, linked: str):
        (tmp_path / "ander" / "in").mkdir(parents=True)
        put(tmp_path / "ander" / "in")
        inbox = tmp_path / "partij" / "in"
        if linked == "in":
            inbox.parent.mkdir()
            inbox.symlink_to(tmp_path / "ander" / "in")
        else:
            inbox.parent.symlink_to(tmp_path / "ander")
        with pytest.raises(NotADirectoryError):
            found(inbox)

    def test_a_folder_or_pipe_is_no_file(self, tmp_path: Path):
        (tmp_path / "map.xml").mkdir()
        os.mkfifo(tmp_path / "pijp.xml")
        assert found(tmp_path) == []

    def test_what_was_put_aside_is_not_found_again(self, tmp_path: Path):
        put(tmp_path)
        settle(found(tmp_path)[0], into="verwerkt")
        assert found(tmp_path) == []

    def test_of_a_file_that_is_too_large_nothing_is_read(self, tmp_path: Path):
        put(tmp_path, "a.xml", b"x" * (MAX_BYTES + 1))
        put(tmp_path, "b.xml", b"x" * MAX_BYTES)
        assert [(file.size, file.body is None) for file in found(tmp_path)] == [
            (MAX_BYTES + 1, True),
            (MAX_BYTES, False),
        ]

    def test_a_file_that_we_may_not_read_is_not_passed_over(self, tmp_path: Path):
        put(tmp_path)
        with watched(failing_at(THE_FILE, errno.EACCES)):
            file = found(tmp_path)[0]
        assert file.body is None
        assert settle(file, into="afgekeurd", report="Het bestand is niet leesbaar.") is not None

    def test_a_file_that_is_taken_away_while_we_look_is_passed_over(self, tmp_path: Path):
        put(tmp_path)
        with watched(failing_at(THE_FILE, errno.ENOENT)):
            assert found(tmp_path) == []

    def test_a_link_that_came_in_its_place_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        (tmp_path / "in").mkdir()
        path = put(tmp_path / "in")
        secret = put(tmp_path, "geheim.txt", b"<g/>")
        opens = os.open

        def swapped_for_a_moment(*arguments: Any, **named: Any):
            if arguments[0] != path.name:
                return opens(*arguments, **named)
            path.rename(tmp_path / "opzij")
            path.symlink_to(secret)
            try:
                return opens(*arguments, **named)
            finally:
                (tmp_path / "opzij").rename(path)

        monkeypatch.setattr(os, "open", swapped_for_a_moment)
        assert found(tmp_path / "in") == []

    def test_an_empty_file_is_a_file(self, tmp_path: Path):
        put(tmp_path, body=b"")
        assert found(tmp_path)[0].body == b""

    def test_a_folder_that_is_gone_is_an_error(self, tmp_path: Path):
        with pytest.raises(FileNotFoundError):
            found(tmp_path / "weg")

    def test_an_error_does_not_tell_the_name(self, tmp_path: Path):
        put(tmp_path, "999900006.xml")
        file = found(tmp_path)[0]
        for step in range(len(STEPS_OF_A_LOOK)):
            with pytest.raises(OSError, match="Input/output error") as failure, watched(failing_at(step, errno.EIO)):
                found(tmp_path)
            assert "9999" not in str(failure.value)
            assert failure.value.__suppress_context__
        for step in range(THE_MOVE + 1):
            with pytest.raises(OSError, match="Input/output error") as failure, watched(failing_at(step, errno.EIO)):
                settle(file, into="verwerkt", report=REPORT)
            assert "9999" not in str(failure.value)

    def test_shows_neither_name_nor_content(self, tmp_path: Path):
        put(tmp_path, "999900006.xml", b"999900018")
        assert "9999" not in repr(found(tmp_path)[0])


class TestQuiet:
    @given(wait=st.integers(0, 9_900))
    def test_a_file_that_was_just_touched_waits(self, tmp_path_factory: pytest.TempPathFactory, wait: int):
        path = put(tmp_path_factory.mktemp("in"))
        assert found(path.parent, after(path, timedelta(milliseconds=wait))) == []

    @given(wait=st.integers(10_000, 10**9))
    def test_a_file_that_was_left_alone_does_not(self, tmp_path_factory: pytest.TempPathFactory, wait: int):
        path = put(tmp_path_factory.mktemp("in"))
        assert len(found(path.parent, after(path, timedelta(milliseconds=wait)))) == 1

    def test_a_date_that_was_copied_along_does_not_count(self, tmp_path: Path):
        path = put(tmp_path)
        os.utime(path, (0, 0))
        assert found(tmp_path, after(path, timedelta())) == []
        assert len(found(tmp_path, after(path))) == 1

    def test_a_file_that_grows_while_it_is_read_waits(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        path = put(tmp_path)
        fdopen = os.fdopen

        def growing(*arguments: Any):
            with path.open("ab") as file:
                file.write(b"x")
            return fdopen(*arguments)

        monkeypatch.setattr(os, "fdopen", growing)
        assert found(tmp_path) == []


class TestSettle:
    @pytest.mark.parametrize("into", ["verwerkt", "afgekeurd"])
    def test_moves_the_file_beside_a_report(self, tmp_path: Path, into):
        put(tmp_path)
        assert settle(found(tmp_path)[0], into=into, report=REPORT) == tmp_path / into / "a.xml"
        assert names(tmp_path) == [f"{into}/a.xml", f"{into}/a.xml.txt"]
        assert (tmp_path / into / "a.xml.txt").read_text() == REPORT

    def test_without_a_report_there_is_none(self, tmp_path: Path):
        put(tmp_path)
        settle(found(tmp_path)[0], into="verwerkt")
        assert names(tmp_path) == ["verwerkt/a.xml"]

    def test_replaces_nothing(self, tmp_path: Path):
        for number in range(3):
            put(tmp_path, body=b"%d" % number)
            settle(found(tmp_path)[0], into="verwerkt", report=str(number))
        for name, number in [("a.xml", "0"), ("a.2.xml", "1"), ("a.3.xml", "2")]:
            assert (tmp_path / "verwerkt" / name).read_text() == number
            assert (tmp_path / "verwerkt" / f"{name}.txt").read_text() == number

    @pytest.mark.parametrize("replace", [b"<ander bericht/>", b"<b/>"])
    def test_a_file_that_came_in_its_place_is_not_moved(self, tmp_path: Path, replace: bytes):
        path = put(tmp_path)
        file = found(tmp_path)[0]
        put(tmp_path, "nieuw", replace).rename(path)
        assert settle(file, into="verwerkt", report=REPORT) is None
        assert names(tmp_path) == ["a.xml"]
        assert path.read_bytes() == replace

    def test_a_file_that_was_taken_away_is_no_error(self, tmp_path: Path):
        path = put(tmp_path)
        file = found(tmp_path)[0]
        path.unlink()
        assert settle(file, into="verwerkt", report=REPORT) is None
        assert names(tmp_path) == []

    def test_the_longest_name_there_is_can_be_settled(self, tmp_path: Path):
        for name in ("é" * 125 + "a.xml", "y" * 251 + ".xml"):
            put(tmp_path, name)
            assert settle(found(tmp_path)[0], into="afgekeurd", report=REPORT) is not None
        assert len(names(tmp_path)) == 4

    def test_does_not_write_where_a_link_leads(self, tmp_path: Path):
        (tmp_path / "in").mkdir()
        (tmp_path / "elders").mkdir()
        (tmp_path / "in" / "verwerkt").symlink_to(tmp_path / "elders")
        put(tmp_path / "in")
        with pytest.raises(NotADirectoryError):
            settle(found(tmp_path / "in")[0], into="verwerkt", report=REPORT)
        assert names(tmp_path / "elders") == []

    def test_does_not_move_from_where_a_link_leads(self, tmp_path: Path):
        (tmp_path / "in").mkdir()
        put(tmp_path / "in")
        file = found(tmp_path / "in")[0]
        (tmp_path / "in").rename(tmp_path / "elders")
        (tmp_path / "in").symlink_to(tmp_path / "elders")
        with pytest.raises(NotADirectoryError):
            settle(file, into="verwerkt", report=REPORT)
        assert names(tmp_path / "elders") == ["a.xml"]


class TestCrash:
    def steps(self, folder: Path) -> list[str]:
        put(folder)
        file = found(folder)[0]
        with watched(lambda _number, _name: None) as made:
            settle(file, into="verwerkt", report=REPORT)
        return made

    def test_the_report_is_there_before_the_file_moves(self, tmp_path: Path):
        steps = self.steps(tmp_path)
        assert steps == STEPS_OF_SETTLING

    @pytest.mark.parametrize("step", range(len(STEPS_OF_SETTLING)))
    def test_a_kill_loses_nothing_and_everything_may_be_done_again(self, tmp_path: Path, step: int):
        put(tmp_path)
        file = found(tmp_path)[0]
        with pytest.raises(Killed), watched(killed_at(step)):
            settle(file, into="verwerkt", report=REPORT)
        for again in found(tmp_path):
            assert again.body == b"<a/>"
            settle(again, into="verwerkt", report=REPORT)
        assert [name for name in names(tmp_path) if ".tmp" not in name] == ["verwerkt/a.xml", "verwerkt/a.xml.txt"]
        assert (tmp_path / "verwerkt" / "a.xml").read_bytes() == b"<a/>"

    @pytest.mark.parametrize("step", range(THE_MOVE + 1))
    def test_a_full_disk_leaves_the_file_where_it_was(self, tmp_path: Path, step: int):
        path = put(tmp_path)
        file = found(tmp_path)[0]
        with pytest.raises(OSError, match="space"), watched(failing_at(step, errno.ENOSPC)):
            settle(file, into="verwerkt", report=REPORT)
        assert path.read_bytes() == b"<a/>"
        assert len(found(tmp_path)) == 1
