"""Builders of files with existing clients, and of what is read from them."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.domain.overgang import OvergangClient, Realisatie
from app.overgang.clients import OF_CLIENT, OUD_BUDGET, VAN_REALISATIE
from app.settings import PROJECT
from tests.builders.toekenning import clientgegevens
from tests.builders.world import BSN_X, made

FILES = PROJECT / "fixtures" / "overgang"
STEENWIJKERLAND_2017 = FILES / "steenwijkerland-2017.csv"
DRECHTSTEDEN_AWBZ = FILES / "drechtsteden-awbz.csv"
FAULTY_ROWS = FILES / "fout" / "rijen.csv"
COLUMNS = (*OF_CLIENT, *VAN_REALISATIE, OUD_BUDGET)
WORKED_EXAMPLE = (("OZL1", "126.75"), ("OMD3", "50.7"), ("VERVOER", "25.35"))
"""169 uur, 67,6 dagdelen and 33,8 etmalen a year, used over 39 weeks: 990 euros per four weeks."""


def an_overgang_client(**changes: Any) -> OvergangClient:
    """Client X, who used what the worked example comes to."""
    return made(
        OvergangClient,
        changes,
        regel=2,
        client=clientgegevens(),
        beschikking_nummer=70001,
        aanbieder="42420001",
        basis=tuple(Realisatie(2 + n, code, Fraction(aantal)) for n, (code, aantal) in enumerate(WORKED_EXAMPLE)),
    )


def a_row(**changes: str) -> dict[str, str]:
    """A good row of client X, by column."""
    return {
        "bsn": BSN_X,
        "geboortedatum": "1979-06-10",
        "geslacht": "2",
        "achternaam": "Testmans",
        "huisnummer": "1",
        "postcode": "8331 AB",
        "straatnaam": "Teststraat",
        "plaatsnaam": "Testdorp",
        "beschikkingnummer": "70001",
        "aanbieder": "42420001",
        "productspecificatie": "OZL1",
        "realisatie": "39",
    } | changes


def csv_text(rows: Iterable[dict[str, str]], columns: Iterable[str] = COLUMNS, delimiter: str = ";") -> str:
    """A file with these rows."""
    kept = tuple(columns)
    lines = [kept, *(tuple(row.get(column, "") for column in kept) for row in rows)]
    return "".join(delimiter.join(line) + "\n" for line in lines)


def a_file(folder: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
    """A file with these rows, in the folder."""
    path = folder / "clienten.csv"
    path.write_bytes(csv_text(rows).encode(encoding))
    return path
