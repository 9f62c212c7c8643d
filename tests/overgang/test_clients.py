"""Rows become clients, or are named with what is wrong with them; no value of a client is ever in a reason."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from app.domain.bedrag import Bedrag
from app.domain.overgang import AwbzIndicatie, Fout, FoutieveClient, OvergangClient, Realisatie
from app.domain.refusals import InvalidInput
from app.overgang.clients import open_clients
from tests.builders import BSN_X, BSN_Y, WRONG_BSN
from tests.builders.overgang import (
    COLUMNS,
    DRECHTSTEDEN_AWBZ,
    FAULTY_ROWS,
    STEENWIJKERLAND_2017,
    a_file,
    a_row,
    csv_text,
)

Y = {"bsn": BSN_Y, "beschikkingnummer": "70002"}
FAULTS_OF_ROWS = {
    4: {"realisatie"}, 5: {"realisatie"}, 6: {"realisatie"}, 11: {"productspecificatie"},
    13: {"achternaam", "aanbieder"}, 15: {"bsn"}, 16: {""}, 17: {"bsn"}, 19: {"bsn"},
    20: {"geboortedatum", "achternaam", "postcode"}, 21: {""}, 24: {"bsn"},
}  # fmt: skip


def read(path: Path) -> tuple[list[OvergangClient], list[FoutieveClient]]:
    clients = list(open_clients(path).clients())
    good = [one for one in clients if isinstance(one, OvergangClient)]
    return good, [one for one in clients if isinstance(one, FoutieveClient)]


def fouten(path: Path) -> list[tuple[int, str]]:
    return [(fout.regel, fout.kolom) for one in read(path)[1] for fout in one.fouten]


class TestGoodRows:
    def test_adjacent_rows_are_one_client(self):
        good, wrong = read(STEENWIJKERLAND_2017)
        assert (len(good), wrong) == (4, [])
        assert good[0].basis == (
            Realisatie(2, "OZL1", Fraction("126.75")),
            Realisatie(3, "OMD3", Fraction("50.7")),
            Realisatie(4, "VERVOER", Fraction("25.35")),
        )
        assert (good[0].oud_budget, good[3].oud_budget) == (Bedrag(101250), None)

    def test_a_klasse_with_its_function(self):
        good, wrong = read(DRECHTSTEDEN_AWBZ)
        assert wrong == []
        found = [one.basis for one in good]
        assert found == [
            AwbzIndicatie(1, False),
            AwbzIndicatie(2, True),
            AwbzIndicatie(3, False),
            AwbzIndicatie(6, True),
        ]

    @pytest.mark.parametrize(
        ("column", "text"),
        [("geboortedatum", "10-06-1979"), ("realisatie", "39,00"), ("realisatie", "39.00"), ("postcode", "8331ab")],
    )
    def test_two_ways_of_writing_are_one_value(self, tmp_path: Path, column: str, text: str):
        assert read(a_file(tmp_path, a_row(**{column: text}))) == read(a_file(tmp_path, a_row()))

    def test_a_spreadsheet_takes_the_first_zero_of_a_bsn(self, tmp_path: Path):
        good, _ = read(a_file(tmp_path, a_row(bsn="10000008")))
        assert good[0].client.bsn == "010000008"

    def test_columns_that_mean_nothing_are_told(self, tmp_path: Path):
        path = tmp_path / "file.csv"
        path.write_text(csv_text([a_row()], (*COLUMNS, "opmerking")), encoding="utf-8")
        assert any("opmerking" in note for note in open_clients(path).opmerkingen)

    def test_optional_columns_may_be_absent(self, tmp_path: Path):
        absent = {"voorvoegsel", "voorletters", "huisletter", "toevoeging", "oud_budget_per_periode"}
        path = tmp_path / "file.csv"
        path.write_text(csv_text([a_row()], [c for c in COLUMNS if c not in absent]), encoding="utf-8")
        assert len(read(path)[0]) == 1


class TestBadRows:
    def test_every_fault_is_named_and_the_good_rows_are_read(self):
        good, wrong = read(FAULTY_ROWS)
        found: dict[int, set[str]] = {}
        for fout in (fout for one in wrong for fout in one.fouten):
            found.setdefault(fout.regel, set()).add(fout.kolom)
        assert found == FAULTS_OF_ROWS
        assert [one.regel for one in good] == [2, 3, 7, 8, 9, 14, 18, 22]

    @pytest.mark.parametrize(
        ("column", "text"),
        [
            *(("bsn", text) for text in ("", WRONG_BSN, "99990000", "x", "²")),
            *(("geboortedatum", text) for text in ("", "31-02-1950", "1950", "50-01-01", "1950/01/01")),
            *(("geslacht", text) for text in ("", "3", "man")),
            ("achternaam", ""),
            *(("huisnummer", text) for text in ("", "0", "12a", "-1", "123456")),
            *(("postcode", text) for text in ("", "0331AB", "8331", "B-1000")),
            *(("beschikkingnummer", text) for text in ("", "A1", "1234567890")),
            ("einddatum", "ooit"),
            *(("aanbieder", text) for text in ("", "4242000", "X2420001")),
            ("productspecificatie", ""),
            *(("realisatie", text) for text in ("", "-5", "0", "0,00", "1e3", "NaN", "1.234,5", "1.234", "1,234", "½")),
            *(("oud_budget_per_periode", text) for text in ("-1", "1.234", "1,005", "gratis")),
        ],
    )
    def test_a_wrong_value_is_named_by_its_column_and_not_repeated(self, tmp_path: Path, column: str, text: str):
        good, wrong = read(a_file(tmp_path, a_row(**{column: text})))
        assert (good, [fout.kolom for fout in wrong[0].fouten]) == ([], [column])
        assert len(text) < 4 or text not in wrong[0].fouten[0].reden

    @pytest.mark.parametrize("text", ["0,333", "1,2340", "1234,5", "12,3456", "123456,1"])
    def test_decimals_that_cannot_be_thousands_are_decimals(self, tmp_path: Path, text: str):
        good, _ = read(a_file(tmp_path, a_row(realisatie=text)))
        assert good[0].basis == (Realisatie(2, "OZL1", Fraction(text.replace(",", "."))),)

    @pytest.mark.parametrize("column", ["geboortedatum", "achternaam", "postcode", "beschikkingnummer", "einddatum"])
    def test_rows_of_a_client_that_differ_are_named(self, tmp_path: Path, column: str):
        other = a_row(productspecificatie="OMD1", **{column: "12-12-2018"})
        assert fouten(a_file(tmp_path, a_row(), other)) == [(3, column)]

    def test_a_productspecificatie_twice_is_named(self, tmp_path: Path):
        assert fouten(a_file(tmp_path, a_row(), a_row(realisatie="10"))) == [(3, "productspecificatie")]

    @pytest.mark.parametrize(("second", "expected"), [("", []), ("10,00", []), ("11", [(3, "oud_budget_per_periode")])])
    def test_the_old_budget_is_that_of_the_client(self, tmp_path: Path, second: str, expected: list[tuple[int, str]]):
        rows = a_row(oud_budget_per_periode="10"), a_row(productspecificatie="OMD1", oud_budget_per_periode=second)
        assert fouten(a_file(tmp_path, *rows)) == expected

    def test_a_client_in_two_places_is_not_converted_at_either(self, tmp_path: Path):
        """Else the first place would give it the budget of some of its rows."""
        good, wrong = read(a_file(tmp_path, a_row(), a_row(**Y), a_row(productspecificatie="OMD1")))
        assert [one.client.bsn for one in good] == [BSN_Y]
        assert [(one.regel, "regel 4" in one.fouten[0].reden) for one in wrong] == [(2, True), (4, False)]

    @pytest.mark.parametrize("wrong_one", [0, 1])
    def test_a_row_with_a_wrong_bsn_spoils_the_client_of_the_same_beschikking(self, tmp_path: Path, wrong_one: int):
        rows = [a_row(), a_row(productspecificatie="OMD1")]
        rows[wrong_one] |= {"bsn": WRONG_BSN}
        good, wrong = read(a_file(tmp_path, *rows, a_row(**Y)))
        assert ([one.client.bsn for one in good], len(wrong)) == ([BSN_Y], 1)

    def test_a_row_with_a_wrong_bsn_spoils_no_other_client(self, tmp_path: Path):
        good, wrong = read(a_file(tmp_path, a_row(), a_row(bsn=WRONG_BSN, beschikkingnummer="1"), a_row(**Y)))
        assert ([one.client.bsn for one in good], len(wrong)) == ([BSN_X, BSN_Y], 1)

    def test_a_broken_row_spoils_its_client(self, tmp_path: Path):
        path = tmp_path / "file.csv"
        path.write_text(csv_text([a_row(), a_row(productspecificatie="OMD1")]).strip() + ";;\n", encoding="utf-8")
        good, wrong = read(path)
        assert good == []
        assert [(fout.regel, fout.kolom) for fout in wrong[0].fouten] == [(3, "")]

    def test_with_a_klasse_a_client_has_one_row(self, tmp_path: Path):
        lines = DRECHTSTEDEN_AWBZ.read_text(encoding="utf-8").splitlines()
        path = tmp_path / "file.csv"
        path.write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
        assert fouten(path) == [(6, "bsn")]

    @pytest.mark.parametrize("text", ["0", "10", "", "-1", "drie", "1,5"])
    def test_a_klasse_is_one_to_nine(self, tmp_path: Path, text: str):
        assert self.of_klasse(tmp_path, {"awbzklasse": text, "h152h153": "nee"}) == [(2, "awbzklasse")]

    def test_a_flag_that_says_neither_is_named(self, tmp_path: Path):
        assert self.of_klasse(tmp_path, {"awbzklasse": "1", "h152h153": "misschien"}) == [(2, "h152h153")]

    def of_klasse(self, folder: Path, values: dict[str, str]) -> Sequence[tuple[int, str]]:
        columns = [c for c in COLUMNS if c not in {"productspecificatie", "realisatie"}]
        path = folder / "file.csv"
        path.write_text(csv_text([a_row() | values], [*columns, *values]), encoding="utf-8")
        return fouten(path)

    def test_what_identifies_a_client_stays_out_of_the_outcome(self, tmp_path: Path):
        _, (wrong,) = read(a_file(tmp_path, a_row(realisatie="x")))
        assert wrong.referentie == "******006"
        assert wrong.fouten == (Fout(2, "realisatie", wrong.fouten[0].reden),)


class TestColumns:
    @pytest.mark.parametrize("column", [c for c in COLUMNS if c in {"bsn", "einddatum", "aanbieder", "realisatie"}])
    def test_a_missing_column_is_named(self, tmp_path: Path, column: str):
        path = tmp_path / "file.csv"
        path.write_text(csv_text([a_row()], [c for c in COLUMNS if c != column]), encoding="utf-8")
        with pytest.raises(InvalidInput, match=column):
            open_clients(path)

    def test_all_missing_columns_are_named_at_once(self):
        with pytest.raises(InvalidInput, match=r"geboortedatum, geslacht, .*productspecificatie"):
            open_clients(FAULTY_ROWS.with_name("kolommen-ontbreken.csv"))

    @pytest.mark.parametrize("name", ["beide-vormen.csv", "leeg.csv"])
    def test_a_file_that_is_unclear_is_refused(self, name: str):
        with pytest.raises(InvalidInput):
            open_clients(FAULTY_ROWS.with_name(name))

    def test_a_column_twice_is_refused(self, tmp_path: Path):
        path = tmp_path / "file.csv"
        path.write_text(csv_text([a_row()], (*COLUMNS, "bsn")), encoding="utf-8")
        with pytest.raises(InvalidInput, match="dezelfde naam"):
            open_clients(path)

    def test_rows_without_a_header_are_not_repeated(self, tmp_path: Path):
        path = tmp_path / "file.csv"
        path.write_text(";".join(a_row().values()), encoding="utf-8")
        with pytest.raises(InvalidInput) as refusal:
            open_clients(path)
        assert BSN_X not in str(refusal.value)
