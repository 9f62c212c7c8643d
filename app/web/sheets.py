"""Figures to take along: CSV for programs, XLSX for people; neither runs anything in a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from typing import Any, Final, Protocol, TypeAlias

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]
from fastapi import Response

from app.processing.csv_rows import csv_text

Cell: TypeAlias = str | int | Decimal | None
"""An int is a number, a Decimal an amount in euros; what only looks like a number (a bsn, an AGB-code) is text."""

WIDEST: Final = 60
LOOKS: Final = {int: "#,##0", Decimal: "#,##0.00"}


class Bestand(StrEnum):
    """In which form figures are taken along."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES: Final = {
    Bestand.CSV: "text/csv; charset=utf-8",
    Bestand.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blad:
    """A sheet: its name, the names of its columns, and its rows."""

    naam: str
    koppen: Sequence[str]
    rijen: Sequence[Sequence[Cell]]


class _Sheet(Protocol):
    def write_string(self, row: int, column: int, text: str, look: object = None) -> object: ...
    def write(self, row: int, column: int, number: int | Decimal, look: object) -> object: ...
    def freeze_panes(self, row: int, column: int) -> object: ...
    def autofit(self, most: int) -> object: ...


def euros(cents: int) -> Decimal:
    """An amount in euros, with its two decimals.

    >>> euros(-123450)
    Decimal('-1234.50')
    """
    return Decimal(cents).scaleb(-2)


def download(naam: str, vorm: Bestand, bladen: Sequence[Blad]) -> Response:
    """The answer with a file; in CSV is only the first sheet."""
    content = xlsx(bladen) if vorm is Bestand.XLSX else "".join(csv_text(bladen[0].koppen, bladen[0].rijen)).encode()
    headers = {
        "Content-Disposition": f'attachment; filename="{naam}.{vorm}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, headers=headers, media_type=MEDIA_TYPES[vorm])


def xlsx(bladen: Sequence[Blad]) -> bytes:
    """A workbook of these sheets. Every cell says what it is, so that text is never taken for a formula or a link."""
    file = BytesIO()
    workbook: Any
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True})
        looks = {kind: workbook.add_format({"num_format": shown}) for kind, shown in LOOKS.items()}
        for blad in bladen:
            sheet: _Sheet = workbook.add_worksheet(blad.naam)
            for column, kop in enumerate(blad.koppen):
                sheet.write_string(0, column, kop, bold)
            for number, rij in enumerate(blad.rijen, start=1):
                for column, cell in enumerate(rij):
                    _write(sheet, number, column, cell, looks)
            sheet.freeze_panes(1, 0)
            sheet.autofit(WIDEST * 7)
    return file.getvalue()


def _write(sheet: _Sheet, row: int, column: int, cell: Cell, looks: Mapping[type, object]) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write(row, column, cell, looks[type(cell)])  # a Decimal is written as its digits, never as a float
