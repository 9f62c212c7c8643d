"""`iwmo check`: judge files or folders offline; 0 clean, 1 findings, 2 unreadable."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Column, Table
from rich.text import Text

from app.cli.console import output, shown
from app.cli.subcommands import Subcommands
from app.domain.retour import Finding, Waarde
from app.iwmo.schema_directory import active_directory
from app.iwmo.xsd import Schemas
from app.main import OWN_SCHEMAS
from app.processing.offline import OfflineVerdict, judge_offline
from app.settings import Settings

CLEAN, FINDINGS, UNREADABLE = 0, 1, 2
MANY = 20


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("check", help="berichten beoordelen zonder ze aan te bieden")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PAD", help="bestand, of map met .xml-bestanden")
    parser.add_argument("--json", action="store_true", help="één JSON-regel per bestand")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    settings = Settings()
    schemas = Schemas.load(settings.schemas_dir or active_directory(settings.schemas_pointer, OWN_SCHEMAS))
    files = list(_files(arguments.paths))
    console = Console(stderr=True)
    worst = CLEAN if files else UNREADABLE
    if not files:
        console.print("Er zijn geen berichten gevonden.")
    steps = track(files, "Beoordelen", console=console, disable=len(files) < MANY, transient=True)
    for path, verdict in _judged(schemas, steps, settings.max_bericht_bytes):
        worst = max(worst, _exit_status(verdict))
        _print_json(path, verdict) if arguments.json else _print_table(path, verdict)
    return worst


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.suffix.lower() == ".xml")
        else:
            yield path


def _judged(schemas: Schemas, files: Iterable[Path], limit: int) -> Iterator[tuple[Path, OfflineVerdict]]:
    for path in files:
        try:
            with path.open("rb") as file:
                body = file.read(limit + 1)
        except OSError as error:
            yield path, _unreadable(_why(error))
            continue
        yield path, judge_offline(schemas, body) if len(body) <= limit else _unreadable("Het bestand is te groot.")


def _why(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "Het bestand bestaat niet."
        case PermissionError():
            return "Het bestand mag niet gelezen worden."
        case _:
            return f"Het bestand is niet te lezen ({error.strerror})."


def _unreadable(melding: str) -> OfflineVerdict:
    return OfflineVerdict(findings=(Finding(regel="LEES", retourcode=None, pad="/", melding=melding),))


def _exit_status(verdict: OfflineVerdict) -> int:
    if verdict.soort is None:
        return UNREADABLE
    return FINDINGS if verdict.findings else CLEAN


def _print_json(path: Path, verdict: OfflineVerdict) -> None:
    line = {
        "bestand": shown(path),
        "release": verdict.release,
        "soort": verdict.soort,
        "bevindingen": [asdict(finding) for finding in verdict.findings],
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _print_table(path: Path, verdict: OfflineVerdict) -> None:
    console = output()
    what = f"{verdict.soort} {verdict.release}" if verdict.soort else "onleesbaar"
    colour = {CLEAN: "green", FINDINGS: "yellow", UNREADABLE: "red"}[_exit_status(verdict)]
    outcome = "geen bevindingen" if not verdict.findings else f"{len(verdict.findings)} bevinding(en)"
    console.print(Text.assemble(shown(path), "  ", (what, "bold"), "  ", (outcome, colour)), soft_wrap=True)
    if not verdict.findings:
        return
    table = Table("regel", "code", "lijn", Column("pad", overflow="fold"), "melding")
    for finding in verdict.findings:
        waarden = ", ".join(f"{name}: {_in_words(value)}" for name, value in finding.waarden.items())
        melding = f"{finding.melding} ({waarden})" if waarden else finding.melding
        line = str(finding.regelnummer or "")
        table.add_row(finding.regel, finding.retourcode or "", line, Text(finding.pad), Text(melding))
    console.print(table)


def _in_words(value: Waarde) -> str:
    if value is None:
        return "leeg"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return str(value)
