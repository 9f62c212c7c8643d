"""`iwmo aansluiting`: how parties are reached besides their postbus, also while the service runs."""

from __future__ import annotations

import argparse
import sys

from rich.table import Column, Table
from rich.text import Text

from app.cli.console import output
from app.cli.subcommands import Subcommands
from app.cli.who import command_line_user
from app.domain.aflevering import AansluitingSoort
from app.main import opened_runtime
from app.processing.aansluitingen import all_aansluitingen, connect, disconnect, new_key, secret_of
from app.settings import Settings

WAYS = {
    AansluitingSoort.MAP: ("MAP", "een map; de dienst schrijft in `uit` en haalt op uit `in`"),
    AansluitingSoort.HTTP: ("URL", "een webhook; de sleutel staat alleen op de laatste regel"),
    AansluitingSoort.GGK: ("URL", "de adapter van het GGk, met StUF-GGk 2.1"),
}


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("aansluiting", help="hoe een partij haar berichten krijgt, behalve in haar postbus")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    set_one = actions.add_parser("set", help="aansluiten of veranderen; wat nog niet is afgeleverd gaat ook")
    _add_partij(set_one)
    ways = set_one.add_mutually_exclusive_group(required=True)
    for soort, (metavar, text) in WAYS.items():
        ways.add_argument(f"--{soort}", metavar=metavar, help=text)
    set_one.set_defaults(run=_set)
    actions.add_parser("list", help="de aansluitingen tonen").set_defaults(run=_list)
    remove = actions.add_parser("remove", help="alleen de postbus overlaten; daarin blijft alles staan")
    _add_partij(remove)
    remove.set_defaults(run=_remove)
    key = actions.add_parser("sleutel", help="een nieuwe sleutel voor een webhook; de vorige tekent nog mee")
    _add_partij(key)
    key.set_defaults(run=_key)


def _add_partij(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("partij", metavar="PARTIJ", help="aanbieder:98000001 of gemeente:1708")


def _set(arguments: argparse.Namespace) -> int:
    soort, adres = next((soort, given) for soort in WAYS if (given := getattr(arguments, soort)) is not None)
    with opened_runtime(Settings()) as runtime:
        aansluiting = connect(runtime, partij=arguments.partij, soort=soort, adres=adres, door=command_line_user())
        secret = secret_of(runtime, aansluiting) if soort is AansluitingSoort.HTTP else None
    print(f"{aansluiting.partij} is aangesloten ({aansluiting.soort}).", file=sys.stderr)
    if secret is not None:
        _print_secret(secret)
    return 0


def _list(_arguments: argparse.Namespace) -> int:
    table = Table(Column("partij", no_wrap=True), "soort", Column("adres", overflow="fold"), "sleutelversie")
    with opened_runtime(Settings()) as runtime:
        for one in all_aansluitingen(runtime):
            versie = str(one.sleutelversie) if one.soort is AansluitingSoort.HTTP else ""
            table.add_row(one.partij, one.soort, Text(one.adres), versie)
    output().print(table)
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        removed = disconnect(runtime, partij=arguments.partij, door=command_line_user())
    if not removed:
        print(f"iwmo: {arguments.partij} heeft geen aansluiting.", file=sys.stderr)
        return 1
    print(f"{arguments.partij} haalt haar berichten voortaan alleen uit haar postbus.")
    return 0


def _key(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        secret = secret_of(runtime, new_key(runtime, partij=arguments.partij, door=command_line_user()))
    _print_secret(secret)
    return 0


def _print_secret(secret: str) -> None:
    print("Geef deze sleutel aan de ontvanger, die er de handtekening mee controleert:", file=sys.stderr)
    print(secret)
