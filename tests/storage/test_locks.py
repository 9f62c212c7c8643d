"""Advisory locks: two with the same number would make work wait that has nothing to do with each other."""

from __future__ import annotations

import re
from collections import Counter

from tests.architecture.files import python_files

LOCK = re.compile(r"^([A-Z_]*LOCK)\b[^=\n]*= *([0-9_]+)", re.MULTILINE)


def test_every_number_is_used_once():
    found = [(name, int(number)) for path in python_files("app") for name, number in LOCK.findall(path.read_text())]
    assert len(found) >= 3
    assert [name for name, number in found if Counter(number for _, number in found)[number] > 1] == []


def test_no_lock_is_taken_by_a_bare_number():
    takes = re.compile(r"pg_(?:try_)?advisory_\w*\(\s*[0-9]")
    assert [path.name for path in python_files("app") if takes.search(path.read_text())] == []
