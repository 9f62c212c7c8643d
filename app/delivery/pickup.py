"""Taking in the files that a partij puts in a folder, and putting them aside with a report."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from app.delivery.folder import sync_folder, write_whole

QUIET: Final = timedelta(seconds=10)
TAKEN_AWAY: Final = frozenset({errno.ENOENT, errno.ELOOP})  # or a link was put in its place
LONGEST_STEM: Final = 150  # bytes: room for a number and for the name of a report
Aside = Literal["verwerkt", "afgekeurd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedUp:
    """A file that was there whole. `body` is None when it is larger than allowed, or may not be read by us.

    `identity` tells this file from a later one with the same name.
    """

    path: Path = field(repr=False)  # its sender chose the name
    size: int
    body: bytes | None = field(repr=False)
    identity: tuple[int, int, int, int]


def pending(folder: Path, *, max_bytes: int, now: datetime, quiet: timedelta = QUIET) -> Iterator[PickedUp]:
    """The files in a folder that are ready, in order of name. OSError: the folder or a file cannot be read.

    Ready is: the name ends in .xml and does not begin with a dot; a regular file, no link; nothing happened to it
    since `quiet` before `now`. What is being uploaded has a name of its own (.tmp, .part) or was touched a moment
    ago; one whose upload stands still for longer looks whole, and its judge will find out.
    """
    latest = (now - quiet).timestamp()
    with _without_names():
        paths = sorted(folder.iterdir())
    for path in paths:
        if path.name.startswith(".") or path.suffix.lower() != ".xml":
            continue
        with _without_names():
            found = _read(path, max_bytes=max_bytes, latest=latest)
        if found is not None:
            yield found


def settle(file: PickedUp, *, into: Aside, report: str | None = None) -> Path | None:
    """Move a file that was dealt with into a folder beside it; `report` (Dutch, for its sender) becomes a text file.

    The new path, with a number in its name when that was taken; None when the file is not the one that was read: it
    was taken away, or replaced and will be picked up again. Killed half-way, the file is still pending, and
    everything may be done again. OSError, without the name: it could not be moved.
    """
    with _without_names():
        return _move(file, file.path.parent / into, report)


def _move(file: PickedUp, aside: Path, report: str | None) -> Path | None:
    aside.mkdir(exist_ok=True)
    if aside.is_symlink():  # or who may write here could have us write elsewhere
        raise NotADirectoryError(errno.ENOTDIR, "not a folder of our own")
    target = _free_name(aside, file.path.name)
    if report is not None:
        write_whole(target.with_name(f"{target.name}.txt"), report.encode())
    if not _unchanged(file):
        target.with_name(f"{target.name}.txt").unlink(missing_ok=True)
        return None
    file.path.rename(target)
    sync_folder(aside)
    sync_folder(file.path.parent)
    return target


@contextmanager
def _without_names() -> Generator[None]:
    try:
        yield
    except OSError as failure:  # it names the file, and who names a file may put anything in its name
        raise OSError(failure.errno, failure.strerror) from None


def _read(path: Path, *, max_bytes: int, latest: float) -> PickedUp | None:
    try:
        before = path.lstat()
        if not stat.S_ISREG(before.st_mode) or max(before.st_mtime, before.st_ctime) > latest:
            return None
        body = _bytes(path, at_most=max_bytes + 1) if before.st_size <= max_bytes else None
        after = path.lstat()
    except OSError as failure:
        if failure.errno in TAKEN_AWAY:
            return None
        raise
    if _identity(after) != _identity(before) or (body is not None and len(body) != before.st_size):
        return None
    return PickedUp(path=path, size=before.st_size, body=body, identity=_identity(before))


def _bytes(path: Path, *, at_most: int) -> bytes | None:
    # Not through a link, and without waiting: a pipe that came in its place may hold up nobody.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(at_most)


def _identity(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _unchanged(file: PickedUp) -> bool:
    try:
        return _identity(os.lstat(file.path)) == file.identity
    except FileNotFoundError:
        return False


def _free_name(aside: Path, name: str) -> Path:
    stem, suffix = os.fsdecode(os.fsencode(Path(name).stem)[:LONGEST_STEM]), Path(name).suffix
    target = aside / f"{stem}{suffix}"
    number = 2
    while os.path.lexists(target):
        target = aside / f"{stem}.{number}{suffix}"
        number += 1
    return target
