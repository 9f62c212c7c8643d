"""`iwmo retention`: delete what was kept long enough, see what is due when, and stop deletion."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import fields
from datetime import date
from getpass import getuser

from rich.table import Table
from rich.text import Text

from app.cli.console import output
from app.cli.subcommands import Subcommands
from app.domain.logboek import OPDRACHTREGEL, Wie, at_command_line
from app.main import opened_runtime
from app.processing import bewaren, bewaren_stops
from app.settings import AMSTERDAM, Settings


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("retention", help="verwijderen wat lang genoeg is bewaard")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    run = actions.add_parser("run", help="verwijderen waarvan de bewaartermijn voorbij is")
    run.add_argument("--dry-run", action="store_true", help="alleen tellen, niets verwijderen")
    run.add_argument("--batch", type=_positive, default=bewaren.AT_ONCE, metavar="N", help="dossiers per transactie")
    run.add_argument("--until", type=_day, metavar="DATUM", help="doe alsof het deze dag is; later kan alleen op proef")
    run.add_argument("--json", action="store_true", help="het verslag als JSON")
    run.set_defaults(run=_run)
    listing = actions.add_parser("list", help="hoeveel dossiers in welke maand aflopen")
    listing.add_argument("--json", action="store_true", help="als JSON")
    listing.set_defaults(run=_list)
    _add_hold(actions)


def _add_hold(actions: Subcommands) -> None:
    hold = actions.add_parser("hold", help="dossiers van verwijdering uitzonderen")
    acts = hold.add_subparsers(title="acties", required=True, metavar="actie")
    add = acts.add_parser("add", help="een dossier vasthouden")
    about = add.add_mutually_exclusive_group(required=True)
    about.add_argument("--client-stdin", action="store_true", help="de cliënt met het bsn op standaardinvoer")
    about.add_argument(
        "--toewijzing", type=_toewijzing, metavar="GEMEENTE/NUMMER", help="het dossier van een toewijzing"
    )
    about.add_argument("--bericht", metavar="ID", help="alle dossiers waarin een bericht zit")
    add.add_argument("--gemeente", metavar="CODE", help="bij --client-stdin: alleen het dossier bij deze gemeente")
    add.add_argument("--toekomst", action="store_true", help="bij --client-stdin: ook als er nog geen dossier is")
    add.add_argument("--reden", required=True, help="waarom, zonder persoonsgegevens")
    add.set_defaults(run=_hold)
    acts.add_parser("list", help="wat er vastgehouden wordt").set_defaults(run=_holds)
    lift = acts.add_parser("lift", help="een dossier niet langer vasthouden")
    lift.add_argument("id", metavar="ID")
    lift.set_defaults(run=_lift)


def _run(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        verslag = bewaren.run(runtime, _wie(), until=arguments.until, trial=arguments.dry_run, at_once=arguments.batch)
    facts = {field.name: getattr(verslag, field.name) for field in fields(verslag)}
    if arguments.json:
        print(json.dumps(facts, default=str, ensure_ascii=False))
    else:
        rows = facts.pop("rijen")
        table = Table("wat", "aantal of dag")
        for name, value in [*facts.items(), *((f"rijen {name}", count) for name, count in sorted(rows.items()))]:
            table.add_row(name, _shown(value))
        output().print(table)
    return 1 if verslag.mislukt else 0


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return "" if value is None else str(value)


def _list(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        found = bewaren.months(runtime)
    if arguments.json:
        print(json.dumps(found))
        return 0
    table = Table("te bewaren tot en met", "dossiers")
    for month, count in found.items():
        table.add_row(month or "nog zonder einde", str(count))
    output().print(table)
    return 0


def _hold(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        if arguments.client_stdin:
            gezet = bewaren_stops.stop_client(
                runtime,
                _wie(),
                bsn=sys.stdin.readline().strip(),
                gemeente=arguments.gemeente,
                reden=arguments.reden,
                toekomst=arguments.toekomst,
            )
        elif arguments.toewijzing:
            gemeente, sleutel = arguments.toewijzing
            gezet = bewaren_stops.stop_toewijzing(
                runtime, _wie(), gemeente=gemeente, sleutel=sleutel, reden=arguments.reden
            )
        else:
            gezet = bewaren_stops.stop_bericht(runtime, _wie(), bericht_id=arguments.bericht, reden=arguments.reden)
    print(gezet.id)
    print(f"Vastgehouden dossiers: {gezet.dossiers}.", file=sys.stderr)  # the id alone is for who reads the output
    return 0


def _holds(_arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        stops = bewaren_stops.all_stops(runtime)
    table = Table("id", "wat", "reden", "door", "gezet", "opgeheven")
    for stop in stops:
        named = f"toewijzing {stop.gemeente}/{stop.sleutel}" if stop.sleutel else f"bericht {stop.bericht_id}"
        what = f"cliënt {stop.gemeente or ''}".strip() if stop.bsn else named
        lifted = stop.opgeheven_op
        table.add_row(
            stop.id,
            "" if lifted else what,
            Text(stop.reden),
            Text(stop.gezet_door),
            f"{stop.gezet_op.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}",
            f"{lifted.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}" if lifted else "",
        )
    output().print(table)
    return 0


def _lift(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        lifted = bewaren_stops.lift(runtime, _wie(), arguments.id)
    if not lifted:
        print("iwmo: er wordt niets vastgehouden onder dit id.", file=sys.stderr)
        return 1
    print("Opgeheven.")
    return 0


def _wie() -> Wie:
    try:
        return at_command_line(getuser())
    except (OSError, KeyError):  # a machine that knows no names
        return OPDRACHTREGEL


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("een datum is JJJJ-MM-DD") from None


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError("een aantal is een getal vanaf 1")
    return int(text)


def _toewijzing(text: str) -> tuple[str, str]:
    gemeente, slash, nummer = text.partition("/")
    if not (gemeente and slash and nummer):
        raise argparse.ArgumentTypeError("een toewijzing is GEMEENTE/NUMMER")
    return gemeente, nummer
