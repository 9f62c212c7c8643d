"""A CSV as people make it: its encoding and delimiter found out, line by line, however large it is."""

from __future__ import annotations

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from app.domain.overgang import Fout
from app.domain.refusals import InvalidInput

LONGEST_LINE: Final = 10_000
DELIMITERS: Final = (";", ",")
UTF_8, CP1252 = "utf-8", "cp1252"
REPLACED: Final = "\ufffd"
CP1252_NOTE: Final = "Het bestand is geen UTF-8; het is gelezen als Windows-1252 (cp1252)."
MIXED_NOTE: Final = "Het bestand is UTF-8, maar niet elke rij; de andere rijen zijn geweigerd."


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file by column, stripped; `fouten` are what is wrong with the line itself."""

    regel: int
    values: Mapping[str, str]
    fouten: tuple[Fout, ...] = ()

    @property
    def is_broken(self) -> bool:
        """Whether the line as a whole is wrong: then its values may stand in the wrong columns."""
        return any(not fout.kolom for fout in self.fouten)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV with a header; a row is one line, and blank lines are none."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    opmerkingen: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Every row below the header, in order."""
        for line in _lines(self.path):
            text = line.body.decode(self.encoding, errors="replace").strip("\r\n")
            if line.nummer > 1 and text.strip(f"{self.delimiter} \t"):
                yield self._row(line, text)

    def _row(self, line: _Line, text: str) -> Row:
        fields, wrong = _split(text, self.delimiter)
        if line.too_long:
            wrong = f"De rij is langer dan {LONGEST_LINE} bytes."
        elif wrong is None and len(fields) != len(self.columns):
            wrong = f"De rij heeft {len(fields)} velden en de kop {len(self.columns)} kolommen."
        named = zip(self.columns, fields, strict=False)  # what is there, so that the client can still be recognised
        values = {column: field.replace("\xa0", " ").strip() for column, field in named}
        unreadable = _unreadable(line.nummer, values, self.encoding)
        return Row(line.nummer, values, (*((Fout(line.nummer, "", wrong),) if wrong else ()), *unreadable))


def open_csv(path: Path) -> CsvFile:
    """Read the file once for its encoding, and its header.

    It is UTF-8 when any line shows that it is, with or without BOM; else, when a line cannot be UTF-8, cp1252. Raises
    InvalidInput for what is no such file, and OSError.
    """
    if not path.is_file():
        raise InvalidInput(f"{path} is geen bestand.")
    encoding, opmerkingen = _encoding(path)
    header = next(_lines(path), None)
    if header is None or header.too_long:
        raise InvalidInput("Het bestand heeft geen kop met de namen van de kolommen.")
    text = header.body.decode(encoding, errors="replace").removeprefix("\ufeff").strip("\r\n")
    delimiter = max(DELIMITERS, key=text.count)
    columns = tuple(name.strip().casefold() for name in _split(text, delimiter)[0])
    return CsvFile(path, encoding, delimiter, columns, opmerkingen)


class _Line(NamedTuple):
    nummer: int
    body: bytes
    too_long: bool


def _lines(path: Path) -> Iterator[_Line]:
    """The lines; of one that is too long only the beginning."""
    with path.open("rb") as file:
        nummer = 0
        while body := file.readline(LONGEST_LINE):
            nummer += 1
            too_long = len(body) == LONGEST_LINE and not body.endswith(b"\n")
            rest = body
            while not rest.endswith(b"\n") and (rest := file.readline(LONGEST_LINE)):
                pass
            yield _Line(nummer, body, too_long)


def _encoding(path: Path) -> tuple[str, tuple[str, ...]]:
    utf_8 = other = False
    for line in _lines(path):
        if line.nummer == 1 and line.body.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
            raise InvalidInput("Het bestand is UTF-16; bewaar het als CSV in UTF-8.")
        if line.too_long or line.body.isascii():
            continue
        if _is_utf_8(line.body):
            utf_8 = True
        else:
            other = True
    if other and not utf_8:
        return CP1252, (CP1252_NOTE,)
    return UTF_8, (MIXED_NOTE,) if other else ()


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _split(text: str, delimiter: str) -> tuple[list[str], str | None]:
    """The fields, and what is wrong with the quotes."""
    try:
        fields = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return text.split(delimiter), "De aanhalingstekens in de rij kloppen niet."
    return fields, None


def _unreadable(regel: int, values: Mapping[str, str], encoding: str) -> Iterator[Fout]:
    for column, value in values.items():
        if REPLACED in value:
            yield Fout(regel, column, f"Hier staat een teken dat geen {encoding} is.")
        elif not value.isprintable():
            yield Fout(regel, column, "Hier staat een onzichtbaar teken.")
