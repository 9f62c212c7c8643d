"""Which files the architecture tests look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".venv", "build", "data", "mutants", "node_modules", "__pycache__"}
TEXT = {"", ".css", ".csv", ".html", ".ini", ".js", ".json", ".lock", ".mako", ".md", ".py", ".toml", ".txt", ".xml"}
TEXT |= {".xsd", ".yaml", ".yml"}


def python_files(*folders: str) -> Iterator[Path]:
    """The Python files below the folders of the project, in order of name."""
    for folder in folders:
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if not NOT_OURS & set(path.parts))


def text_files() -> Iterator[Path]:
    """Every file of the project that people read or write."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        ours = not any(part in NOT_OURS or part.endswith(("_cache", ".egg-info")) for part in parts)
        if ours and path.suffix in TEXT and path.is_file() and path.name not in {".git", ".coverage"}:
            yield path


def offences(check: Callable[[str], Iterator[str]], *paths: Path) -> list[str]:
    """What a check of source text has to say on the files, each with its path; some fixtures are not UTF-8 on purpose."""
    return [
        f"{path.relative_to(ROOT)}:{offence}"
        for path in paths
        for offence in check(path.read_text(encoding="utf-8", errors="replace"))
    ]
