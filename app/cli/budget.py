"""`iwmo budget`: the sheet of an indicatie, arrangement or etmalen on the terminal; 2 when it cannot be computed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from rich.console import Console
from rich.table import Column, Table

from app.api.budgetberekeningen import SheetOut, Weergave
from app.api.fields import iso_date
from app.cli.subcommands import Subcommands
from app.domain.bedrag import Bedrag
from app.domain.berekening import ArrangementKeuze, Berekening, Etmalen, Grondslag, Indicatie
from app.domain.notation import aantal_from_text, aantal_in_dutch, bedrag_in_dutch
from app.domain.refusals import InvalidInput
from app.main import create_runtime, prepare_database
from app.processing.berekeningen import Budgetvraag, budget
from app.settings import Settings

UNUSABLE = 2


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = commands.add_parser("budget", help="van indicatie, arrangement of etmalen naar budget per vier weken")
    parser.add_argument("indicatie", nargs="*", type=_indicatie, metavar="CODE=AANTAL", help="aantal per week")
    parser.add_argument("--gemeente", required=True, metavar="CODE", help="gemeentecode")
    parser.add_argument("--peildatum", type=_day, metavar="DATUM", help="waarop de tarieven gelden (standaard vandaag)")
    parser.add_argument("--arrangement", metavar="CODE", help="in plaats van een indicatie")
    parser.add_argument("--opslag", action="store_true", help="het arrangement met zijn opslag")
    parser.add_argument("--etmalen", type=_etmalen, metavar="PRODUCT=AANTAL", help="etmalen per vier weken")
    parser.add_argument("--aanbieder", metavar="AGB", help="reken met de tarieven van dit contract")
    parser.add_argument("--extern", action="store_true", help="zoals cliënt en aanbieder het zien")
    parser.add_argument("--json", action="store_true", help="als JSON")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    given = [part for part in (tuple(arguments.indicatie), arguments.arrangement, arguments.etmalen) if part]
    if len(given) != 1 or (arguments.opslag and not arguments.arrangement):
        print("iwmo: geef een indicatie (OZL1=5), --arrangement [--opslag] of --etmalen.", file=sys.stderr)
        return UNUSABLE
    settings = Settings()
    runtime = create_runtime(settings)
    prepare_database(runtime)
    keuze: Grondslag = ArrangementKeuze(arguments.arrangement, arguments.opslag) if arguments.arrangement else given[0]
    vraag = Budgetvraag(
        gemeente=arguments.gemeente,
        peildatum=arguments.peildatum or settings.business_date(),
        grondslag=keuze,
        aanbieder=arguments.aanbieder,
    )
    try:
        berekening = budget(runtime, vraag)
    except InvalidInput as refusal:
        return _refused(refusal, keuze)
    _print_json(berekening, extern=arguments.extern) if arguments.json else _print(berekening, extern=arguments.extern)
    return 0


def _indicatie(text: str) -> Indicatie:
    """CODE=AANTAL; a comma is as good as a point here, and what is no quantity is refused with all else."""
    code, _, aantal = text.partition("=")
    return Indicatie(code, aantal_from_text(aantal.replace(",", ".")) or Fraction(0))


def _etmalen(text: str) -> Etmalen:
    product, _, text = text.partition("=")
    aantal = aantal_from_text(text) or Fraction(0)
    return Etmalen(product, aantal.numerator if aantal.denominator == 1 else 0)


def _day(text: str) -> date:
    try:
        return iso_date(text)
    except ValueError:
        raise argparse.ArgumentTypeError("een datum is jjjj-mm-dd") from None


def _refused(refusal: InvalidInput, keuze: Grondslag) -> int:
    for finding in refusal.findings:
        place = finding.pad
        for number, line in enumerate(keuze if isinstance(keuze, tuple) else ()):
            place = place.replace(f"indicatie[{number}]", line.productspecificatie)
        print(f"iwmo: {place}: {finding.melding}", file=sys.stderr)
    return UNUSABLE


def _print_json(berekening: Berekening, *, extern: bool) -> None:
    sheet = SheetOut.of(berekening, Weergave.EXTERN if extern else Weergave.INTERN)
    print(sheet.model_dump_json(by_alias=True, indent=2))


def _print(berekening: Berekening, *, extern: bool) -> None:
    console = Console()
    if berekening.regels:
        console.print(_lines(berekening, extern=extern))
    table = Table.grid(Column(), Column(justify="right", no_wrap=True), padding=(0, 2))
    for name, amount in _amounts(berekening):
        table.add_row(name, bedrag_in_dutch(amount))
    product = f"{berekening.product.categorie} {berekening.product.code}"
    table.add_row("Budget per vier weken, in hele euro's", str(berekening.budget_euro))
    table.add_row(f"Volume per vier weken van product {product}", str(berekening.volume))
    console.print(table)


def _amounts(berekening: Berekening) -> Sequence[tuple[str, Bedrag]]:
    since = f" (sinds {berekening.tarief_geldig_van})" if berekening.tarief_geldig_van else ""
    named = (
        (f"Tarief{since}", berekening.tarief),
        ("Opslag", berekening.opslag),
        ("Bedrag per jaar", berekening.bedrag_per_jaar),
        ("Bedrag per vier weken", berekening.bedrag_per_periode),
    )
    return [(name, amount) for name, amount in named if amount is not None]


def _lines(berekening: Berekening, *, extern: bool) -> Table:
    table = Table(Column("indicatie", no_wrap=True), Column("eenheid", no_wrap=True))
    usage = () if extern else ("gebruik",)
    for name in ("per week", *usage, "per jaar", "tarief", "bedrag per jaar"):
        table.add_column(name, justify="right", no_wrap=True)
    for regel in berekening.regels:
        gebruik = () if extern else (f"{aantal_in_dutch(regel.gebruik * 100)} %",)
        table.add_row(
            regel.productspecificatie,
            regel.eenheid,
            aantal_in_dutch(regel.aantal_per_week),
            *gebruik,
            aantal_in_dutch(regel.aantal_per_jaar),
            bedrag_in_dutch(regel.tarief),
            bedrag_in_dutch(regel.bedrag_per_jaar),
        )
    return table
