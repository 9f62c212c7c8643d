"""The reconciliation report: a CSV that is written while the clients are converted, and opens in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from app.domain.bedrag import Bedrag
from app.domain.overgang import Afstemming, Fout, Stand, Uitkomst

COLUMNS: tuple[str, ...] = (
    "soort", "regel", "client", "aanbieder", "uitslag", "oud_budget_per_periode", "nieuw_budget_per_periode",
    "verschil", "toekenning", "clienten", "omgezet", "eerder_omgezet", "mislukt", "oud_budget_mislukt", "kolom",
    "reden",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Rapport:
    """Writes line by line: clients with what is wrong with them, and at the end each aanbieder and the totals."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.DictWriter(file, COLUMNS, delimiter=";", lineterminator="\r\n", restval="")
        self._writer.writeheader()

    def add(self, uitkomst: Uitkomst) -> None:
        """One client."""
        self._writer.writerow(
            {
                "soort": "client",
                "regel": uitkomst.regel,
                "client": text_cell(uitkomst.referentie),
                "aanbieder": text_cell(uitkomst.aanbieder or ""),
                "uitslag": uitkomst.uitslag.value,
                "oud_budget_per_periode": amount_cell(uitkomst.oud),
                "nieuw_budget_per_periode": amount_cell(uitkomst.nieuw),
                "verschil": amount_cell(uitkomst.verschil),
                "toekenning": text_cell(uitkomst.toekenning_id or ""),
            }
        )
        self._writer.writerows(_fout_rows("fout", uitkomst.fouten))
        self._writer.writerows(_fout_rows("waarschuwing", uitkomst.waarschuwingen))

    def close(self, afstemming: Afstemming) -> None:
        """The sums: per aanbieder, those without a contract together, and all."""
        for aanbieder, stand in sorted(afstemming.per_aanbieder.items(), key=lambda pair: pair[0] or ""):
            self._writer.writerow(
                _stand_row("aanbieder", stand) | {"aanbieder": text_cell(aanbieder or "zonder contract")}
            )
        self._writer.writerow(_stand_row("totaal", afstemming.totaal))


def text_cell(text: str) -> str:
    """Text that a spreadsheet does not take for a formula.

    >>> text_cell("=1+1"), text_cell("42420001")
    ("'=1+1", '42420001')
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def amount_cell(bedrag: Bedrag | None) -> str:
    """Euros with a decimal comma, nothing when there is no amount.

    >>> amount_cell(Bedrag(-123405)), amount_cell(None)
    ('-1234,05', '')
    """
    if bedrag is None:
        return ""
    euros, cents = divmod(abs(bedrag.cents), 100)
    return f"{'-' if bedrag.cents < 0 else ''}{euros},{cents:02}"


def _fout_rows(soort: str, fouten: Iterable[Fout]) -> Iterator[dict[str, str | int]]:
    for fout in fouten:
        yield {"soort": soort, "regel": fout.regel, "kolom": fout.kolom, "reden": text_cell(fout.reden)}


def _stand_row(soort: str, stand: Stand) -> dict[str, str | int]:
    return {
        "soort": soort,
        "oud_budget_per_periode": amount_cell(stand.oud),
        "nieuw_budget_per_periode": amount_cell(stand.nieuw),
        "verschil": amount_cell(stand.verschil),
        "clienten": stand.clienten,
        "omgezet": stand.omgezet,
        "eerder_omgezet": stand.eerder,
        "mislukt": stand.mislukt,
        "oud_budget_mislukt": amount_cell(stand.oud_mislukt),
    }
