"""CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is taken for a formula."""

CHUNK_ROWS = 500


def csv_text(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180: comma, CRLF) in pieces, with its headings; None is an empty cell."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow(headings)
    for number, row in enumerate(rows, start=1):
        writer.writerow([safe_cell(cell) for cell in row])
        if number % CHUNK_ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def safe_cell(value: object) -> str:
    """A value as text that is no formula; a number stays a number, also below zero.

    >>> safe_cell("=1+1"), safe_cell("-5"), safe_cell(None), safe_cell(-5)
    ("'=1+1", "'-5", '', '-5')
    """
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | Decimal)
    return f"'{text}" if text.startswith(FORMULA) and not is_number else text


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
