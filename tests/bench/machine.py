"""On what a run was measured, without telling whose machine it is."""

from __future__ import annotations

import os
import platform
import sqlite3

import sqlalchemy
from lxml import etree


def machine(postgresql: str | None = None) -> str:
    """One line of Markdown: processors and versions."""
    libxml2 = ".".join(map(str, etree.LIBXML_VERSION))
    parts = [
        f"{os.cpu_count()} cores ({_processor()})",
        f"Python {platform.python_version()}",
        f"lxml {etree.__version__} with libxml2 {libxml2}",
        f"SQLAlchemy {sqlalchemy.__version__}",
        f"SQLite {sqlite3.sqlite_version}",
        *([f"PostgreSQL {postgresql}"] if postgresql else []),
    ]
    return f"Measured on {', '.join(parts)}."


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:  # noqa: PTH123
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
