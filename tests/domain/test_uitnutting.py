"""What of the money is used, and what is still expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from app.domain.bedrag import Bedrag
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import ContractTarief, GebrokenPeriode, Inrichting, Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.uitnutting import Groep, Regel, Sleutel, Stand, Uitnutting, Vak, uitnutting, volume_in
from tests.builders.inrichting import a_contract, an_inrichting
from tests.builders.world import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, made

SLEUTEL = Sleutel(GEMEENTE, AANBIEDER, "02", "02A01")
OTHER = SLEUTEL._replace(aanbieder=OTHER_AANBIEDER)
JAAR = frozenset(Vak(2018, periode) for periode in range(1, 14))
P1, P2, P3 = Vak(2018, 1), Vak(2018, 2), Vak(2018, 3)
FIRST = GeslotenPeriode(date(2018, 1, 1), date(2018, 1, 28))
BEGIN, LATER = date(2018, 1, 1), date(2018, 1, 29)
VOLLEDIG, NAAR_RATO = GebrokenPeriode.VOLLEDIG, GebrokenPeriode.NAAR_RATO


def a_groep(**changes: Any) -> Groep:
    """One toewijzing of 100 pieces each four weeks, in the first period of 2018."""
    return made(
        Groep,
        changes,
        sleutel=SLEUTEL,
        eenheid=Eenheid.STUKS.value,
        frequentie=Frequentie.PER_VIER_WEKEN.value,
        begindatum=BEGIN,
        einddatum=date(2018, 1, 28),
        volume=100,
        aantal=1,
    )


def counted(
    *groepen: Groep,
    regels: tuple[Regel, ...] = (),
    inrichting: Inrichting | None = None,
    perioden: frozenset[Vak] = JAAR,
    declared_by: date = BEGIN,
) -> Uitnutting:
    known = inrichting or an_inrichting()
    return uitnutting(groepen, regels, {known.gemeente: known}, perioden, declared_by=declared_by)


@pytest.mark.parametrize(
    ("frequentie", "changes", "gebroken", "volume"),
    [
        pytest.param("3", {}, VOLLEDIG, 100, id="whole-period"),
        pytest.param("3", {"einddatum": BEGIN}, VOLLEDIG, 100, id="any-day-is-the-whole-period"),
        pytest.param("3", {"einddatum": date(2018, 1, 7)}, NAAR_RATO, 25, id="share-of-the-days"),
        pytest.param("3", {"tot": date(2018, 1, 8)}, VOLLEDIG, 0, id="shared-period-is-of-the-newer"),
        pytest.param("3", {"tot": date(2018, 1, 8)}, NAAR_RATO, 25, id="share-until-the-newer"),
        pytest.param("3", {"einddatum": None, "tot": date(2018, 3, 1)}, VOLLEDIG, 100, id="newer-comes-later"),
        pytest.param("3", {"begindatum": LATER, "einddatum": None}, VOLLEDIG, 0, id="not-in-the-period"),
        pytest.param("1", {"einddatum": date(2018, 1, 7)}, VOLLEDIG, 700, id="each-day"),
        pytest.param("2", {"einddatum": date(2018, 1, 8)}, VOLLEDIG, 200, id="each-week-touched"),
        pytest.param("4", {}, VOLLEDIG, Fraction(2800, 31), id="part-of-a-month"),
        pytest.param(
            "4",
            {"begindatum": date(2018, 1, 20), "einddatum": None},
            VOLLEDIG,
            Fraction(900, 31),
            id="rest-of-a-month",
        ),
        pytest.param("5", {}, VOLLEDIG, Fraction(2800, 365), id="part-of-a-year"),
        pytest.param("6", {"einddatum": date(2018, 2, 25)}, VOLLEDIG, 50, id="part-of-a-total"),
        pytest.param("6", {"tot": LATER}, VOLLEDIG, 0, id="total-of-the-newer"),
        pytest.param("6", {"einddatum": None}, VOLLEDIG, None, id="total-without-end"),
        pytest.param("3", {"volume": None}, VOLLEDIG, None, id="no-volume"),
    ],
)
def test_volume_in_a_period(
    frequentie: str, changes: dict[str, Any], gebroken: GebrokenPeriode, volume: Fraction | int | None
):
    assert volume_in(a_groep(frequentie=frequentie, **changes), FIRST, gebroken) == volume


def test_months_and_years_within_one_period():
    last = GeslotenPeriode(date(2018, 12, 3), date(2018, 12, 30))
    around = GeslotenPeriode(date(2018, 12, 31), date(2019, 1, 27))
    monthly = a_groep(frequentie="4", einddatum=None, volume=31)
    yearly = a_groep(frequentie="5", einddatum=None, volume=365)
    assert volume_in(monthly, last, VOLLEDIG) == 28
    assert volume_in(monthly, around, VOLLEDIG) == 1 + 27
    assert volume_in(yearly, around, VOLLEDIG) == 1 + 27


class TestAssigned:
    def amount(self, groep: Groep, **changes: Any) -> int:
        return counted(groep, **changes).totaal.toegewezen

    def test_at_the_tariff_of_the_catalogue(self):
        assert self.amount(a_groep()) == 100_00

    def test_at_the_tariff_of_the_contract(self):
        tarief = ContractTarief(geldig_van=date(2018, 1, 1), code="02A01", tarief=Bedrag(90))
        inrichting = an_inrichting(contracten=(a_contract(tarieven=(tarief,)),))
        assert self.amount(a_groep(), inrichting=inrichting) == 90_00

    def test_without_contract_at_that_of_the_catalogue(self):
        assert self.amount(a_groep(), inrichting=an_inrichting(contracten=())) == 100_00

    def test_euros_are_euros(self):
        groep = a_groep(sleutel=SLEUTEL._replace(code=None), eenheid=Eenheid.EUROS.value)
        assert self.amount(groep) == 100_00

    def test_groups_are_added_up(self):
        assert counted(a_groep(), a_groep(volume=1)).totaal.toegewezen == 101_00

    def test_rounds_once_for_a_group(self):
        naar_rato = an_inrichting(instellingen=Instellingen(gebroken_periode=NAAR_RATO))
        groep = a_groep(volume=1, einddatum=date(2018, 1, 5))
        assert self.amount(groep, inrichting=naar_rato) == 18  # 5/28 of a euro is 17,86 cents

    @pytest.mark.parametrize(
        "groep",
        [
            pytest.param(a_groep(sleutel=SLEUTEL._replace(code=None), aantal=3), id="no-code"),
            pytest.param(a_groep(sleutel=SLEUTEL._replace(code="09X99"), aantal=3), id="no-tariff"),
            pytest.param(a_groep(volume=None, aantal=3), id="no-volume"),
            pytest.param(a_groep(sleutel=SLEUTEL._replace(gemeente="9999"), aantal=3), id="no-inrichting"),
        ],
    )
    def test_what_cannot_be_told_is_counted_apart(self, groep: Groep):
        found = counted(groep)
        assert (found.totaal, found.onbekend, dict(found.standen)) == (Stand(), 3, {})

    def test_known_in_one_period_is_known(self):
        later = replace(an_inrichting().producten[0], geldig_van=LATER)
        found = counted(a_groep(einddatum=date(2018, 2, 25)), inrichting=an_inrichting(producten=(later,)))
        assert (found.totaal.toegewezen, found.onbekend) == (100_00, 0)

    def test_only_the_periods_that_are_wanted(self):
        found = counted(a_groep(einddatum=None), perioden=frozenset({P2, P3}))
        assert found.perioden == (P2, P3)
        assert [found.in_periode(vak).toegewezen for vak in (P1, P2, P3)] == [0, 100_00, 100_00]


class TestDeclared:
    def test_counts_in_the_period_of_its_first_day(self):
        regels = (Regel(SLEUTEL, date(2018, 1, 28), 500, 400), Regel(SLEUTEL, LATER, 50, 50))
        found = counted(regels=regels)
        assert found.in_periode(P1) == Stand(gedeclareerd=500, toegekend=400, prognose=400)
        assert found.of(SLEUTEL).gedeclareerd == 550

    @pytest.mark.parametrize(
        "regel",
        [
            pytest.param(Regel(SLEUTEL, date(2017, 12, 31), 1, 1), id="another-year"),
            pytest.param(Regel(SLEUTEL, date(1990, 1, 1), 1, 1), id="no-period"),
            pytest.param(Regel(SLEUTEL._replace(gemeente="9999"), BEGIN, 1, 1), id="no-inrichting"),
        ],
    )
    def test_leaves_out_what_is_of_no_period(self, regel: Regel):
        assert counted(regels=(regel,)).totaal == Stand()

    def test_rest_and_percentage(self):
        stand = Stand(toegewezen=300, gedeclareerd=250, toegekend=200)
        assert (stand.rest, stand.percentage) == (100, 67)
        assert Stand(gedeclareerd=5).percentage is None


class TestExpected:
    def prognoses(self, found: Uitnutting, sleutel: Sleutel = SLEUTEL) -> list[int]:
        return [stand.prognose for stand in found.standen[sleutel].values()]

    def test_without_experience_all_that_is_assigned(self):
        assert self.prognoses(counted(a_groep())) == [100_00]

    def test_as_in_the_closed_periods_of_the_same(self):
        groep = a_groep(einddatum=date(2018, 3, 25))
        regels = (Regel(SLEUTEL, BEGIN, 80_00, 60_00), Regel(SLEUTEL, LATER, 10_00, 10_00))
        found = counted(groep, regels=regels, declared_by=LATER)
        assert self.prognoses(found) == [60_00, 60_00, 60_00]

    def test_never_below_what_is_granted_already(self):
        groep = a_groep(einddatum=date(2018, 2, 25))
        regels = (Regel(SLEUTEL, BEGIN, 10_00, 10_00), Regel(SLEUTEL, LATER, 90_00, 90_00))
        assert self.prognoses(counted(groep, regels=regels, declared_by=LATER)) == [10_00, 90_00]

    def test_else_as_with_other_aanbieders(self):
        groepen = [a_groep(einddatum=date(2018, 2, 25)), a_groep(sleutel=OTHER, begindatum=LATER, einddatum=None)]
        regels = (Regel(SLEUTEL, BEGIN, 25_00, 25_00),)
        found = counted(*groepen, regels=regels, declared_by=LATER, perioden=frozenset({P1, P2}))
        assert self.prognoses(found, OTHER) == [25_00]

    def test_who_declared_nothing_yet_is_no_experience(self):
        groepen = [a_groep(einddatum=date(2018, 2, 25)), a_groep(sleutel=OTHER, einddatum=date(2018, 2, 25))]
        regels = (Regel(SLEUTEL, BEGIN, 50_00, 50_00),)
        found = counted(*groepen, regels=regels, declared_by=LATER)
        assert self.prognoses(found, OTHER) == [0, 25_00]  # 50 of the 200 that both have in the first period

    def test_other_products_say_nothing(self):
        verblijf = SLEUTEL._replace(categorie="04", code="04A01")
        regels = (Regel(verblijf, BEGIN, 1, 1),)
        groep = a_groep(einddatum=date(2018, 2, 25))
        found = counted(groep, a_groep(sleutel=verblijf), regels=regels, declared_by=LATER)
        assert self.prognoses(found) == [0, 100_00]
