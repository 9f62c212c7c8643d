"""The report opens in a spreadsheet, adds up, and holds no formulas."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from app.domain.bedrag import Bedrag
from app.domain.overgang import Afstemming, Fout, Uitkomst, Uitslag
from app.overgang.rapport import Rapport, text_cell

GOOD = Uitkomst(
    regel=2,
    referentie="******006",
    aanbieder="42420001",
    uitslag=Uitslag.OMGEZET,
    oud=Bedrag(101250),
    nieuw=Bedrag(99000),
    toekenning_id="t1",
)
BAD = Uitkomst(
    regel=3,
    referentie="******018",
    aanbieder="11111111",
    uitslag=Uitslag.MISLUKT,
    oud=Bedrag(5),
    fouten=(Fout(4, "realisatie", "=cmd|' /C calc'!A0"),),
)


def rows() -> list[dict[str, str]]:
    text, afstemming = StringIO(), Afstemming(frozenset({"42420001"}))
    rapport = Rapport(text)
    for uitkomst in (GOOD, BAD):
        afstemming.add(uitkomst)
        rapport.add(uitkomst)
    rapport.close(afstemming)
    text.seek(0)
    return list(csv.DictReader(text, delimiter=";"))


class TestRapport:
    def test_clients_their_faults_each_aanbieder_and_the_total(self):
        assert [row["soort"] for row in rows()] == ["client", "client", "fout", "aanbieder", "aanbieder", "totaal"]
        good, bad, fout, without, contracted, totaal = rows()
        assert (good["oud_budget_per_periode"], good["nieuw_budget_per_periode"], good["verschil"]) == (
            "1012,50",
            "990,00",
            "-22,50",
        )
        assert (bad["nieuw_budget_per_periode"], bad["verschil"], bad["uitslag"]) == ("", "", "mislukt")
        assert (fout["regel"], fout["kolom"]) == ("4", "realisatie")
        assert (without["aanbieder"], without["mislukt"], without["oud_budget_mislukt"]) == (
            "zonder contract",
            "1",
            "0,05",
        )
        assert (contracted["aanbieder"], contracted["verschil"]) == ("42420001", "-22,50")
        assert (totaal["clienten"], totaal["omgezet"], totaal["mislukt"]) == ("2", "1", "1")

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
    def test_text_is_no_formula(self, start: str):
        assert text_cell(f"{start}1+1") == f"'{start}1+1"

    def test_a_reason_is_no_formula(self):
        assert rows()[2]["reden"].startswith("'=")
