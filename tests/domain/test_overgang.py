"""From realised use or an AWBZ-klasse to a budget, against an independent computation; the reconciliation adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bedrag import Bedrag
from app.domain.berekening import ArrangementKeuze
from app.domain.inrichting import Afronding, Arrangement, Inrichting, Instellingen, Productspecificatie
from app.domain.overgang import (
    Afstemming,
    AwbzIndicatie,
    Fout,
    Omzetting,
    Realisatie,
    Uitkomst,
    Uitslag,
    converted,
    fouten_of,
    grondslag_of,
    masked,
)
from app.domain.refusals import InvalidInput
from app.domain.retour import Finding
from tests import builders as a
from tests.builders.overgang import an_overgang_client

VANAF = date(2018, 1, 1)
OMZETTING = Omzetting(gemeente=a.GEMEENTE)
KOSTPRIJZEN = {"OZL1": (4320, 4942), "OMD3": (5540, 6031), "VERVOER": (1636, 1308)}
"""In cents, until and from 2018."""
SPECIFICATIE = "productspecificatie"


def a_specificatie(code: str, cents: int, van: date, tot: date | None = None) -> Productspecificatie:
    return Productspecificatie(
        code=code, naam=code, eenheid="uur", tarief=Bedrag(cents), product="02A01", geldig_van=van, geldig_tot=tot
    )


def an_arrangement(code: str, cents: int, opslag: int) -> Arrangement:
    return Arrangement(
        code=code, naam=code, tarief=Bedrag(cents), opslag=Bedrag(opslag), product="02A01", geldig_van=VANAF
    )


INRICHTING: Inrichting = a.an_inrichting(
    productspecificaties=tuple(
        one
        for code, (before, since) in KOSTPRIJZEN.items()
        for one in (
            a_specificatie(code, before, date(2015, 1, 1), date(2017, 12, 31)),
            a_specificatie(code, since, VANAF),
        )
    ),
    arrangementen=(
        an_arrangement("BG1", 31924, 9001),
        an_arrangement("BG2", 69221, 19517),
        an_arrangement("BG3", 106361, 29989),
    ),
)


def half_up(value: Fraction) -> int:
    return (2 * value + 1).__floor__() // 2


realisaties = st.dictionaries(
    st.sampled_from(sorted(KOSTPRIJZEN)), st.fractions(10, 5000, max_denominator=100), min_size=1
)


class TestRealisedUse:
    def test_the_worked_example(self):
        berekening = converted(INRICHTING, OMZETTING, an_overgang_client())
        assert [regel.aantal_per_jaar for regel in berekening.regels] == [169, Fraction("67.6"), Fraction("33.8")]
        assert [regel.bedrag_per_jaar.cents for regel in berekening.regels] == [835198, 407696, 44210]
        assert (berekening.bedrag_per_periode, berekening.budget_euro) == (Bedrag(99008), 990)

    @given(used=realisaties, weken=st.integers(30, 104), afronding=st.sampled_from(Afronding))
    def test_it_is_what_was_used_in_a_year_at_the_tariffs_of_the_first_day(
        self, used: dict[str, Fraction], weken: int, afronding: Afronding
    ):
        inrichting = replace(INRICHTING, instellingen=Instellingen(afronding=afronding))
        basis = tuple(Realisatie(2, code, aantal) for code, aantal in used.items())
        client = an_overgang_client(basis=basis)
        berekening = converted(inrichting, Omzetting(gemeente=a.GEMEENTE, weken=weken), client)
        year = sum(half_up(aantal / weken * 52 * KOSTPRIJZEN[code][1]) for code, aantal in used.items())
        cents = half_up(Fraction(year, 13))
        euro = half_up(Fraction(cents, 100)) if afronding is Afronding.HALF_UP else cents // 100
        assert (berekening.bedrag_per_jaar, berekening.budget_euro) == (Bedrag(year), euro)

    @given(gebruik=st.fractions(Fraction(1, 100), 1, max_denominator=100))
    def test_the_share_that_is_really_used_is_not_taken_again(self, gebruik: Fraction):
        inrichting = replace(INRICHTING, instellingen=Instellingen(gebruik=gebruik))
        assert converted(inrichting, OMZETTING, an_overgang_client()).budget_euro == 990

    def test_the_first_day_decides_the_tariff(self):
        before = Omzetting(gemeente=a.GEMEENTE, vanaf=date(2017, 12, 31))
        catalogue = tuple(replace(product, geldig_van=date(2017, 1, 1)) for product in INRICHTING.producten)
        contracts = tuple(replace(contract, geldig_van=date(2017, 1, 1)) for contract in INRICHTING.contracten)
        inrichting = replace(INRICHTING, producten=catalogue, contracten=contracts)
        one = an_overgang_client(basis=(Realisatie(2, "OZL1", Fraction(39)),))
        found = {vanaf.vanaf: converted(inrichting, vanaf, one).bedrag_per_jaar for vanaf in (before, OMZETTING)}
        assert found == {date(2017, 12, 31): Bedrag(52 * 4320), VANAF: Bedrag(52 * 4942)}

    @pytest.mark.parametrize(
        ("basis", "aanbieder", "expected"),
        [
            ((Realisatie(7, "OZL1", Fraction(1)), Realisatie(8, "X", Fraction(1))), a.AANBIEDER, (8, SPECIFICATIE)),
            ((Realisatie(7, "OZL1", Fraction(168 * 39 + 1)),), a.AANBIEDER, (7, "realisatie")),
            ((Realisatie(7, "OZL1", Fraction(1, 100)),), a.AANBIEDER, (7, "realisatie")),
            ((Realisatie(7, "OZL1", Fraction(39)),), "98009999", (7, "aanbieder")),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named_by_line_and_column(
        self, basis: tuple[Realisatie, ...], aanbieder: str, expected: tuple[int, str]
    ):
        one = an_overgang_client(regel=7, basis=basis, aanbieder=aanbieder)
        with pytest.raises(InvalidInput) as refusal:
            converted(INRICHTING, OMZETTING, one)
        assert [(fout.regel, fout.kolom) for fout in fouten_of(refusal.value.findings, one)] == [expected]


class TestAwbzKlasse:
    @pytest.mark.parametrize(("klasse", "code"), [(1, "BG1"), (2, "BG1"), (3, "BG3"), (9, "BG3")])
    @pytest.mark.parametrize("opslag", [True, False])
    def test_a_klasse_becomes_category_1_or_3_and_never_2(self, klasse: int, code: str, opslag: bool):
        found = grondslag_of(INRICHTING, OMZETTING, AwbzIndicatie(klasse, opslag))
        assert found == ArrangementKeuze(code, opslag)

    @pytest.mark.parametrize(
        ("klasse", "opslag", "euro"), [(2, False, 319), (2, True, 409), (3, False, 1064), (3, True, 1364)]
    )
    def test_the_price_of_the_arrangement_with_its_opslag(self, klasse: int, opslag: bool, euro: int):
        one = an_overgang_client(basis=AwbzIndicatie(klasse, opslag))
        assert converted(INRICHTING, OMZETTING, one).budget_euro == euro

    @pytest.mark.parametrize(
        "arrangementen",
        [(), (an_arrangement("BG11", 1, 1),), (an_arrangement("BG1", 1, 1), an_arrangement("IB1", 1, 1))],
    )
    def test_without_exactly_one_arrangement_there_is_no_guess(self, arrangementen: tuple[Arrangement, ...]):
        one = an_overgang_client(basis=AwbzIndicatie(1, False))
        with pytest.raises(InvalidInput) as refusal:
            converted(replace(INRICHTING, arrangementen=arrangementen), OMZETTING, one)
        assert [fout.kolom for fout in fouten_of(refusal.value.findings, one)] == ["awbzklasse"]


class TestFoutenOf:
    @pytest.mark.parametrize(
        ("pad", "kolom"),
        [
            ("/Bericht/Clienten/Client[1]/Naam/Geslachtsnaam/Naam", "achternaam"),
            ("/Bericht/Clienten/Client[1]/Contactgegevens/Contact[1]/Adres/Huis/Huisletter", "huisletter"),
            ("client.bsn", "bsn"),
            ("einddatum", "einddatum"),
            ("ingangsdatum", ""),
        ],
    )
    def test_a_place_in_a_message_is_a_column(self, pad: str, kolom: str):
        finding = Finding(regel="X", retourcode=None, pad=pad, melding="Fout.", waarden={"nummer": 5, "geen": None})
        assert fouten_of([finding], an_overgang_client()) == (Fout(2, kolom, "Fout. (nummer: 5)"),)

    def test_a_reference_shows_three_digits(self):
        assert masked("999900006") == "******006"


amounts = st.one_of(st.none(), st.integers(0, 200_000).map(Bedrag))
outcomes = st.builds(
    Uitkomst,
    regel=st.integers(2, 99),
    referentie=st.just(""),
    aanbieder=st.sampled_from(["42420001", "42420002", "11111111", None]),
    uitslag=st.sampled_from([Uitslag.OMGEZET, Uitslag.EERDER]),
    oud=amounts,
    nieuw=st.integers(1, 200_000).map(Bedrag),
) | st.builds(
    Uitkomst,
    regel=st.integers(2, 99),
    referentie=st.just(""),
    aanbieder=st.sampled_from(["42420001", None]),
    uitslag=st.just(Uitslag.MISLUKT),
    oud=amounts,
    fouten=st.just((Fout(2, "", "Fout."),)),
)


class TestAfstemming:
    @given(st.lists(outcomes))
    def test_the_aanbieders_add_up_to_the_total_and_the_total_to_the_clients(self, uitkomsten: list[Uitkomst]):
        afstemming = Afstemming(frozenset({"42420001", "42420002"}))
        for uitkomst in uitkomsten:
            afstemming.add(uitkomst)
        totaal, parts = afstemming.totaal, afstemming.per_aanbieder.values()
        assert set(afstemming.per_aanbieder) <= {"42420001", "42420002", None}
        for name in ("clienten", "omgezet", "eerder", "mislukt"):
            assert getattr(totaal, name) == sum(getattr(part, name) for part in parts)
        for name in ("oud", "nieuw", "verschil", "oud_mislukt"):
            assert getattr(totaal, name).cents == sum(getattr(part, name).cents for part in parts)
        assert totaal.clienten == len(uitkomsten)
        assert totaal.verschil.cents == sum(u.verschil.cents for u in uitkomsten if u.verschil is not None)
        assert totaal.nieuw.cents == sum(u.nieuw.cents for u in uitkomsten if u.nieuw is not None)
        assert totaal.oud.cents + totaal.oud_mislukt.cents == sum(u.oud.cents for u in uitkomsten if u.oud is not None)
        assert afstemming.met_fouten == sum(bool(u.fouten) for u in uitkomsten)
