"""`iwmo <command>`: which commands there are, and how their errors reach a person."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from app.cli import check, database, demo, inrichting, keys, schemas, serve
from app.domain.refusals import Refusal
from app.iwmo.schema_files import SchemasUnusable
from app.main import SchemaOutdated


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; its exit status. 2 when the command line or the input is unusable."""
    parser = argparse.ArgumentParser(prog="iwmo", description="De iWmo-berichtenservice.")
    commands = parser.add_subparsers(title="commando's", required=True, metavar="commando")
    for module in (serve, demo, check, database, inrichting, keys, schemas):
        module.add_to(commands)
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments)
    except (Refusal, SchemasUnusable, SchemaOutdated) as error:
        print(f"iwmo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
