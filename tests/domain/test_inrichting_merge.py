"""Bringing files together with what was loaded: what a reload changes, what it leaves, what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bedrag import Bedrag
from app.domain.cak_periode import CakPeriode, derived_cak_perioden, seeded_cak_perioden
from app.domain.codelijsten import Frequentie
from app.domain.inrichting import (
    Aanbieder,
    Afronding,
    Btw,
    Contract,
    ContractTarief,
    Declaratieperiode,
    Inrichting,
    Instellingen,
    Productspecificatie,
)
from app.domain.inrichting_file import Entries, InrichtingFile, Place, Placed, PlacedContract
from app.domain.inrichting_merge import merge, perioden_in_use
from app.domain.refusals import InrichtingInvalid
from app.domain.retour import Finding
from tests.builders.inrichting import a_catalogus_product, a_contract

DAY = date(2018, 1, 1)
DAYS = st.dates(DAY, date(2018, 3, 31))
WHOLE_2018 = {"geldig_van": DAY, "geldig_tot": date(2018, 12, 31)}
FROM_2019 = {"geldig_van": date(2019, 1, 1)}


def at(line: int) -> Place:
    return Place("test.yaml", line, f"regel{line}", {"product": line, "code": line, "einddatum": line})


def placed(values: Sequence[Any], first_line: int = 1) -> tuple[Placed[Any], ...]:
    return tuple(Placed(value, at(first_line + index)) for index, value in enumerate(values))


def a_placed_contract(line: int = 50, **changes: Any) -> PlacedContract:
    """A contract for 02A01 as a file gives it."""
    contract = a_contract(**({"producten": frozenset({"02A01"})} | changes))
    return PlacedContract(
        contract=replace(contract, tarieven=()),
        place=at(line),
        producten=placed(sorted(contract.producten), line),
        tarieven=placed(contract.tarieven, line + 10),
    )


def a_file(
    *producten: Any,
    contracten: Sequence[PlacedContract] = (),
    perioden: Sequence[CakPeriode] = (),
    specificaties: Sequence[Productspecificatie] = (),
    **changes: Any,
) -> InrichtingFile:
    """A file of gemeente 0384: products on line 1 and on, contracts where they say, periods from line 101."""
    entries = Entries(
        producten=placed(producten),
        productspecificaties=placed(specificaties, 30),
        contracten=tuple(contracten),
        cak_perioden=placed(perioden, 101),
    )
    return InrichtingFile(**({"gemeente": "0384", "entries": entries} | changes))


def refused(current: Inrichting | None, *files: InrichtingFile) -> tuple[Finding, ...]:
    with pytest.raises(InrichtingInvalid) as refusal:
        merge(current, *files)
    return refusal.value.findings


def own_year(jaar: int, *, shift: int = 0) -> list[CakPeriode]:
    move = timedelta(days=shift)
    return [
        CakPeriode(jaar, p.periode, p.begindatum + move, p.einddatum + move, afgeleid=False)
        for p in derived_cak_perioden(jaar)
    ]


class TestReload:
    def test_the_first_file_starts_from_the_defaults(self) -> None:
        assert merge(None, a_file()) == Inrichting(gemeente="0384", cak_perioden=tuple(seeded_cak_perioden()))

    def test_the_same_key_takes_the_place(self) -> None:
        before = merge(None, a_file(a_catalogus_product()))
        dearer = a_catalogus_product(tarief=Bedrag(200))
        assert merge(before, a_file(dearer)).producten == (dearer,)

    def test_another_first_day_is_another_entry(self) -> None:
        old, new = a_catalogus_product(**WHOLE_2018), a_catalogus_product(**FROM_2019)
        assert merge(merge(None, a_file(old)), a_file(new)).producten == (old, new)

    def test_what_is_left_out_stays(self) -> None:
        full = a_file(
            a_catalogus_product(),
            contracten=[a_placed_contract()],
            perioden=own_year(2018),
            naam="Voorbeeldgemeente",
            aanbieders=(Aanbieder(agb="42420001", naam="A"),),
            instellingen={"gebruik": Fraction(1, 2)},
        )
        before = merge(None, full)
        assert merge(before, a_file()) == before

    def test_only_given_settings_change(self) -> None:
        before = merge(None, a_file(instellingen={"gebruik": Fraction(1, 2), "btw": Btw.EXCLUSIEF}))
        after = merge(before, a_file(instellingen={"afronding": Afronding.OMLAAG, "btw": Btw.INCLUSIEF}))
        assert after.instellingen == Instellingen(gebruik=Fraction(1, 2), afronding=Afronding.OMLAAG)

    def test_names_are_replaced(self) -> None:
        before = merge(
            None, a_file(naam="Oud", aanbieders=(Aanbieder(agb="2", naam="B"), Aanbieder(agb="1", naam="A")))
        )
        after = merge(before, a_file(naam="Nieuw", aanbieders=(Aanbieder(agb="2", naam="C"),)))
        assert after.naam == "Nieuw"
        assert after.aanbieders == (Aanbieder(agb="1", naam="A"), Aanbieder(agb="2", naam="C"))

    def test_files_of_two_gemeenten_never_meet(self) -> None:
        with pytest.raises(ValueError, match="several gemeenten"):
            merge(None, a_file(), a_file(gemeente="1708"))

    @given(st.permutations(["02A01", "02A03", "04A01", "04A06"]), st.integers(0, 4))
    def test_the_order_of_loading_does_not_matter(self, codes: list[str], cut: int) -> None:
        producten = [a_catalogus_product(code=code) for code in codes]
        at_once = merge(None, a_file(*producten))
        in_two = merge(merge(None, a_file(*producten[:cut])), a_file(*producten[cut:]))
        assert in_two == at_once == merge(None, a_file(*producten[:cut]), a_file(*producten[cut:]))


class TestOverlap:
    def test_names_both_lines(self) -> None:
        (finding,) = refused(None, a_file(a_catalogus_product(), a_catalogus_product(**FROM_2019)))
        assert finding.regelnummer == 2
        assert finding.waarden == {"bestand": "test.yaml", "regel": 2, "anderBestand": "test.yaml", "andereRegel": 1}
        assert finding.melding == (
            "Product 02A01 (geldig vanaf 2019-01-01 zonder einde) overlapt met regel 1 "
            "(geldig vanaf 2018-01-01 zonder einde)"
        )

    def test_the_same_key_twice_is_an_overlap(self) -> None:
        assert [f.regelnummer for f in refused(None, a_file(a_catalogus_product(), a_catalogus_product()))] == [2]

    def test_a_long_entry_overlaps_each_within_it(self) -> None:
        inside = [a_catalogus_product(geldig_van=day, geldig_tot=day) for day in (date(2018, 2, 1), date(2018, 3, 1))]
        findings = refused(None, a_file(a_catalogus_product(), *inside))
        assert [(f.regelnummer, f.waarden["andereRegel"]) for f in findings] == [(2, 1), (3, 1)]

    def test_other_codes_do_not_overlap(self) -> None:
        assert merge(None, a_file(a_catalogus_product(), a_catalogus_product(code="02A03"))).producten

    def test_with_what_is_already_loaded(self) -> None:
        before = merge(None, a_file(a_catalogus_product()))
        (finding,) = refused(before, a_file(a_catalogus_product(**FROM_2019)))
        assert finding.regelnummer == 1
        assert "wat al geladen is (geldig vanaf 2018-01-01 zonder einde)" in finding.melding

    def test_before_what_is_already_loaded(self) -> None:
        before = merge(None, a_file(a_catalogus_product(**FROM_2019)))
        (finding,) = refused(before, a_file(a_catalogus_product()))
        assert finding.regelnummer == 1
        assert "wat al geladen is (geldig vanaf 2019-01-01 zonder einde)" in finding.melding

    def test_an_open_entry_is_closed_by_giving_it_again(self) -> None:
        before = merge(None, a_file(a_catalogus_product()))
        closed, new = a_catalogus_product(**WHOLE_2018), a_catalogus_product(**FROM_2019)
        assert merge(before, a_file(new, closed)).producten == (closed, new)

    @given(DAYS, DAYS, DAYS, DAYS)
    def test_refused_exactly_when_a_day_is_shared(self, a: date, b: date, c: date, d: date) -> None:
        one, other = sorted((a, b)), sorted((c, d))
        shared = one[0] <= other[1] and other[0] <= one[1]
        file = a_file(*(a_catalogus_product(geldig_van=van, geldig_tot=tot) for van, tot in (one, other)))
        if shared:
            assert len(refused(None, file)) == 1
        else:
            assert len(merge(None, file).producten) == 2

    def test_of_contracts_with_one_aanbieder(self) -> None:
        file = a_file(a_catalogus_product(), contracten=[a_placed_contract(50), a_placed_contract(60, **FROM_2019)])
        (finding,) = refused(None, file)
        assert (finding.regelnummer, finding.waarden["andereRegel"]) == (60, 50)
        assert finding.melding.startswith("Het contract met 42420001 ")

    def test_contracts_with_two_aanbieders_do_not_overlap(self) -> None:
        both = [a_placed_contract(50), a_placed_contract(60, aanbieder="42420002")]
        assert len(merge(None, a_file(a_catalogus_product(), contracten=both)).contracten) == 2

    def test_of_productspecificaties(self) -> None:
        both = [
            Productspecificatie(code="OZL1", naam="", eenheid="uur", tarief=Bedrag(1), product="02A01", geldig_van=day)
            for day in (DAY, date(2019, 1, 1))
        ]
        (finding,) = refused(None, a_file(a_catalogus_product(), specificaties=both))
        assert (finding.regelnummer, finding.waarden["andereRegel"]) == (31, 30)


class TestTarieven:
    first = ContractTarief(code="02A01", tarief=Bedrag(90), **WHOLE_2018)
    second = ContractTarief(code="02A01", tarief=Bedrag(95), **FROM_2019)

    def loaded(self, current: Inrichting | None, *tarieven: ContractTarief, **changes: Any) -> Contract:
        contract = a_placed_contract(tarieven=tarieven, **changes)
        producten = (a_catalogus_product(), a_catalogus_product(code="02A03"))
        (merged,) = merge(current, a_file(*producten, contracten=[contract])).contracten
        return merged

    def before(self) -> Inrichting:
        file = a_file(a_catalogus_product(), contracten=[a_placed_contract(tarieven=(self.first,))])
        return merge(None, file)

    def test_a_new_one_stands_beside_the_earlier(self) -> None:
        assert self.loaded(self.before(), self.second).tarieven == (self.first, self.second)

    def test_one_with_the_same_key_takes_the_place(self) -> None:
        changed = replace(self.first, tarief=Bedrag(91))
        assert self.loaded(self.before(), changed).tarieven == (changed,)

    def test_one_for_a_product_that_left_the_contract_goes_with_it(self) -> None:
        assert self.loaded(self.before(), producten=frozenset({"02A03"})).tarieven == ()

    def test_overlap_with_an_earlier_one_is_refused(self) -> None:
        open_since_june = replace(self.first, geldig_van=date(2018, 6, 1), geldig_tot=None)
        with pytest.raises(InrichtingInvalid, match=r"regel 60, .*Het tarief van 02A01 .* wat al geladen is"):
            self.loaded(self.before(), open_since_june)

    def test_a_product_outside_the_contract_is_refused(self) -> None:
        with pytest.raises(InrichtingInvalid, match="Product 02A03 hoort niet bij de producten van dit contract"):
            self.loaded(None, replace(self.first, code="02A03"))


class TestProducts:
    def test_a_contract_names_known_products(self) -> None:
        (finding,) = refused(None, a_file(contracten=[a_placed_contract(50)]))
        assert (finding.regelnummer, finding.melding) == (
            50,
            "Product 02A01 staat niet in de producten van deze gemeente",
        )

    def test_loaded_earlier_is_known(self) -> None:
        before = merge(None, a_file(a_catalogus_product()))
        assert merge(before, a_file(contracten=[a_placed_contract()])).contracten

    def test_a_productspecificatie_leads_to_a_known_product(self) -> None:
        specificatie = Productspecificatie(
            code="OZL1", naam="", eenheid="uur", tarief=Bedrag(1), product="02A09", geldig_van=DAY
        )
        (finding,) = refused(None, a_file(a_catalogus_product(), specificaties=[specificatie]))
        assert (finding.regelnummer, finding.pad) == (30, "regel30.product")


class TestPerMonth:
    def contract(self, **changes: Any) -> PlacedContract:
        return a_placed_contract(50, declaratieperiode=Declaratieperiode.MAAND, **changes)

    def test_refuses_a_four_weekly_product(self) -> None:
        (finding,) = refused(None, a_file(a_catalogus_product(), contracten=[self.contract()]))
        assert finding.regelnummer == 50
        assert "Frequentie 3" in finding.melding

    @pytest.mark.parametrize("frequentie", [f for f in Frequentie if f is not Frequentie.PER_VIER_WEKEN])
    def test_takes_every_other_frequentie(self, frequentie: Frequentie) -> None:
        file = a_file(a_catalogus_product(frequentie=frequentie), contracten=[self.contract()])
        assert merge(None, file).contracten

    def test_takes_a_product_that_ended_before_the_contract(self) -> None:
        file = a_file(a_catalogus_product(**WHOLE_2018), contracten=[self.contract(**FROM_2019)])
        assert merge(None, file).contracten

    def test_takes_a_four_weekly_product_of_another_contract(self) -> None:
        four_weekly = a_catalogus_product(code="02A03")
        monthly = a_catalogus_product(frequentie=Frequentie.PER_MAAND)
        assert merge(None, a_file(monthly, four_weekly, contracten=[self.contract()])).contracten

    def test_refuses_a_product_that_becomes_four_weekly_later(self) -> None:
        monthly = a_catalogus_product(frequentie=Frequentie.PER_MAAND)
        before = merge(None, a_file(monthly, contracten=[self.contract()]))
        (finding,) = refused(before, a_file(a_catalogus_product()))
        assert finding.regelnummer == 1


class TestCakPerioden:
    def test_replace_a_whole_year(self) -> None:
        moved = own_year(2018)
        moved[0] = replace(moved[0], einddatum=moved[0].einddatum + timedelta(days=1))
        moved[1] = replace(moved[1], begindatum=moved[1].begindatum + timedelta(days=1))
        perioden = merge(None, a_file(perioden=moved)).cak_perioden
        assert [p for p in perioden if p.jaar == 2018] == moved
        assert [p for p in perioden if p.jaar != 2018] == [p for p in seeded_cak_perioden() if p.jaar != 2018]

    def test_a_second_reload_replaces_the_first(self) -> None:
        before = merge(None, a_file(perioden=[*own_year(2018), *own_year(2019)]))
        after = merge(before, a_file(perioden=own_year(2018)))
        assert after == before

    def test_a_year_after_the_seeded_ones(self) -> None:
        assert merge(None, a_file(perioden=own_year(2031))).cak_perioden[-1].jaar == 2031

    def test_years_that_are_left_out_between_are_a_gap(self) -> None:
        assert [f.regelnummer for f in refused(None, a_file(perioden=own_year(2032)))] == [101]

    @given(st.permutations(range(13)).filter(lambda order: order != sorted(order)))
    def test_another_order_is_refused(self, order: list[int]) -> None:
        year = own_year(2018)
        (finding, *_) = refused(None, a_file(perioden=[year[index] for index in order]))
        assert (finding.regelnummer, finding.melding[:9]) == (101, "Van 2018 ")

    @given(st.sets(st.integers(0, 12), min_size=1, max_size=12))
    def test_a_part_of_a_year_is_refused(self, left_out: set[int]) -> None:
        rows = [row for index, row in enumerate(own_year(2018)) if index not in left_out]
        assert [f.regelnummer for f in refused(None, a_file(perioden=rows))] == [101]

    def test_a_number_twice_is_refused(self) -> None:
        assert refused(None, a_file(perioden=[*own_year(2018), own_year(2018)[12]]))

    @given(st.integers(0, 12), st.sampled_from([-2, -1, 1, 2]))
    def test_gaps_and_overlaps_are_refused(self, index: int, days: int) -> None:
        rows = own_year(2018)
        rows[index] = replace(rows[index], einddatum=rows[index].einddatum + timedelta(days=days))
        (finding,) = refused(None, a_file(perioden=rows))
        assert finding.regelnummer == min(101 + index + 1, 113)  # the next period, or the last when that is not theirs
        assert finding.melding.startswith("De perioden sluiten niet aan: ")

    @given(st.integers(-27, 27).filter(bool))
    def test_a_year_joins_the_years_beside_it(self, shift: int) -> None:
        assert [f.regelnummer for f in refused(None, a_file(perioden=own_year(2018, shift=shift)))] == [101, 113]

    def test_a_period_lies_in_its_year(self) -> None:
        rows = own_year(2018)
        wrong = replace(rows[4], begindatum=date(2016, 5, 1), einddatum=date(2016, 5, 28))
        (finding,) = refused(None, a_file(perioden=[*rows[:4], wrong, *rows[5:]]))
        assert (finding.regelnummer, finding.melding) == (105, "Deze periode ligt buiten 2018")

    def test_an_end_before_the_begin(self) -> None:
        rows = own_year(2018)
        wrong = replace(rows[4], einddatum=rows[4].begindatum - timedelta(days=1))
        (finding,) = refused(None, a_file(perioden=[*rows[:4], wrong, *rows[5:]]))
        assert (finding.regelnummer, finding.pad) == (105, "regel105.einddatum")

    @given(st.sets(st.integers(2015, 2030)))
    def test_in_use_the_own_years_stand_among_the_derived(self, jaren: set[int]) -> None:
        in_use = perioden_in_use([periode for jaar in jaren for periode in own_year(jaar)])
        assert {periode.jaar for periode in in_use if not periode.afgeleid} == jaren
        assert [replace(periode, afgeleid=True) for periode in in_use] == list(seeded_cak_perioden())


class TestFindings:
    def test_everything_that_is_wrong_at_once_in_order_of_lines(self) -> None:
        file = a_file(
            a_catalogus_product(),
            a_catalogus_product(),
            contracten=[a_placed_contract(50, producten=frozenset({"02A09"}))],
            perioden=own_year(2018)[:3],
        )
        assert [f.regelnummer for f in refused(None, file)] == [2, 50, 101]
