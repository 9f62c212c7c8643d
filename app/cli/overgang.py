"""`iwmo overgang`: convert the clients in a CSV; 0 all done, 1 some rows failed, 2 the file is unusable."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Column, Table
from rich.text import Text

from app.cli.subcommands import Subcommands
from app.cli.who import command_line_user
from app.domain.bedrag import Bedrag
from app.domain.notation import bedrag_in_dutch
from app.domain.overgang import FIRST_DAY, WEKEN, Afstemming, Omzetting, Stand, Uitkomst
from app.domain.refusals import InvalidInput
from app.main import create_runtime, prepare_database
from app.overgang.clients import Clientbestand, open_clients
from app.overgang.rapport import Rapport
from app.processing.overgang import convert_clients, inrichting_for
from app.processing.runtime import Runtime
from app.settings import Settings

DONE, SOME_FAILED = 0, 1
MOST_SHOWN = 50
MOST_WEKEN = 520
WITHOUT_CONTRACT = "zonder contract"


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("overgang", help="bestaande cliënten uit een CSV omzetten naar budgetten en 301's")
    parser.add_argument("file", type=Path, metavar="BESTAND", help="CSV met een rij per cliënt en productspecificatie")
    parser.add_argument("--gemeente", required=True, metavar="CODE", help="CBS-code van de gemeente")
    parser.add_argument("--vanaf", type=_day, default=FIRST_DAY, metavar="DATUM", help=f"standaard {FIRST_DAY}")
    parser.add_argument("--weken", type=_weken, default=WEKEN, help=f"duur van de realisatie (standaard {WEKEN})")
    parser.add_argument("--proef", action="store_true", help="alles beoordelen en niets opslaan")
    parser.add_argument("--rapport", type=Path, metavar="CSV", help="schrijf de afstemming naar dit bestand")
    parser.add_argument("--jsonl", action="store_true", help="één JSON-regel per cliënt in plaats van tabellen")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    runtime = create_runtime(Settings())
    prepare_database(runtime)
    omzetting = Omzetting(gemeente=arguments.gemeente, vanaf=arguments.vanaf, weken=arguments.weken)
    inrichting = inrichting_for(runtime, arguments.gemeente)
    bestand = open_clients(arguments.file)
    afstemming = Afstemming(frozenset(contract.aanbieder for contract in inrichting.contracten))
    shown = _Shown()
    for note in bestand.opmerkingen:
        print(f"iwmo: {note}", file=sys.stderr)
    with ExitStack() as stack:
        rapport = _open_rapport(stack, arguments.rapport, arguments.file)
        for uitkomst in _outcomes(runtime, omzetting, bestand, proef=arguments.proef):
            afstemming.add(uitkomst)
            shown.add(uitkomst)
            if rapport:
                rapport.add(uitkomst)
            if arguments.jsonl:
                _print_json({"soort": "client", **_as_json(uitkomst)})
        if rapport:
            rapport.close(afstemming)
    _print_totals_as_json(afstemming) if arguments.jsonl else _print(afstemming, shown, proef=arguments.proef)
    return SOME_FAILED if afstemming.met_fouten else DONE


def _outcomes(runtime: Runtime, omzetting: Omzetting, bestand: Clientbestand, *, proef: bool) -> Iterable[Uitkomst]:
    outcomes = convert_clients(runtime, omzetting, bestand.clients(), proef=proef, door=command_line_user())
    console = Console(stderr=True)
    what = "Proef" if proef else "Omzetten"
    return track(outcomes, what, total=bestand.clienten, console=console, disable=not console.is_terminal)


def _open_rapport(stack: ExitStack, path: Path | None, source: Path) -> Rapport | None:
    """The report, open for as long as the stack; with a BOM, by which a spreadsheet knows that it is UTF-8."""
    if path is None:
        return None
    if path.exists() and path.samefile(source):
        raise InvalidInput("Het rapport zou het bestand zelf overschrijven.")
    return Rapport(stack.enter_context(path.open("w", encoding="utf-8-sig", newline="")))


@dataclass(slots=True)
class _Shown:
    """The clients that fit on a screen: the first ones, and the first ones that failed."""

    first: list[Uitkomst] = field(default_factory=list[Uitkomst])
    failed: list[Uitkomst] = field(default_factory=list[Uitkomst])

    def add(self, uitkomst: Uitkomst) -> None:
        for kept, wanted in ((self.first, True), (self.failed, bool(uitkomst.fouten))):
            if wanted and len(kept) < MOST_SHOWN:
                kept.append(uitkomst)


def _print(afstemming: Afstemming, shown: _Shown, *, proef: bool) -> None:
    console, totaal = Console(), afstemming.totaal
    if totaal.clienten <= MOST_SHOWN:
        console.print(_client_table(shown.first))
    else:
        console.print(f"{totaal.clienten} cliënten; met --rapport staat elke cliënt in een CSV.")
    if shown.failed:
        console.print(_fout_table(shown.failed))
    if afstemming.met_fouten > len(shown.failed):
        console.print(f"En nog {afstemming.met_fouten - len(shown.failed)} cliënten met fouten; zie --rapport.")
    console.print(_aanbieder_table(afstemming))
    if proef:
        console.print("Dit was een proef: er is niets opgeslagen.")


def _client_table(uitkomsten: Sequence[Uitkomst]) -> Table:
    table = Table("regel", "cliënt", "aanbieder", "uitslag", title="Budget per vier weken, per cliënt")
    for name in ("oud", "nieuw", "verschil"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in uitkomsten:
        amounts = (_amount(one.oud), _amount(one.nieuw), _amount(one.verschil))
        table.add_row(str(one.regel), one.referentie, one.aanbieder or "", one.uitslag.value, *amounts)
    return table


def _fout_table(uitkomsten: Sequence[Uitkomst]) -> Table:
    table = Table("regel", "kolom", "reden", title="Fouten")
    for fout in [fout for one in uitkomsten for fout in one.fouten][:MOST_SHOWN]:
        table.add_row(str(fout.regel), fout.kolom, Text(fout.reden))
    return table


def _aanbieder_table(afstemming: Afstemming) -> Table:
    table = Table(Column("aanbieder", no_wrap=True), title="Budget per vier weken, per aanbieder")
    for name in ("omgezet", "eerder", "mislukt", "oud", "nieuw", "verschil"):
        table.add_column(name, justify="right", no_wrap=True)
    for aanbieder, stand in sorted(afstemming.per_aanbieder.items(), key=lambda pair: pair[0] or ""):
        table.add_row(aanbieder or WITHOUT_CONTRACT, *_stand_cells(stand))
    table.add_section()
    table.add_row("totaal", *_stand_cells(afstemming.totaal))
    return table


def _stand_cells(stand: Stand) -> Sequence[str]:
    counts = (stand.omgezet, stand.eerder, stand.mislukt)
    amounts = (stand.oud, stand.nieuw, stand.verschil)
    return [*map(str, counts), *map(bedrag_in_dutch, amounts)]


def _amount(bedrag: Bedrag | None) -> str:
    return "" if bedrag is None else bedrag_in_dutch(bedrag)


def _as_json(uitkomst: Uitkomst) -> dict[str, object]:
    return {
        "regel": uitkomst.regel,
        "client": uitkomst.referentie,
        "aanbieder": uitkomst.aanbieder,
        "uitslag": uitkomst.uitslag.value,
        "oudBudgetCenten": _cents(uitkomst.oud),
        "nieuwBudgetCenten": _cents(uitkomst.nieuw),
        "verschilCenten": _cents(uitkomst.verschil),
        "toekenning": uitkomst.toekenning_id,
        "fouten": [asdict(fout) for fout in uitkomst.fouten],
        "waarschuwingen": [asdict(fout) for fout in uitkomst.waarschuwingen],
    }


def _print_totals_as_json(afstemming: Afstemming) -> None:
    for aanbieder, stand in sorted(afstemming.per_aanbieder.items(), key=lambda pair: pair[0] or ""):
        _print_json({"soort": "aanbieder", "aanbieder": aanbieder, **_stand_json(stand)})
    _print_json({"soort": "totaal", **_stand_json(afstemming.totaal)})


def _stand_json(stand: Stand) -> dict[str, object]:
    return {
        "clienten": stand.clienten,
        "omgezet": stand.omgezet,
        "eerderOmgezet": stand.eerder,
        "mislukt": stand.mislukt,
        "oudBudgetCenten": stand.oud.cents,
        "nieuwBudgetCenten": stand.nieuw.cents,
        "verschilCenten": stand.verschil.cents,
        "oudBudgetMisluktCenten": stand.oud_mislukt.cents,
    }


def _print_json(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _cents(bedrag: Bedrag | None) -> int | None:
    return None if bedrag is None else bedrag.cents


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("een datum is jjjj-mm-dd") from None


def _weken(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 0 < int(text) <= MOST_WEKEN):  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"een aantal weken is een getal van 1 tot en met {MOST_WEKEN}")
    return int(text)
