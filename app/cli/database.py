"""`iwmo db`: the schema of the database."""

from __future__ import annotations

import argparse
from contextlib import closing

from app.cli.subcommands import Subcommands
from app.main import create_runtime, demand_database, migrate
from app.settings import Settings


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("db", help="het schema van de database")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    upgrade = actions.add_parser("upgrade", help="het schema bijwerken")
    upgrade.set_defaults(run=_upgrade)


def _upgrade(_arguments: argparse.Namespace) -> int:
    runtime = create_runtime(Settings())
    with closing(runtime.storage):
        demand_database(runtime)
        migrate(runtime)
    print("Het schema van de database is bij.")
    return 0
