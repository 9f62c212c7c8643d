"""`iwmo serve`: the API on a port."""

from __future__ import annotations

import argparse
import os
import sys

import structlog

from app.cli.listening import listen, objections
from app.cli.operator import FIRST
from app.cli.stopping import leave_on_sigterm
from app.cli.subcommands import Subcommands, port
from app.main import identity_provider, opened_runtime, ways_in
from app.observability import configure_logging
from app.processing.personen import nobody_yet
from app.settings import Settings
from app.storage.alone import alone, is_for_one

log = structlog.get_logger(__name__)


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("serve", help="de dienst starten")
    parser.add_argument("--host", default="127.0.0.1", help="adres om op te luisteren (standaard 127.0.0.1)")
    parser.add_argument("--port", type=port, default=8000, help="poort (standaard 8000)")
    parser.add_argument("--no-worker", action="store_true", help="zonder achtergrondwerk; dat doet dan `iwmo worker`")
    parser.add_argument("--workers", type=int, default=1, help="aantal processen (op SQLite één)")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    settings = Settings()
    if arguments.workers > 1 and is_for_one(settings.database_url):
        print("iwmo: met SQLite kan er één proces zijn; gebruik PostgreSQL voor --workers.", file=sys.stderr)
        return 2
    if found := objections(arguments.host, settings):
        print(*(f"iwmo: {objection}" for objection in found), sep="\n", file=sys.stderr)
        return 2
    ways_in(settings)  # what is wrong with them is told before anything starts
    identity_provider(settings)
    if arguments.no_worker:
        os.environ["IWMO_WORKER"] = "false"  # every process of the server reads it
    roles = ("dienst", "werker") if Settings().worker else ("dienst",)
    leaving = leave_on_sigterm()
    with alone(settings.database_url, *roles):
        with opened_runtime(settings, holding=roles) as runtime:  # what is wrong with it is told before it serves
            if settings.local_login and nobody_yet(runtime):
                _tell_of_first_person(settings)
        leaving.demand_not_told()
        _serve(arguments, settings)
    return 0


def _tell_of_first_person(settings: Settings) -> None:
    if settings.log_format == "console":
        print(f"iwmo: {FIRST}", file=sys.stderr)
        return
    configure_logging(settings.log_format, settings.log_level)
    log.warning("nobody_can_log_in")


def _serve(arguments: argparse.Namespace, settings: Settings) -> None:
    listen(
        "app.main:create_app",
        factory=True,
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        log_level=settings.log_level,
    )
