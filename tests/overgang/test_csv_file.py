"""The encodings, delimiters and broken lines that a CSV comes with."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.refusals import InvalidInput
from app.overgang.csv_file import CP1252_NOTE, LONGEST_LINE, MIXED_NOTE, Row, open_csv

UMLAUT = "naam;plaats\nMüller;Café\n"


def a_file(folder: Path, body: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(body)
    return path


def rows(folder: Path, body: bytes) -> list[Row]:
    return list(open_csv(a_file(folder, body)).rows())


class TestEncoding:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    def test_names_are_read_as_they_were_written(self, tmp_path: Path, encoding: str):
        file = open_csv(a_file(tmp_path, UMLAUT.encode(encoding)))
        assert [row.values for row in file.rows()] == [{"naam": "Müller", "plaats": "Café"}]
        assert file.opmerkingen == ((CP1252_NOTE,) if encoding == "cp1252" else ())

    def test_a_row_in_another_encoding_than_the_file_is_named_and_the_others_are_read(self, tmp_path: Path):
        file = open_csv(a_file(tmp_path, UMLAUT.encode() + "Müller;X\nTestmans;Y\n".encode("cp1252")))
        good, wrong, plain = file.rows()
        assert (good.values["naam"], good.fouten, plain.fouten) == ("Müller", (), ())
        assert [(fout.regel, fout.kolom) for fout in wrong.fouten] == [(3, "naam")]
        assert not wrong.is_broken
        assert file.opmerkingen == (MIXED_NOTE,)

    def test_a_byte_that_cp1252_does_not_have_is_named(self, tmp_path: Path):
        (row,) = rows(tmp_path, b"naam;plaats\nM\xfcller\x81;X\n")
        assert [(fout.regel, fout.kolom) for fout in row.fouten] == [(2, "naam")]

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_utf_16_gives_no_rows_of_nonsense(self, tmp_path: Path, encoding: str):
        bom = {"utf-16": "", "utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}[encoding]
        with pytest.raises(InvalidInput, match="UTF-16"):
            open_csv(a_file(tmp_path, (bom + UMLAUT).encode(encoding)))


class TestRows:
    @pytest.mark.parametrize("delimiter", [";", ","])
    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_delimiter_and_line_ends_are_found_out(self, tmp_path: Path, delimiter: str, line_end: str):
        body = line_end.join([f" Naam {delimiter}PLAATS", f"A{delimiter} B ", ""]).encode()
        assert [row.values for row in rows(tmp_path, body)] == [{"naam": "A", "plaats": "B"}]

    def test_blank_lines_are_no_rows_and_keep_their_number(self, tmp_path: Path):
        assert [row.regel for row in rows(tmp_path, b"naam;plaats\n\nA;B\n;\n \nC;D")] == [3, 6]

    @pytest.mark.parametrize("line", ["A", "A;B;C", "A;B;", '"A;B', '"A"x;B'])
    def test_a_broken_line_spoils_no_other(self, tmp_path: Path, line: str):
        before, broken, after = rows(tmp_path, f"naam;plaats\nX;Y\n{line}\nX;Y\n".encode())
        assert (before.values, before.fouten) == (after.values, after.fouten) == ({"naam": "X", "plaats": "Y"}, ())
        assert broken.is_broken

    def test_a_quoted_delimiter_is_part_of_the_value(self, tmp_path: Path):
        assert rows(tmp_path, b'naam,realisatie\nA,"12,5"\n')[0].values == {"naam": "A", "realisatie": "12,5"}

    def test_an_unquoted_decimal_comma_is_no_other_value(self, tmp_path: Path):
        """With an empty last column a field too many would otherwise fit, one place too far."""
        (row,) = rows(tmp_path, b"naam,realisatie,oud\nA,12,5,\n")
        assert row.is_broken

    def test_empty_columns_of_a_spreadsheet_are_passed_over(self, tmp_path: Path):
        (row,) = rows(tmp_path, b"naam;plaats;;\nA;B;;\n")
        assert (row.values["plaats"], row.fouten) == ("B", ())

    def test_a_line_that_is_too_long_is_one_broken_row(self, tmp_path: Path):
        found = rows(tmp_path, b"naam;plaats\nX;" + b"y" * (3 * LONGEST_LINE) + b"\nX;Y\n")
        assert [(row.regel, row.is_broken) for row in found] == [(2, True), (3, False)]
        assert len(found[0].values["plaats"]) < LONGEST_LINE

    @pytest.mark.parametrize("character", ["\x00", "\x07", "\u200b", "\ufffe"])
    def test_what_no_message_can_hold_is_named(self, tmp_path: Path, character: str):
        (row,) = rows(tmp_path, f"naam;plaats\nA{character}B;X\n".encode())
        assert [fout.kolom for fout in row.fouten] == ["naam"]

    @pytest.mark.parametrize("body", [b"", b"x" * (LONGEST_LINE + 1)])
    def test_without_a_header_there_is_no_file(self, tmp_path: Path, body: bytes):
        with pytest.raises(InvalidInput, match="kop"):
            open_csv(a_file(tmp_path, body))

    def test_a_folder_is_no_file(self, tmp_path: Path):
        with pytest.raises(InvalidInput, match="geen bestand"):
            open_csv(tmp_path)
