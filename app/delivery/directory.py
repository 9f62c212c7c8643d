"""An open folder: what is done in it goes by its descriptor, so no link that took its name leads us elsewhere."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

READABLE_BY_GROUP: Final = 0o640
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without waiting: a pipe that came in the place of a file may hold up nobody.
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Directory:
    """A folder that its partij may write in, until the end of the block that opened it. Names are of what is in it.

    Everything raises OSError.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def names(self) -> list[str]:
        """What is in it."""
        return os.listdir(self._descriptor)  # noqa: PTH208 - pathlib knows no descriptors

    def found(self, name: str) -> os.stat_result | None:
        """What has the name, a link itself and not where it leads; None when nothing has."""
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def read(self, name: str, *, at_most: int) -> bytes:
        """The first bytes of a file; OSError with ELOOP for a link."""
        with os.fdopen(os.open(name, _FILE, dir_fd=self._descriptor), "rb") as file:
            return file.read(at_most)

    def holds(self, name: str, body: bytes) -> bool:
        """Whether the name is of a file with just these bytes."""
        found = self.found(name)
        if found is None or not stat.S_ISREG(found.st_mode) or found.st_size != len(body):
            return False
        return self.read(name, at_most=len(body) + 1) == body

    def write_whole(self, name: str, body: bytes) -> None:
        """A file that is there whole or not at all; what had the name before is replaced.

        The name is not on disk yet: `sync` sees to that.
        """
        # A random part, because two that write the same name must not write in one file.
        temporary = f".{Path(name).stem}.{secrets.token_hex(8)}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, READABLE_BY_GROUP, dir_fd=self._descriptor)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            self.move(temporary, self, name)
        except BaseException:
            self.remove(temporary)
            raise

    def move(self, name: str, to: Directory, new_name: str) -> None:
        """Give a file another name, in another folder of the same disk too."""
        os.rename(name, new_name, src_dir_fd=self._descriptor, dst_dir_fd=to._descriptor)

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        if self.found(name) is not None:
            os.unlink(name, dir_fd=self._descriptor)

    def sync(self) -> None:
        """Make its names survive a power cut."""
        os.fsync(self._descriptor)

    @contextmanager
    def folder(self, name: str) -> Generator[Directory]:
        """A folder in it, made when it is not there; NotADirectoryError for a link or something else."""
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=self._descriptor)
        with self.existing(name) as inside:
            yield inside

    @contextmanager
    def existing(self, name: str) -> Generator[Directory]:
        """A folder in it that is there; OSError for a link or something else."""
        with _opened(name, self._descriptor) as inside:
            yield inside


@contextmanager
def directory(folder: Path) -> Generator[Directory]:
    """A folder in the folder of a partij; neither may be a link by now. OSError."""
    with _opened(str(folder.parent), None) as around, around.existing(folder.name) as inside:
        yield inside


@contextmanager
def _opened(name: str, within: int | None) -> Generator[Directory]:
    descriptor = os.open(name, _FOLDER, dir_fd=within)
    try:
        yield Directory(descriptor)
    finally:
        os.close(descriptor)
