"""The clients in a file, one at a time: adjacent rows of one bsn are one client."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from app.domain.bedrag import Bedrag
from app.domain.bericht import Achternaam, Geboortedatum
from app.domain.overgang import (
    AwbzIndicatie,
    Basis,
    Fout,
    FoutieveClient,
    OvergangClient,
    Realisatie,
    masked,
)
from app.domain.refusals import InvalidInput
from app.domain.toekenning import Clientgegevens
from app.domain.toewijzing import Adres, Contact, Huis, VolledigeNaam
from app.overgang import fields
from app.overgang.csv_file import CsvFile, Row, open_csv

T = TypeVar("T")
Gelezen: TypeAlias = OvergangClient | FoutieveClient

OF_CLIENT: Final = (
    "bsn", "geboortedatum", "geslacht", "achternaam", "voorvoegsel", "voorletters", "straatnaam", "huisnummer",
    "huisletter", "toevoeging", "postcode", "plaatsnaam", "beschikkingnummer", "einddatum", "aanbieder",
)  # fmt: skip
FACULTATIEF: Final = frozenset({"voorvoegsel", "voorletters", "huisletter", "toevoeging"})
OUD_BUDGET: Final = "oud_budget_per_periode"
VAN_REALISATIE: Final = ("productspecificatie", "realisatie")
VAN_KLASSE: Final = ("awbzklasse", "h152h153")
WOONADRES, EIGEN_NAAM, NEDERLAND = "01", "1", "NL"


@dataclass(frozen=True, slots=True)
class Clientbestand:
    """A file of clients that was looked through: how many there are, and which stand in more than one place."""

    csv: CsvFile
    clienten: int
    places: _Places

    @property
    def opmerkingen(self) -> tuple[str, ...]:
        """What whoever has the file should know of it."""
        known = {*OF_CLIENT, OUD_BUDGET, *VAN_REALISATIE, *VAN_KLASSE}
        other = [column for column in self.csv.columns if column and column not in known]
        note = f"Deze kolommen zijn niet gebruikt: {', '.join(other)}."
        return (*self.csv.opmerkingen, *((note,) if other else ()))

    def clients(self) -> Iterator[Gelezen]:
        """Every client in order; one with any error in its rows is wrong as a whole."""
        by_klasse = VAN_KLASSE[0] in self.csv.columns
        for rows in _groups(self.csv):
            yield _ClientReader(rows, self.places.elsewhere(rows)).read(by_klasse=by_klasse)


def open_clients(path: Path) -> Clientbestand:
    """Look a file through. Raises InvalidInput when it is no CSV with the columns that are needed."""
    file = open_csv(path)
    _demand_columns(file.columns)
    places = _Places()
    count = 0
    for rows in _groups(file):
        places.add(rows)
        count += 1
    return Clientbestand(file, count, places)


def _demand_columns(columns: Sequence[str]) -> None:
    ways = [way for way in (VAN_REALISATIE, VAN_KLASSE) if set(way) & set(columns)]
    missing = [c for c in OF_CLIENT if c not in columns and c not in FACULTATIEF]
    if len(ways) == 1:
        missing += [column for column in ways[0] if column not in columns]
    elif not ways:
        missing.append(f"{' en '.join(VAN_REALISATIE)} (of {' en '.join(VAN_KLASSE)})")
    if missing:
        raise InvalidInput(f"Het bestand mist de kolommen {', '.join(missing)}.")
    if len(ways) > 1:
        raise InvalidInput(f"Het bestand heeft {' en '.join(VAN_REALISATIE)} of {' en '.join(VAN_KLASSE)}, niet beide.")
    named = [column for column in columns if column]
    if len(set(named)) != len(named):
        raise InvalidInput("Het bestand heeft kolommen met dezelfde naam.")


def _bsn(row: Row) -> str | None:
    return _good_bsn(row.values.get("bsn", ""))


@lru_cache(maxsize=4)  # the same few rows are asked for it again and again
def _good_bsn(text: str) -> str | None:
    try:
        return fields.bsn(text)
    except fields.Ongeldig:
        return None


def _groups(file: CsvFile) -> Iterator[list[Row]]:
    """Adjacent rows of one client.

    A row without a good bsn belongs to its neighbour of the same beschikking: else that client would get the budget of
    its other rows only.
    """
    group: list[Row] = []
    for row in file.rows():
        if group and not _is_same_client(group[-1], row):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _is_same_client(one: Row, next_one: Row) -> bool:
    bsn, next_bsn = _bsn(one), _bsn(next_one)
    if bsn and next_bsn:
        return bsn == next_bsn
    beschikking = one.values.get("beschikkingnummer", "")
    return beschikking != "" and beschikking == next_one.values.get("beschikkingnummer", "")


class _Places:
    """The first two places of each client in a file; kept on disk, in a file that nobody else sees."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE place (bsn TEXT PRIMARY KEY, first INTEGER, second INTEGER) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def add(self, rows: Sequence[Row]) -> None:
        """Remember where the clients of these adjacent rows begin."""
        self._db.executemany(
            "INSERT INTO place VALUES (?, ?, NULL) "
            "ON CONFLICT (bsn) DO UPDATE SET second = coalesce(second, excluded.first)",
            ((bsn, rows[0].regel) for bsn in {_bsn(row) for row in rows} if bsn),
        )

    def elsewhere(self, rows: Sequence[Row]) -> int | None:
        """Another line where a client of these rows begins."""
        for bsn, _ in groupby(_bsn(row) for row in rows):
            found = self._db.execute("SELECT first, second FROM place WHERE bsn = ?", (bsn,)).fetchone()
            if found and found[1] is not None:
                return found[1] if found[0] == rows[0].regel else found[0]
        return None


