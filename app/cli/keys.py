"""`iwmo key`: make, list and revoke API keys, also while the service runs."""

from __future__ import annotations

import argparse
import sys

from rich.table import Column, Table
from rich.text import Text

from app.cli.console import output
from app.cli.subcommands import Subcommands
from app.domain.principal import MACHINES, Rol
from app.main import opened_runtime
from app.processing.keys import all_keys, create_key, revoke
from app.settings import AMSTERDAM, Settings


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("key", help="API-sleutels maken, tonen en intrekken")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    create = actions.add_parser("create", help="een sleutel maken; hij staat alleen op de laatste regel")
    create.add_argument("--role", required=True, choices=sorted(MACHINES), help="waarvoor de sleutel is")
    create.add_argument("--gemeente", action="append", default=[], metavar="CODE", help="gemeentecode, herhaalbaar")
    create.add_argument("--agb", action="append", default=[], metavar="AGB", help="AGB-code, herhaalbaar")
    create.add_argument("--name", default="", metavar="NAAM", help="wie of wat de sleutel gebruikt")
    create.set_defaults(run=_create)
    actions.add_parser("list", help="de sleutels tonen").set_defaults(run=_list)
    revoke_key = actions.add_parser("revoke", help="een sleutel intrekken; dat werkt meteen")
    revoke_key.add_argument("keyid", metavar="KEYID")
    revoke_key.set_defaults(run=_revoke)


def _create(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        key = create_key(
            runtime,
            rol=Rol(arguments.role),
            gemeenten=arguments.gemeente,
            aanbieders=arguments.agb,
            naam=arguments.name,
        )
    print("Bewaar deze sleutel; hij wordt maar één keer getoond:", file=sys.stderr)
    print(key)
    return 0


def _list(_arguments: argparse.Namespace) -> int:
    table = Table(Column("keyid", no_wrap=True, min_width=16), "rol", "voor", "naam", "gemaakt", "ingetrokken")
    with opened_runtime(Settings()) as runtime:
        keys = all_keys(runtime)
    for key in keys:
        revoked = key.ingetrokken_op
        table.add_row(
            key.keyid,
            key.rol,
            " ".join(sorted(key.gemeenten | key.aanbieders)),
            Text(key.naam),
            f"{key.gemaakt_op.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}",
            f"{revoked.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" if revoked else "",
        )
    output().print(table)
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        revoked = revoke(runtime, arguments.keyid)
    if not revoked:
        print(f"iwmo: er is geen werkende sleutel {arguments.keyid}.", file=sys.stderr)
        return 1
    print(f"Sleutel {arguments.keyid} is ingetrokken.")
    return 0
