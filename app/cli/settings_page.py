"""docs/settings.md, written from the settings themselves: `python -m app.cli.settings_page`."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.settings import PROJECT, Settings

PAGE = PROJECT / "docs" / "settings.md"
INTRODUCTION = """# Settings

Settings are environment variables. Each has a default that works on a fresh machine; a wrong value stops the service
before it starts. `make docs` writes this page from `app/settings.py`.

| variable | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """The page: a row for every setting."""
    prefix = Settings.model_config.get("env_prefix", "")
    rows = (f"| `{prefix}{name.upper()}` | {_default(field)} | {_meaning(field)} |\n" for name, field in _fields())
    return INTRODUCTION + "".join(rows)


def _fields() -> list[tuple[str, FieldInfo]]:
    return list(Settings.model_fields.items())


def _default(field: FieldInfo) -> str:
    value: object = field.get_default()
    if value is PydanticUndefined:
        raise ValueError("a setting without a default")
    return f"`{value.as_posix() if isinstance(value, Path) else value}`" if value is not None else "(empty)"


def _meaning(field: FieldInfo) -> str:
    return (field.description or "").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(settings_page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(PROJECT)}\n")
