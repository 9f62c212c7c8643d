"""`iwmo inrichting`: load what a gemeente decided from YAML, and show it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app.cli.subcommands import Subcommands
from app.cli.who import command_line_user
from app.domain.refusals import InrichtingInvalid
from app.inrichting.show import show
from app.main import opened_runtime
from app.processing.inrichtingen import all_inrichtingen, load_files
from app.settings import Settings


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("inrichting", help="producten, tarieven, contracten en perioden")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    load = actions.add_parser("load", help="laden uit YAML: alles of niets")
    load.add_argument("files", nargs="+", type=Path, metavar="BESTAND")
    load.set_defaults(run=_load)
    shown = actions.add_parser("show", help="tonen wat geladen is, als YAML")
    shown.add_argument("--gemeente", metavar="CODE", help="alleen deze gemeente")
    shown.set_defaults(run=_show)


def _load(arguments: argparse.Namespace) -> int:
    try:
        with opened_runtime(Settings()) as runtime:
            changed = load_files(runtime, arguments.files, door=command_line_user())
    except InrichtingInvalid as refusal:
        for finding in refusal.findings:
            place = f"{finding.waarden.get('bestand')}:{finding.regelnummer or '?'}"
            print(f"{place}: {finding.pad}: {finding.melding}", file=sys.stderr)
        return 1
    print(f"Geladen: {', '.join(changed)}." if changed else "Er is niets veranderd.")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime, runtime.storage.reading() as session:
        known = all_inrichtingen(session, runtime)
    wanted = [known[g] for g in known if arguments.gemeente in {None, g}]
    print("---\n".join(show(inrichting) for inrichting in wanted), end="")
    return 0 if wanted else 1
