"""`iwmo schemas`: which XSDs judge, and whether they equal the official ones."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.subcommands import Subcommands
from app.ggk.schema_comparison import compare_envelopes
from app.ggk.schema_files import holds_envelope
from app.iwmo.schema_comparison import compare
from app.iwmo.schema_directory import active_directory, use_directory, use_own
from app.iwmo.schema_files import read_folder
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.settings import PROJECT, Settings
from app.xsd.differences import Difference

OWN_ENVELOPE_SCHEMAS = PROJECT / "schemas" / "ggk"


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("schemas", help="de XSD's waarmee berichten worden beoordeeld")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    actions.add_parser("list", help="de XSD's in gebruik, met hun sha256").set_defaults(run=_list)
    verify = actions.add_parser("verify", help="vergelijken met de map met officiële bestanden")
    verify.add_argument("directory", type=Path, metavar="MAP")
    verify.set_defaults(run=_verify)
    use = actions.add_parser("use", help="voortaan met de XSD's in deze map beoordelen")
    choice = use.add_mutually_exclusive_group(required=True)
    choice.add_argument("directory", type=Path, nargs="?", metavar="MAP")
    choice.add_argument("--eigen", action="store_true", help="weer met de meegeleverde XSD's")
    use.set_defaults(run=_use)


def _active(settings: Settings) -> Path:
    return settings.schemas_dir or active_directory(settings.schemas_pointer, OWN_SCHEMAS)


def _list(_arguments: argparse.Namespace) -> int:
    directory = _active(Settings())
    print(directory)
    for name, digest in sorted(Schemas.load(directory).digests().items()):
        print(f"{digest}  {name}")
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    theirs: Path = arguments.directory
    envelope = holds_envelope(theirs)
    found: list[Difference] = []
    if envelope:
        found += _told(compare_envelopes(OWN_ENVELOPE_SCHEMAS, theirs), "ggk0210: ")
    if not envelope or read_folder(theirs).releases:
        found += _told(compare(_active(Settings()), theirs), "")
    return 1 if found else 0


def _told(differences: list[Difference], standard: str) -> list[Difference]:
    for difference in differences:
        print(difference)
    print(f"{standard}{len(differences)} verschillen.")
    return differences


def _use(arguments: argparse.Namespace) -> int:
    if arguments.eigen:
        use_own(Settings().schemas_pointer)
        print("Vanaf de volgende start wordt beoordeeld met de meegeleverde XSD's.")
        return 0
    differences = use_directory(Settings().schemas_pointer, arguments.directory, OWN_SCHEMAS)
    for difference in differences:
        print(f"let op: {difference}")
    print(f"Vanaf de volgende start wordt beoordeeld met {arguments.directory}.")
    return 0
