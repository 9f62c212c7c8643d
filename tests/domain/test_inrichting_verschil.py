"""What differs between two states of an inrichting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.domain.bedrag import Bedrag
from app.domain.cak_periode import derived_cak_perioden
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import (
    Aanbieder,
    Afronding,
    CatalogusProduct,
    Contract,
    ContractTarief,
    Inrichting,
    Instellingen,
)
from app.domain.inrichting_verschil import Aard, Onderdeel, Veld, Verschil, verschillen

FIRST, LAST = date(2018, 1, 1), date(2018, 12, 31)
PRODUCT = CatalogusProduct(
    categorie="02",
    code="02A01",
    naam="Begeleiding",
    eenheid=Eenheid.STUKS,
    frequentie=Frequentie.PER_VIER_WEKEN,
    tarief=Bedrag(100),
    geldig_van=FIRST,
)
TARIEF = ContractTarief(code="02A01", tarief=Bedrag(110), geldig_van=FIRST)
CONTRACT = Contract(aanbieder="42420001", producten=frozenset({"02A01"}), tarieven=(TARIEF,), geldig_van=FIRST)
BEFORE = Inrichting(
    gemeente="1708",
    naam="Steenwijkerland",
    producten=(PRODUCT,),
    aanbieders=(Aanbieder(agb="42420001", naam="A"),),
    contracten=(CONTRACT,),
    cak_perioden=derived_cak_perioden(2018),
)


def one(after: Inrichting) -> Verschil:
    """The only difference with BEFORE."""
    (found,) = verschillen(BEFORE, after)
    return found


def test_the_same_does_not_differ():
    assert verschillen(BEFORE, replace(BEFORE)) == ()


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(
            replace(BEFORE, producten=(replace(PRODUCT, tarief=Bedrag(105)),)),
            (Onderdeel.PRODUCT, ("02A01",), Aard.GEWIJZIGD, [("tarief", Bedrag(100), Bedrag(105))]),
            id="a tariff",
        ),
        pytest.param(
            replace(BEFORE, producten=(replace(PRODUCT, geldig_tot=LAST),)),
            (Onderdeel.PRODUCT, ("02A01",), Aard.BEEINDIGD, [("geldig_tot", None, LAST)]),
            id="an end",
        ),
        pytest.param(
            replace(BEFORE, producten=()),
            (Onderdeel.PRODUCT, ("02A01",), Aard.VERWIJDERD, None),
            id="gone",
        ),
        pytest.param(
            replace(BEFORE, contracten=(replace(CONTRACT, producten=frozenset({"02A01", "04A01"})),)),
            (
                Onderdeel.CONTRACT,
                ("42420001",),
                Aard.GEWIJZIGD,
                [("producten", frozenset({"02A01"}), frozenset({"02A01", "04A01"}))],
            ),
            id="a contract",
        ),
        pytest.param(
            replace(BEFORE, contracten=(replace(CONTRACT, tarieven=(replace(TARIEF, tarief=Bedrag(120)),)),)),
            (
                Onderdeel.TARIEF,
                ("42420001", "02A01", "2018-01-01"),
                Aard.GEWIJZIGD,
                [("tarief", Bedrag(110), Bedrag(120))],
            ),
            id="a tariff of a contract, and not its contract",
        ),
        pytest.param(
            replace(BEFORE, instellingen=Instellingen(afronding=Afronding.OMLAAG)),
            (
                Onderdeel.INSTELLING,
                ("afronding",),
                Aard.GEWIJZIGD,
                [("afronding", Afronding.HALF_UP, Afronding.OMLAAG)],
            ),
            id="a setting",
        ),
        pytest.param(
            replace(BEFORE, aanbieders=(*BEFORE.aanbieders, Aanbieder(agb="42420002", naam="B"))),
            (Onderdeel.AANBIEDER, ("42420002",), Aard.TOEGEVOEGD, [("naam", None, "B")]),
            id="a name",
        ),
        pytest.param(
            replace(BEFORE, naam="Steenwijk"),
            (Onderdeel.GEMEENTE, (), Aard.GEWIJZIGD, [("naam", "Steenwijkerland", "Steenwijk")]),
            id="the gemeente",
        ),
    ],
)
def test_an_entry(after: Inrichting, expected: tuple[Onderdeel, tuple[str, ...], Aard, list[object] | None]):
    found = one(after)
    onderdeel, codes, aard, velden = expected
    assert (found.onderdeel, found.codes, found.aard) == (onderdeel, codes, aard)
    assert velden is None or [(veld.naam, veld.was, veld.wordt) for veld in found.velden] == velden


def test_another_first_day_is_another_entry():
    later = replace(PRODUCT, geldig_van=date(2019, 1, 1), tarief=Bedrag(105))
    found = verschillen(BEFORE, replace(BEFORE, producten=(replace(PRODUCT, geldig_tot=LAST), later)))
    assert [(one.aard, one.vanaf) for one in found] == [
        (Aard.BEEINDIGD, FIRST),
        (Aard.TOEGEVOEGD, date(2019, 1, 1)),
    ]


def test_periods_are_told_by_year():
    first, *others = derived_cak_perioden(2018)
    moved = replace(first, einddatum=date(2018, 1, 27), afgeleid=False)
    found = one(replace(BEFORE, cak_perioden=(moved, *(replace(other, afgeleid=False) for other in others))))
    assert (found.onderdeel, found.codes) == (Onderdeel.CAK_PERIODEN, ("2018",))
    assert found.velden == (Veld("periode 1", first.dagen, moved.dagen),)


def test_the_first_load_adds_everything_but_the_calendar():
    found = verschillen(None, BEFORE)
    assert {one.aard for one in found} == {Aard.TOEGEVOEGD}
    assert [one.onderdeel for one in found] == [
        Onderdeel.GEMEENTE,
        Onderdeel.PRODUCT,
        Onderdeel.AANBIEDER,
        Onderdeel.CONTRACT,
        Onderdeel.TARIEF,
    ]
