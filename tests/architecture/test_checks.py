"""The checks themselves: each finds what it is for, and only that."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import checks

Check = Callable[[str], Iterator[str]]

BAD: list[tuple[Check, str]] = [
    (checks.long_file, "\n" * 401),
    (checks.long_functions, "def f():\n" + "    x = 1\n" * 30),
    (checks.long_functions, "class C:\n    async def f(self):\n" + "        x = 1\n" * 30),
    (checks.missing_docstring, "x = 1\n"),
    (checks.missing_docstring, '"""unfinished"""\n'),
    (checks.inexact_numbers, "x = 0.21\n"),
    (checks.inexact_numbers, "def f(x: float): ...\n"),
    (checks.inexact_numbers, "from decimal import Decimal\n"),
    (checks.inexact_numbers, "x = decimal.Decimal('1')\n"),
    (checks.inexact_numbers, "x = cents / 100\n"),
    (checks.prints, "def f():\n    print('x')\n"),
    (checks.unfinished, "x = 1  # TO" + "DO later\n"),
    (checks.unfinished, "# FIX" + "ME\n"),
    (checks.machine_paths, "open('/ho" + "me/someone/x')\n"),
    (checks.machine_paths, "open('/wo" + "rk/main')\n"),
    (checks.machine_paths, "see ../.lib" + "rary/x\n"),
    (checks.registries, "--index" + "-url https://example.org\n"),
    (checks.registries, "https://PyP" + "I.org/simple\n"),
    (checks.unordered_parameters, "@pytest.mark.parametrize('x', set(Eenheid) - {Eenheid.UUR})\ndef f(x): ...\n"),
    (checks.unordered_parameters, "@pytest.mark.parametrize('x', {1, 2})\ndef f(x): ...\n"),
    (checks.hurried, "@settings(suppress_health_" + "check=[HealthCheck.function_scoped_fixture])\n"),
    (checks.one_way_migration, "def upgrade(): op.create_table('x')\n"),
    (checks.one_way_migration, "def downgrade():\n    pass\n"),
    (checks.one_way_migration, "def downgrade():\n    raise NotImplementedError('never')\n"),
]

GOOD: list[tuple[Check, str]] = [
    (checks.long_file, "\n" * 400),
    (checks.long_functions, "def f():\n" + "    x = 1\n" * 29),
    (checks.missing_docstring, '"""What it is."""\n'),
    (checks.missing_docstring, '"""What it is.\n\nMore:\n\n    x\n"""\n'),
    (checks.inexact_numbers, "x = Fraction(1, 3) / share // 2\n"),
    (checks.prints, "blueprint('x')\n"),
    (checks.unfinished, "todos = mastodon\n"),
    (checks.machine_paths, "path = 'network/main/home/x'\n"),
    (checks.machine_paths, "shared = ROOT.parent / 'shared'  # ../shared\n"),
    (checks.registries, "the index of berichten\n"),
    (checks.unordered_parameters, "@pytest.mark.parametrize('x', sorted({1, 2}))\ndef f(x): ...\n"),
    (checks.hurried, "@settings(suppress_health_check=BESIDE_A_FIXTURE)\n"),
    (checks.hurried, "@settings(suppress_health_check=[HealthCheck.too_slow])\n"),
    (checks.one_way_migration, "def downgrade():\n    op.drop_table('x')\n"),
]


@pytest.mark.parametrize(("check", "source"), BAD)
def test_finds_the_offence(check: Check, source: str):
    assert len(list(check(source))) == 1


@pytest.mark.parametrize(("check", "source"), GOOD)
def test_accepts_what_is_right(check: Check, source: str):
    assert list(check(source)) == []
