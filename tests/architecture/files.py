"""Which files the architecture tests look at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".hypothesis", ".venv", "build", "data", "mutants", "node_modules", "__pycache__"}
TEXT = {"", ".css", ".csv", ".html", ".ini", ".js", ".json", ".lock", ".mako", ".md", ".py", ".toml", ".txt", ".xml"}
TEXT |= {".xsd", ".yaml", ".yml"}


def python_files(*folders: str) -> Iterator[Path]:
    """The Python files below the folders of the project, in order of name."""
    for folder in folders:
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if not NOT_OURS & set(path.parts))


def text_files() -> Iterator[Path]:
    """Every file of the project that people read or write."""
    for folder, below, names in os.walk(ROOT):
        below[:] = sorted(name for name in below if name not in NOT_OURS and not name.endswith(("_cache", ".egg-info")))
        paths = (Path(folder, name) for name in sorted(names))
        yield from (path for path in paths if path.suffix in TEXT and path.name not in {".git", ".coverage"})


def offences(check: Callable[[str], Iterator[str]], *paths: Path) -> list[str]:
    """What a check of source text has to say on the files, each with its path."""
    # Some fixtures are not UTF-8 on purpose.
    return [
        f"{path.relative_to(ROOT)}:{offence}"
        for path in paths
        for offence in check(path.read_text(encoding="utf-8", errors="replace"))
    ]
