"""Dropping a bericht in a folder, for a partij that takes files."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from app.delivery.directory import Directory, directory
from app.delivery.transport import Afgeleverd, Later, Nooit, Uitkomst, Zending

REASONS: Final = {
    errno.ENOSPC: "De schijf van de map is vol.",
    errno.EDQUOT: "De schijf van de map is vol.",
    errno.EFBIG: "De schijf van de map is vol.",
    errno.ENOENT: "De map bestaat niet.",
    errno.ENOTDIR: "De map bestaat niet.",
    errno.ELOOP: "De map bestaat niet.",
    errno.EROFS: "In de map mag niet worden geschreven.",
    errno.EACCES: "In de map mag niet worden geschreven.",
    errno.EPERM: "In de map mag niet worden geschreven.",
}


class FolderTransport:
    """One folder of one partij, on a file system that renames at once. It is not followed when it is a link by now.

    A bericht becomes `<kenmerk>.xml`. The name appears when the whole file is on disk, never before. As long as it is
    there, sending again adds nothing. When the receiver took it and a crash made us forget that it was delivered, it
    comes once more under the same name: only the database of the caller, or the receiver, can know better.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, zending: Zending) -> Uitkomst:
        """Afgeleverd once name and bytes would survive a power cut. Nooit: the name is taken by something else."""
        try:
            with directory(self._folder) as folder:
                return _dropped(folder, zending)
        except OSError as failure:
            return Later(reason(failure), whole_lane=True)


def reason(failure: OSError) -> str:
    """What an operator reads about it: no path, so no name that somebody else chose."""
    name = errno.errorcode.get(failure.errno or 0, "onbekend")
    return REASONS.get(failure.errno or 0, f"De map kan niet worden gebruikt ({name}).")


def _dropped(folder: Directory, zending: Zending) -> Uitkomst:
    name = f"{zending.kenmerk}.xml"
    if folder.found(name) is None:
        _remove_leftovers(folder, zending.kenmerk)
        folder.write_whole(name, zending.body)
    elif not folder.holds(name, zending.body):
        return Nooit("In de map staat al een ander bestand met deze naam.")
    folder.sync()
    return Afgeleverd()


def _remove_leftovers(folder: Directory, kenmerk: str) -> None:
    # Of attempts that were killed. Should one still be running, its rename fails and it comes back later.
    for name in folder.names():
        if name.startswith(f".{kenmerk}.") and name.endswith(".tmp"):
            folder.remove(name)
