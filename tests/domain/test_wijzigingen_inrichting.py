"""What a split asks of the inrichting: the contracts and tariffs of both aanbieders, and the CAK period."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest

from app.domain.act import Feiten, Lopend, Wijziging
from app.domain.bedrag import Bedrag
from app.domain.cak_periode import CakPeriode
from app.domain.inrichting import ContractTarief, Inrichting
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import InvalidInput
from app.domain.splitsing import merge, split
from app.domain.toekenning import TweedeAanbieder
from app.domain.wijzigingen import find_cak_periode
from tests.builders import OTHER_AANBIEDER, P1, P2, P3, P4, a_contract, a_toewijzing, a_versie, an_inrichting

INRICHTING = an_inrichting()


def periode(dagen: GeslotenPeriode) -> CakPeriode:
    found = INRICHTING.cak_periode_on(dagen.begindatum)
    assert found is not None
    return found


def feiten(inrichting: Inrichting) -> Feiten:
    now = datetime(2019, 6, 20, 10, 30)
    return Feiten(inrichting=inrichting, today=now.date(), moment=now, nummers=(2001, 2002))


def running() -> Lopend:
    return Lopend(toewijzing=a_toewijzing(a_versie()), geboekt={})


def second(**changes: Any) -> TweedeAanbieder:
    return TweedeAanbieder(agb=OTHER_AANBIEDER, **(changes or {"budget_per_periode": 300}))


def names(wijziging: Wijziging) -> list[str]:
    return [one.aanbieder for one in wijziging.onderaannemers or ()]


class TestContracts:
    @pytest.mark.parametrize(("cents", "last", "refuses"), [(110, None, True), (100, None, False), (110, P2, False)])
    def test_is_refused_when_the_agreed_tariffs_differ_on_the_first_day(
        self, cents: int, last: GeslotenPeriode | None, refuses: bool
    ) -> None:
        agreed = ContractTarief(
            geldig_van=date(2018, 1, 1),
            geldig_tot=last.einddatum if last else None,
            code="02A01",
            tarief=Bedrag(cents),
        )
        contracten = (a_contract(), a_contract(aanbieder=OTHER_AANBIEDER, tarieven=(agreed,)))
        known = feiten(an_inrichting(contracten=contracten))
        if not refuses:
            assert split(running(), second(), periode(P3), known).stappen
            return
        with pytest.raises(InvalidInput) as refused:
            split(running(), second(), periode(P3), known)
        (finding,) = refused.value.findings
        assert finding.pad == "aanbieder"
        assert finding.waarden == {"tariefEersteCenten": 100, "tariefTweedeCenten": cents}

    @pytest.mark.parametrize(("cents", "last", "refuses"), [(110, None, True), (100, None, False), (110, P3, False)])
    def test_a_split_ends_only_at_equal_tariffs_on_the_first_day(
        self, cents: int, last: GeslotenPeriode | None, refuses: bool
    ) -> None:
        first, other = (stap.na for stap in split(running(), second(), periode(P2), feiten(INRICHTING)).stappen[1:])
        later = ContractTarief(
            geldig_van=P3.begindatum,
            geldig_tot=last.einddatum if last else None,
            code="02A01",
            tarief=Bedrag(cents),
        )
        contracten = (a_contract(), a_contract(aanbieder=OTHER_AANBIEDER, tarieven=(later,)))
        known = feiten(an_inrichting(contracten=contracten))
        eerste, tweede = (Lopend(toewijzing=part, geboekt={}) for part in (first, other))
        if not refuses:
            assert merge(tweede, eerste, einddatum=P3.einddatum, reden="09", feiten=known).stappen
            return
        with pytest.raises(InvalidInput) as refused:
            merge(tweede, eerste, einddatum=P3.einddatum, reden="09", feiten=known)
        (finding,) = refused.value.findings
        assert finding.pad == "samenvoegen"
        assert finding.waarden == {
            "begindatum": P4.begindatum.isoformat(),
            "tariefEersteCenten": 100,
            "tariefTweedeCenten": cents,
        }

    @pytest.mark.parametrize("share", [{"percentage": Fraction(100)}, {"budget_per_periode": 850}])
    def test_without_contract_may_do_everything(self, share: dict[str, Any]) -> None:
        known = feiten(an_inrichting(contracten=(a_contract(),)))
        assert names(split(running(), second(**share), periode(P3), known)) == [OTHER_AANBIEDER]

    def test_without_contract_only_names_the_onderaannemer(self) -> None:
        contracten = (a_contract(), a_contract(aanbieder=OTHER_AANBIEDER, geldig_tot=P2.einddatum))
        inrichting = an_inrichting(contracten=contracten)
        found = split(running(), second(), periode(P3), feiten(inrichting))
        assert (found.stappen, found.effect, names(found)) == ((), (), [OTHER_AANBIEDER])
        assert split(running(), second(), periode(P2), feiten(inrichting)).onderaannemers is None


class TestCakPeriode:
    def test_is_found_by_year_and_number(self) -> None:
        assert find_cak_periode(INRICHTING, 2019, 6).begindatum == P1.begindatum

    @pytest.mark.parametrize(("jaar", "number"), [(2019, 14), (2019, 0), (1900, 1)])
    def test_is_refused_when_unknown(self, jaar: int, number: int) -> None:
        with pytest.raises(InvalidInput):
            find_cak_periode(INRICHTING, jaar, number)
