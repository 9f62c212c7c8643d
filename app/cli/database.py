"""`iwmo db`: the schema of the database, and whether the sums in it are right."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from app.cli.subcommands import Subcommands
from app.main import create_runtime, demand_database, migrate, opened_runtime
from app.settings import Settings
from app.storage.prestatie_sommen import differing, rebuild


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("db", help="het schema en de sommen van de database")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    upgrade = actions.add_parser("upgrade", help="het schema bijwerken")
    upgrade.set_defaults(run=_upgrade)
    sommen = actions.add_parser("sommen", help="de sommen van stuurinformatie vergelijken met alle regels")
    sommen.add_argument("--herstel", action="store_true", help="sommen die niet kloppen opnieuw maken")
    sommen.set_defaults(run=_sommen)


def _upgrade(_arguments: argparse.Namespace) -> int:
    runtime = create_runtime(Settings())
    with closing(runtime.storage):
        demand_database(runtime)
        migrate(runtime)
    print("Het schema van de database is bij.")
    return 0


def _sommen(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        with runtime.storage.reading() as session:
            wrong = len(differing(session))
        if wrong and arguments.herstel:
            runtime.storage.run(rebuild)
    if not wrong:
        print("De sommen kloppen.")
        return 0
    done = "opnieuw gemaakt" if arguments.herstel else "maak ze opnieuw met: iwmo db sommen --herstel"
    print(f"Sommen die niet klopten: {wrong}; {done}.", file=sys.stderr)
    return 0 if arguments.herstel else 1
