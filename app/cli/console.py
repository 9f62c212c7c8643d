"""What commands write tables on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rich.console import Console

WIDTH_OF_A_FILE = 240


def output() -> Console:
    """Standard output: as wide as the terminal, or wide enough for a table when a program or file reads it."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)


def shown(path: Path) -> str:
    """The path as text, also when its name is no UTF-8."""
    return os.fsencode(path).decode(errors="replace")
