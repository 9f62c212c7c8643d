"""Imported once by the process that the services of the tests are forked from, so that each starts at once."""

from tests.faults.launch import compile_schemas_once

compile_schemas_once()
