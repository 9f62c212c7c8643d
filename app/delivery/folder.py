"""Dropping a bericht in a folder, for a partij that takes files."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from typing import Final

from app.delivery.transport import Afgeleverd, Later, Nooit, Uitkomst, Zending

READABLE_BY_GROUP: Final = 0o640
REASONS: Final = {
    errno.ENOSPC: "De schijf van de map is vol.",
    errno.EDQUOT: "De schijf van de map is vol.",
    errno.EFBIG: "De schijf van de map is vol.",
    errno.ENOENT: "De map bestaat niet.",
    errno.ENOTDIR: "De map bestaat niet.",
    errno.EROFS: "In de map mag niet worden geschreven.",
    errno.EACCES: "In de map mag niet worden geschreven.",
    errno.EPERM: "In de map mag niet worden geschreven.",
}


class FolderTransport:
    """One folder of one partij, on a file system that renames at once.

    A bericht becomes `<kenmerk>.xml`. The name appears when the whole file is on disk, never before. As long as it is
    there, sending again adds nothing. When the receiver took it and a crash made us forget that it was delivered, it
    comes once more under the same name: only the database of the caller, or the receiver, can know better.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, zending: Zending) -> Uitkomst:
        """Afgeleverd once name and bytes would survive a power cut. Nooit: the name is taken by something else."""
        target = self._folder / f"{zending.kenmerk}.xml"
        try:
            if os.path.lexists(target):
                if not _holds(target, zending.body):
                    return Nooit("In de map staat al een ander bestand met deze naam.")
            else:
                _remove_leftovers(self._folder, zending.kenmerk)
                write_whole(target, zending.body)
            sync_folder(self._folder)
        except OSError as failure:
            return Later(reason(failure))
        return Afgeleverd()


def write_whole(target: Path, body: bytes) -> None:
    """A file that is there whole or not at all; what had the name before is replaced. OSError: it is not there.

    The folder is not on disk yet: `sync_folder` sees to that.
    """
    # A random part, because two that write the same name must not write in one file.
    temporary = target.with_name(f".{target.stem}.{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, READABLE_BY_GROUP)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut. OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason(failure: OSError) -> str:
    """What an operator reads about it: no path, so no name that somebody else chose."""
    name = errno.errorcode.get(failure.errno or 0, "onbekend")
    return REASONS.get(failure.errno or 0, f"De map kan niet worden gebruikt ({name}).")


def _holds(path: Path, body: bytes) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != len(body):
        return False
    return path.read_bytes() == body


def _remove_leftovers(folder: Path, kenmerk: str) -> None:
    # Of attempts that were killed. Should one still be running, its rename fails and it comes back later.
    for entry in folder.iterdir():
        if entry.name.startswith(f".{kenmerk}.") and entry.suffix == ".tmp":
            entry.unlink(missing_ok=True)
