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

from app.delivery.directory import Directory, directory

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
    with _without_names(), directory(folder) as inside:
        names = sorted(inside.names())
    for name in names:
        if name.startswith(".") or Path(name).suffix.lower() != ".xml":
            continue
        with _without_names(), directory(folder) as inside:
            found = _read(inside, folder / name, max_bytes=max_bytes, latest=latest)
        if found is not None:
            yield found


def settle(file: PickedUp, *, into: Aside, report: str | None = None) -> Path | None:
    """Move a file that was dealt with into a folder beside it; `report` (Dutch, for its sender) becomes a text file.

    The new path, with a number in its name when that was taken; None when the file is not the one that was read: it
    was taken away, or replaced and will be picked up again. Killed half-way, the file is still pending, and
    everything may be done again. OSError, without the name: it could not be moved.
    """
    with _without_names(), directory(file.path.parent) as inside, inside.folder(into) as aside:
        moved = _move(file, inside, aside, report)
    return file.path.parent / into / moved if moved is not None else None


def _move(file: PickedUp, inside: Directory, aside: Directory, report: str | None) -> str | None:
    target = _free_name(aside, file.path.name)
    if report is not None:
        aside.write_whole(f"{target}.txt", report.encode())
    if not _unchanged(inside, file):
        aside.remove(f"{target}.txt")
        return None
    inside.move(file.path.name, aside, target)
    aside.sync()
    inside.sync()
    return target


@contextmanager
def _without_names() -> Generator[None]:
    try:
        yield
    except OSError as failure:  # it names the file, and who names a file may put anything in its name
        raise OSError(failure.errno, failure.strerror) from None


def _read(inside: Directory, path: Path, *, max_bytes: int, latest: float) -> PickedUp | None:
    before = inside.found(path.name)
    if before is None or not stat.S_ISREG(before.st_mode) or max(before.st_mtime, before.st_ctime) > latest:
        return None
    try:
        body = _bytes(inside, path.name, at_most=max_bytes + 1) if before.st_size <= max_bytes else None
    except OSError as failure:
        if failure.errno in TAKEN_AWAY:
            return None
        raise
    after = inside.found(path.name)
    if after is None or _identity(after) != _identity(before):
        return None
    if body is not None and len(body) != before.st_size:
        return None
    return PickedUp(path=path, size=before.st_size, body=body, identity=_identity(before))


def _bytes(inside: Directory, name: str, *, at_most: int) -> bytes | None:
    try:
        return inside.read(name, at_most=at_most)
    except PermissionError:
        return None


def _identity(found: os.stat_result) -> tuple[int, int, int, int]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _unchanged(inside: Directory, file: PickedUp) -> bool:
    found = inside.found(file.path.name)
    return found is not None and _identity(found) == file.identity


def _free_name(aside: Directory, name: str) -> str:
    stem, suffix = os.fsdecode(os.fsencode(Path(name).stem)[:LONGEST_STEM]), Path(name).suffix
    target = f"{stem}{suffix}"
    number = 2
    while aside.found(target) is not None:
        target = f"{stem}.{number}{suffix}"
        number += 1
    return target
