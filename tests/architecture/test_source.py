"""The source text of the project keeps its own rules."""

from __future__ import annotations

from tests.architecture import checks
from tests.architecture.files import ROOT, offences, python_files, text_files

# Path and function, each with its reason: empty is best.
LONG_FUNCTIONS_ALLOWED: set[str] = set()


def test_there_is_something_to_check():
    assert len(list(python_files("app"))) > 10
    assert ROOT / "pyproject.toml" in set(text_files())
    assert ROOT / "Makefile" in set(text_files())


def test_no_file_is_longer_than_400_lines():
    assert offences(checks.long_file, *python_files("app", "migrations", "tests")) == []


def test_no_function_is_longer_than_30_lines():
    found = offences(checks.long_functions, *python_files("app"))
    assert [offence for offence in found if offence.split(" has ")[0] not in LONG_FUNCTIONS_ALLOWED] == []


def test_every_module_says_what_it_is():
    assert offences(checks.missing_docstring, *python_files("app", "migrations", "tests")) == []


def test_domain_and_rules_count_exactly():
    assert offences(checks.inexact_numbers, *python_files("app/domain", "app/rules")) == []


def test_only_commands_print():
    commands = {ROOT / "app/cli.py", *python_files("app/cli")}
    assert offences(checks.prints, *(path for path in python_files("app") if path not in commands)) == []


def test_nothing_is_left_unfinished():
    assert offences(checks.unfinished, *text_files()) == []


def test_nothing_depends_on_one_machine():
    assert offences(checks.machine_paths, *text_files()) == []


def test_nothing_names_a_package_registry():
    assert offences(checks.registries, *text_files()) == []


def test_the_order_of_tests_is_fixed():
    assert offences(checks.unordered_parameters, *python_files("tests")) == []


def test_no_test_is_in_a_hurry():
    assert offences(checks.hurried, *python_files("tests")) == []


def test_every_migration_can_be_undone():
    assert offences(checks.one_way_migration, *python_files("migrations/versions")) == []
