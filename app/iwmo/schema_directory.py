"""Which folder of schemas the service judges by: our own, or one that was chosen and written down."""

from __future__ import annotations

from pathlib import Path

from app.iwmo.schema_comparison import Difference, compare
from app.iwmo.schema_files import SchemasUnusable
from app.iwmo.xsd import Schemas


def active_directory(pointer: Path, default: Path) -> Path:
    """The folder that the pointer file names; the default when nothing was chosen."""
    try:
        chosen = pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return default
    return Path(chosen) if chosen else default


def use_directory(pointer: Path, directory: Path, ours: Path) -> list[Difference]:
    """Judge by this folder from the next start on: written to the pointer file, a line with an absolute path.

    The differences with our own schemas come back as a warning. `SchemasUnusable` when the folder does not compile or
    lacks a message that ours has; then nothing is written.
    """
    directory = directory.resolve()
    lacking = _messages(Schemas.load(ours)) - _messages(Schemas.load(directory))
    if lacking:
        raise SchemasUnusable(f"In {directory} ontbreken schema's: {', '.join(sorted(lacking))}.")
    differences = compare(ours, directory)
    pointer.parent.mkdir(parents=True, exist_ok=True)
    written = pointer.with_suffix(".new")
    written.write_text(f"{directory}\n", encoding="utf-8")
    written.replace(pointer)
    return differences


def use_own(pointer: Path) -> None:
    """Judge by our own schemas again."""
    pointer.unlink(missing_ok=True)


def _messages(schemas: Schemas) -> set[str]:
    return {f"{release} {soort.value}" for release in schemas.releases for soort in schemas.soorten(release)}
