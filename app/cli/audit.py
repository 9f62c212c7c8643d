"""`iwmo audit`: whether the logboek is as it was written, a point of it to keep elsewhere, and an export."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from app.cli.subcommands import Subcommands
from app.cli.who import command_line_user
from app.domain.refusals import InvalidInput
from app.main import opened_runtime
from app.processing.csv_rows import csv_text
from app.processing.logboek import text_of
from app.processing.logboek_controle import Ankerpunt, anchor, verify
from app.processing.logboek_export import COLUMNS, Exportvraag, Line, Vorm, export
from app.processing.logboek_schakels import Breuk
from app.processing.logboek_zegels import purge_all, seal
from app.settings import AMSTERDAM, Settings

BSN_DIGITS = 9


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("audit", help="het logboek: controleren, een anker bewaren, exporteren")
    actions = parser.add_subparsers(title="acties", required=True, metavar="actie")
    check = actions.add_parser("verify", help="controleren of er niets in veranderd of verdwenen is")
    check.add_argument("--anchor", type=Path, metavar="BESTAND", help="ook vergelijken met bewaarde ankers")
    check.set_defaults(run=_verify)
    actions.add_parser("anchor", help="een anker tonen om elders te bewaren").set_defaults(run=_anchor)
    purge = actions.add_parser("purge", help="regels verwijderen waarvan de bewaartermijn voorbij is")
    purge.set_defaults(run=_purge)
    out = actions.add_parser("export", help="regels uitvoeren, oudste eerst; ook dat komt in het logboek")
    out.add_argument("--vorm", required=True, choices=[vorm.value for vorm in Vorm])
    out.add_argument("--van", type=date.fromisoformat, metavar="DATUM", help="vanaf deze dag")
    out.add_argument("--tot", type=date.fromisoformat, metavar="DATUM", help="tot en met deze dag")
    out.add_argument("--client-stdin", action="store_true", help="over één client; het bsn staat op de standaardinvoer")
    out.add_argument("--csv", action="store_true", help="als csv, anders één JSON-object per regel")
    out.set_defaults(run=_export)


def _verify(arguments: argparse.Namespace) -> int:
    ankers = _ankers(arguments.anchor) if arguments.anchor else []
    with opened_runtime(Settings()) as runtime:
        found = verify(runtime, ankers=ankers)
    if found.breuk is None:
        compared = f", vergeleken met {len(ankers)} ankers" if ankers else ""
        print(f"Het logboek klopt: {found.goed} rijen, {_range(found.vanaf, found.laatste)}{compared}.")
        return 0
    print(f"Het logboek klopt NIET: {_told(found.breuk)}.", file=sys.stderr)
    place = _range(found.vanaf, found.laatste)
    print(f"Fouten: {found.fouten}. Rijen die kloppen: {found.goed}, {place}.", file=sys.stderr)
    return 1


def _range(first: int, last: int) -> str:
    return f"volgnummer {first} tot en met {last}" if last >= first else "nog zonder volgnummers"


def _told(breuk: Breuk) -> str:
    place = f" bij volgnummer {breuk.volgnummer}" if breuk.volgnummer is not None else ""
    row = f" (rij {breuk.logboek_id})" if breuk.logboek_id is not None else ""
    return f"{breuk.wat}{place}{row}"


def _anchor(_arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        point = anchor(runtime)
    print(json.dumps(asdict(point)))
    return 0


def _purge(_arguments: argparse.Namespace) -> int:
    with opened_runtime(Settings()) as runtime:
        gone = purge_all(runtime, command_line_user())
    print(f"Verwijderd: {gone.weg} rijen waarvan de bewaartermijn voorbij is.")
    if gone.breuk is None:
        return 0
    print(f"Gestopt, en de rest is gebleven: {_told(gone.breuk)}. Zie iwmo audit verify.", file=sys.stderr)
    return 1


def _ankers(path: Path) -> list[Ankerpunt]:
    """The anchors in a file, one JSON object a line."""
    try:
        lines = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        return [_ankerpunt(one) for one in lines]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidInput("In dit bestand staan geen ankers van iwmo audit anchor.") from None


def _ankerpunt(one: dict[str, Any]) -> Ankerpunt:
    moment, tot = str(one["moment"]), one.get("bewaren_tot")
    for day in (moment[:10], tot):
        date.fromisoformat(day or moment[:10])  # raises ValueError for what is no day
    return Ankerpunt(volgnummer=int(one["volgnummer"]), keten=str(one["keten"]), moment=moment, bewaren_tot=tot)


def _export(arguments: argparse.Namespace) -> int:
    settings = Settings()
    vraag = Exportvraag(
        vorm=Vorm(arguments.vorm),
        van=_begin(arguments.van),
        tot=_begin(arguments.tot + timedelta(days=1)) if arguments.tot else None,
        bsn=_bsn() if arguments.client_stdin else None,
    )
    with opened_runtime(settings) as runtime:
        seal(runtime)
        lines = export(runtime, command_line_user(), vraag, activiteiten=settings.logboek_activiteiten)
        for text in _csv(vraag.vorm, lines) if arguments.csv else _json(lines):
            sys.stdout.write(text)
    return 0


def _begin(day: date | None) -> str | None:
    return text_of(datetime.combine(day, time.min, tzinfo=AMSTERDAM)) if day is not None else None


def _bsn() -> str:
    """The bsn on standard input: on the command line everybody on the machine could read it."""
    given = sys.stdin.readline().strip()
    if not (given.isascii() and given.isdigit() and len(given) == BSN_DIGITS):
        raise InvalidInput("Op de standaardinvoer staat geen bsn van negen cijfers.")
    return given


def _json(lines: Iterable[Line]) -> Iterator[str]:
    return (json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _csv(vorm: Vorm, lines: Iterable[Line]) -> Iterator[str]:
    columns = COLUMNS[vorm]
    return csv_text(columns, ([_cell(line[name]) for name in columns] for line in lines))


def _cell(value: object) -> object:
    """What is more than one value stands in its cell as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
