"""Dropping a bericht in a folder."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from app.delivery.folder import FolderTransport
from app.delivery.transport import Afgeleverd, Later, Nooit
from tests.delivery.dying import Killed, failing_at, killed_at, watched
from tests.delivery.zendingen import A_ZENDING, a_zending

NAME = f"{A_ZENDING.kenmerk}.xml"
STEPS_OF_A_DROP = ["open", "open", "listdir", "open", "fsync", "rename", "fsync"]


def visible(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def everything(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestDrop:
    def test_the_file_holds_the_bytes_under_the_kenmerk(self, tmp_path: Path):
        assert FolderTransport(tmp_path).send(A_ZENDING) == Afgeleverd()
        assert visible(tmp_path) == {NAME: A_ZENDING.body}
        assert everything(tmp_path) == [NAME]

    def test_others_may_not_read_it(self, tmp_path: Path):
        FolderTransport(tmp_path).send(A_ZENDING)
        assert (tmp_path / NAME).stat().st_mode & 0o007 == 0

    def test_bytes_are_on_disk_before_the_name_and_the_name_before_it_counts(self, tmp_path: Path):
        with watched(lambda _number, _name: None) as made:
            FolderTransport(tmp_path).send(A_ZENDING)
        assert made == STEPS_OF_A_DROP

    def test_again_adds_nothing(self, tmp_path: Path):
        FolderTransport(tmp_path).send(A_ZENDING)
        before = (tmp_path / NAME).stat()
        assert FolderTransport(tmp_path).send(A_ZENDING) == Afgeleverd()
        after = (tmp_path / NAME).stat()
        assert everything(tmp_path) == [NAME]
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)

    @pytest.mark.parametrize("other", [b"<Bericht>999900018</Bericht>", b"", b"kort"])
    def test_other_bytes_under_the_name_are_left_alone(self, tmp_path: Path, other: bytes):
        (tmp_path / NAME).write_bytes(other)
        assert FolderTransport(tmp_path).send(A_ZENDING) == Nooit("In de map staat al een ander bestand met deze naam.")
        assert visible(tmp_path) == {NAME: other}

    @pytest.mark.parametrize("target", ["elders.xml", "weg.xml"])
    def test_a_link_under_the_name_is_not_followed(self, tmp_path: Path, target: str):
        elsewhere = tmp_path / "elders.xml"
        elsewhere.write_bytes(A_ZENDING.body)
        folder = tmp_path / "map"
        folder.mkdir()
        (folder / NAME).symlink_to(tmp_path / target)
        assert isinstance(FolderTransport(folder).send(A_ZENDING), Nooit)

    @pytest.mark.parametrize("linked", ["uit", "partij"])
    def test_a_folder_that_is_a_link_by_now_is_not_written_in(self, tmp_path: Path, linked: str):
        (tmp_path / "ander" / "uit").mkdir(parents=True)
        out = tmp_path / "partij" / "uit"
        if linked == "uit":
            out.parent.mkdir()
            out.symlink_to(tmp_path / "ander" / "uit")
        else:
            out.parent.symlink_to(tmp_path / "ander")
        assert FolderTransport(out).send(A_ZENDING) == Later("De map bestaat niet.", whole_lane=True)
        assert everything(tmp_path / "ander" / "uit") == []

    def test_two_berichten_are_two_files(self, tmp_path: Path):
        FolderTransport(tmp_path).send(A_ZENDING)
        FolderTransport(tmp_path).send(a_zending(kenmerk="ander"))
        assert everything(tmp_path) == [NAME, "ander.xml"]


class TestCrash:
    def test_every_step_is_tried(self, tmp_path: Path):
        with watched(killed_at(len(STEPS_OF_A_DROP))) as made:
            FolderTransport(tmp_path).send(A_ZENDING)
        assert made == STEPS_OF_A_DROP

    @pytest.mark.parametrize("step", range(len(STEPS_OF_A_DROP)))
    def test_a_kill_shows_no_half_file_and_the_next_attempt_delivers_one(self, tmp_path: Path, step: int):
        with pytest.raises(Killed), watched(killed_at(step)):
            FolderTransport(tmp_path).send(A_ZENDING)
        assert visible(tmp_path) in ({}, {NAME: A_ZENDING.body})
        assert FolderTransport(tmp_path).send(A_ZENDING) == Afgeleverd()
        assert visible(tmp_path) == {NAME: A_ZENDING.body}
        assert everything(tmp_path) == [NAME]

    @pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
    @pytest.mark.parametrize("step", range(len(STEPS_OF_A_DROP)))
    def test_a_failure_is_for_later_and_leaves_nothing_behind(self, tmp_path: Path, step: int, error: int):
        with watched(failing_at(step, error)):
            assert isinstance(FolderTransport(tmp_path).send(A_ZENDING), Later)
        assert visible(tmp_path) in ({}, {NAME: A_ZENDING.body})
        assert everything(tmp_path) in ([], [NAME])
        assert FolderTransport(tmp_path).send(A_ZENDING) == Afgeleverd()
        assert everything(tmp_path) == [NAME]

    def test_what_another_bericht_is_writing_is_left_alone(self, tmp_path: Path):
        (tmp_path / ".ander.0123.tmp").write_bytes(b"half")
        FolderTransport(tmp_path).send(A_ZENDING)
        assert ".ander.0123.tmp" in everything(tmp_path)


class TestReasons:
    @pytest.mark.parametrize(
        ("error", "reden"),
        [
            (errno.ENOSPC, "De schijf van de map is vol."),
            (errno.EDQUOT, "De schijf van de map is vol."),
            (errno.EROFS, "In de map mag niet worden geschreven."),
            (errno.EACCES, "In de map mag niet worden geschreven."),
            (errno.EIO, "De map kan niet worden gebruikt (EIO)."),
        ],
    )
    def test_says_what_without_saying_where(self, tmp_path: Path, error: int, reden: str):
        with watched(failing_at(1, error)):
            assert FolderTransport(tmp_path).send(A_ZENDING) == Later(reden, whole_lane=True)

    def test_a_folder_that_is_not_there(self, tmp_path: Path):
        assert FolderTransport(tmp_path / "weg").send(A_ZENDING) == Later("De map bestaat niet.", whole_lane=True)

    def test_a_file_in_its_place(self, tmp_path: Path):
        (tmp_path / "map").write_text("")
        assert FolderTransport(tmp_path / "map").send(A_ZENDING) == Later("De map bestaat niet.", whole_lane=True)

    def test_a_disk_that_is_really_full(self, tmp_path: Path):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            uitkomst = FolderTransport(tmp_path).send(a_zending(body=b"x" * 100_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert uitkomst == Later("De schijf van de map is vol.", whole_lane=True)
        assert everything(tmp_path) == []

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_may_not_be_written(self, tmp_path: Path):
        tmp_path.chmod(0o500)
        try:
            reden = "In de map mag niet worden geschreven."
            assert FolderTransport(tmp_path).send(A_ZENDING) == Later(reden, whole_lane=True)
        finally:
            tmp_path.chmod(0o700)
