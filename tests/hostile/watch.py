"""What a process opens and whom it calls, seen from inside Python and, for one file, by the kernel."""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.fixtures.messages import ROOT
from tests.fuzz.no_connections import CONNECTING

_OPENING = frozenset({"open", "os.listdir", "os.scandir"})
_OPENED, _READ = 0x20, 0x1


@dataclass
class Watch:
    """Calls and files outside the project since the beginning; paths that were given are allowed."""

    allowed: tuple[str, ...]
    seen: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, *allowed: Path) -> Watch:
        """Watch this process until it ends; hooks of Python cannot be taken away."""
        python = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
        watch = cls(
            (str(ROOT), *python, *map(str, allowed), "/dev/null", "/dev/urandom", "/proc/self/", "/usr/share/zoneinfo")
        )
        sys.addaudithook(watch._note)
        return watch

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in CONNECTING:
            self.seen.append(event)
        elif event in _OPENING and isinstance(path := arguments[0], str | bytes | os.PathLike):
            name = os.fsdecode(path)
            if os.path.isabs(name) and not name.startswith(self.allowed):  # noqa: PTH117  (bytes and strange names)
                self.seen.append(f"{event} {name!r}")


class Guarded:
    """A file of which the kernel says whether any library opened or read it."""

    def __init__(self, path: Path) -> None:
        path.write_text("root:x:0:0:geheim\n")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK)
        if self._libc.inotify_add_watch(self._descriptor, os.fsencode(path), _OPENED | _READ) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    @property
    def was_touched(self) -> bool:
        """Whether it was opened or read since the last time this was asked."""
        try:
            return bool(os.read(self._descriptor, 4_096))
        except BlockingIOError:
            return False


def aimed(body: bytes, *, address: bytes, file: Path) -> bytes:
    """The input with our own server and our own guarded file in the place of those that it names."""
    for named in (b"/etc/passwd", b"/etc/hostname"):
        body = body.replace(named, os.fsencode(file))
    return body.replace(b"127.0.0.1:8999", address)


def names_of(found: Iterable[str]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(found))
