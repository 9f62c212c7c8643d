"""Which form is answered, and cells that a spreadsheet does not run."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.accept import preferred
from app.processing.csv_rows import FORMULA, csv_text, safe_cell

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


class TestPreferred:
    @pytest.mark.parametrize(
        ("accept", "expected"),
        [
            (None, "application/json"),
            ("", "application/json"),
            ("*/*", "application/json"),
            ("text/csv", "text/csv"),
            ("TEXT/CSV; charset=utf-8", "text/csv"),
            ("text/*", "text/csv"),
            ("application/json, text/csv", "application/json"),
            ("application/json;q=0.1, text/csv", "text/csv"),
            ("text/csv;q=0, */*", "application/json"),
            ("text/csv;q=oops", "application/json"),
            ("image/png", "application/json"),
        ],
    )
    def test_is_what_the_header_asks_most(self, accept: str | None, expected: str):
        assert preferred(accept, ["application/json", "text/csv"]) == expected

    @given(st.text(max_size=60))
    def test_is_always_one_that_is_offered(self, accept: str):
        assert preferred(accept, ["application/json", "text/csv"]) in {"application/json", "text/csv"}


class TestCsv:
    @given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
    def test_what_is_written_reads_back_and_is_no_formula(self, rows: list[list[str]]):
        read = list(csv.reader(StringIO("".join(csv_text(["a", "b"], rows)), newline="")))
        assert read == [["a", "b"], *([safe_cell(cell) for cell in row] for row in rows)]
        assert [cell for row in read for cell in row if cell.startswith(FORMULA)] == []

    @given(CELLS)
    def test_a_cell_that_is_no_formula_stays_as_it_is(self, cell: str):
        assert safe_cell(cell) == (cell if not cell.startswith(FORMULA) else f"'{cell}")

    def test_long_files_come_in_pieces(self):
        pieces = list(csv_text(["n"], ([n] for n in range(1200))))
        assert len(pieces) == 3
        assert "".join(pieces).split() == ["n", *(str(n) for n in range(1200))]