@dataclass(slots=True)
class _ClientReader:
    """Reads the rows of one client and collects everything that is wrong with them."""

    rows: Sequence[Row]
    elsewhere: int | None
    fouten: list[Fout] = field(default_factory=list[Fout])

    @property
    def first(self) -> Row:
        return self.rows[0]

    def read(self, *, by_klasse: bool) -> Gelezen:
        for row in self.rows:
            self.fouten += row.fouten
        self._demand_one_client()
        bsn, aanbieder = self.take("bsn", fields.bsn), self.take("aanbieder", fields.agb)
        oud_budget = self._oud_budget()
        client = self._client(bsn)
        nummer = self.take("beschikkingnummer", fields.beschikking_nummer)
        einddatum = self.take("einddatum", fields.datum_or_none)
        basis = self._klasse() if by_klasse else self._realisaties()
        if self.fouten or client is None or nummer is None or aanbieder is None or basis is None:
            return FoutieveClient(
                regel=self.first.regel,
                referentie=masked(known) if (known := _bsn(self.first)) else "",
                aanbieder=aanbieder,
                oud_budget=oud_budget,
                fouten=tuple(dict.fromkeys(sorted(self.fouten, key=lambda fout: fout.regel))),
            )
        return OvergangClient(
            regel=self.first.regel,
            client=client,
            beschikking_nummer=nummer,
            einddatum=einddatum,
            aanbieder=aanbieder,
            basis=basis,
            oud_budget=oud_budget,
        )

    def take(self, column: str, parse: Callable[[str], T], row: Row | None = None) -> T | None:
        """The value in a column, None when it is wrong; in a broken row a value may stand in the wrong column."""
        row = row or self.first
        if row.is_broken:
            return None
        try:
            return parse(row.values.get(column, ""))
        except fields.Ongeldig as reason:
            self.wrong(row, column, str(reason))
            return None

    def wrong(self, row: Row, column: str, reden: str) -> None:
        self.fouten.append(Fout(row.regel, column, reden))

    def _demand_one_client(self) -> None:
        if self.elsewhere is not None:
            melding = f"De rijen van deze client staan niet bij elkaar (ook op regel {self.elsewhere})."
            self.wrong(self.first, "bsn", melding)
        for row in self.rows[1:]:
            for column in () if row.is_broken or self.first.is_broken else OF_CLIENT:
                if column in row.values and row.values[column] != self.first.values.get(column):
                    self.wrong(row, column, f"Dit is anders dan op regel {self.first.regel}, bij dezelfde client.")

    def _client(self, bsn: str | None) -> Clientgegevens | None:
        geboortedatum = self.take("geboortedatum", fields.datum)
        geslacht = self.take("geslacht", fields.geslacht)
        achternaam = self.take("achternaam", fields.verplicht)
        adres = self._adres()
        if bsn is None or geboortedatum is None or geslacht is None or achternaam is None or adres is None:
            return None
        naam = Achternaam(naam=achternaam, voorvoegsel=self.take("voorvoegsel", fields.facultatief))
        voorletters = self.take("voorletters", fields.voorletters)
        return Clientgegevens(
            bsn=bsn,
            geboortedatum=Geboortedatum(datum=geboortedatum),
            geslacht=geslacht,
            naam=VolledigeNaam(geslachtsnaam=naam, voorletters=voorletters, naam_gebruik=EIGEN_NAAM),
            contactgegevens=(Contact(soort=WOONADRES, adres=adres),),
        )

    def _adres(self) -> Adres | None:
        huisnummer = self.take("huisnummer", fields.huisnummer)
        postcode = self.take("postcode", fields.postcode)
        if huisnummer is None or postcode is None:
            return None
        huis = Huis(
            huisnummer=huisnummer,
            huisletter=self.take("huisletter", fields.facultatief),
            huisnummer_toevoeging=self.take("toevoeging", fields.facultatief),
        )
        return Adres(
            huis=huis,
            postcode=postcode,
            straatnaam=self.take("straatnaam", fields.facultatief),
            plaatsnaam=self.take("plaatsnaam", fields.facultatief),
            land_code=NEDERLAND,
        )

    def _oud_budget(self) -> Bedrag | None:
        found: Bedrag | None = None
        for row in self.rows:
            bedrag = self.take(OUD_BUDGET, fields.bedrag_or_none, row)
            if bedrag is not None and found is not None and bedrag != found:
                self.wrong(row, OUD_BUDGET, "Dit is anders dan op een eerdere regel, bij dezelfde client.")
            found = bedrag if found is None else found
        return found

    def _realisaties(self) -> Basis | None:
        found: list[Realisatie] = []
        for row in self.rows:
            code = self.take("productspecificatie", fields.verplicht, row)
            aantal = self.take("realisatie", fields.aantal, row)
            if code in {one.productspecificatie for one in found}:
                self.wrong(
                    row, "productspecificatie", "De client heeft deze productspecificatie al op een eerdere regel."
                )
            elif code is not None and aantal is not None:
                found.append(Realisatie(row.regel, code, aantal))
        return tuple(found) or None

    def _klasse(self) -> Basis | None:
        for row in self.rows[1:]:
            self.wrong(row, "bsn", f"De client staat al op regel {self.first.regel}; hier heeft een client één rij.")
        klasse = self.take("awbzklasse", fields.awbz_klasse)
        opslag = self.take("h152h153", fields.ja_nee)
        return None if klasse is None or opslag is None else AwbzIndicatie(klasse, opslag)
