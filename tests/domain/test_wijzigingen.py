"""Splitting, changing and ending: what is issued, what it does, and when it is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest

from app.domain.act import Feiten, Lopend, Opvolging
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import Frequentie
from app.domain.effect import EffectRow
from app.domain.inrichting import Afronding, GebrokenPeriode, Inrichting, Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import InvalidInput
from app.domain.splitsing import find_eerste, merge, split
from app.domain.toekenning import TweedeAanbieder
from app.domain.versies import Toewijzing
from app.domain.wijzigingen import change, end
from tests.builders import (
    AANBIEDER,
    OTHER_AANBIEDER,
    P1,
    P2,
    P3,
    P4,
    a_toewijzing,
    a_versie,
    an_inrichting,
    an_omvang,
)

INRICHTING = an_inrichting()
NOW = datetime(2019, 6, 20, 10, 30)


def periode(dagen: GeslotenPeriode, inrichting: Inrichting = INRICHTING) -> CakPeriode:
    found = inrichting.cak_periode_on(dagen.begindatum)
    assert found is not None
    return found


def feiten(**changes: Any) -> Feiten:
    return Feiten(**{"inrichting": INRICHTING, "today": NOW.date(), "moment": NOW, "nummers": (2001, 2002)} | changes)


def running(*, geboekt: dict[date, int] | None = None, **versie: Any) -> Lopend:
    return Lopend(toewijzing=a_toewijzing(a_versie(**versie)), geboekt=geboekt or {})


def second(**changes: Any) -> TweedeAanbieder:
    values: dict[str, Any] = changes or {"budget_per_periode": 300}
    return TweedeAanbieder(agb=OTHER_AANBIEDER, **values)


def validity(toewijzing: Toewijzing) -> tuple[date, date | None, str | None]:
    versie = toewijzing.actueel
    return versie.ingangsdatum, versie.einddatum, versie.reden_wijziging


def volume(toewijzing: Toewijzing) -> int:
    assert toewijzing.actueel.omvang is not None
    return toewijzing.actueel.omvang.volume


def table(effect: tuple[EffectRow, ...]) -> list[tuple[int | None, date, int, int, int]]:
    return [(r.toewijzing.nummer, r.begindatum, r.voor, r.na, r.gedeclareerd) for r in effect]


def numbers(refused: pytest.ExceptionInfo[InvalidInput]) -> list[dict[str, Any]]:
    return [finding.waarden for finding in refused.value.findings]


class TestSplit:
    def test_ends_the_first_before_the_period_and_gives_both_a_new_number(self) -> None:
        found = split(running(), second(), periode(P3), feiten())
        old, new, other = (stap.na for stap in found.stappen)
        assert validity(old) == (P1.begindatum, P2.einddatum, "09")
        assert validity(new) == validity(other) == (P3.begindatum, P4.einddatum, None)
        assert [(t.nummer, t.aanbieder, volume(t)) for t in (old, new, other)] == [
            (1001, AANBIEDER, 850),
            (2001, AANBIEDER, 550),
            (2002, OTHER_AANBIEDER, 300),
        ]
        assert found.opvolging == Opvolging("1001", "2001", P3.begindatum)

    def test_shows_the_room_per_period(self) -> None:
        found = split(running(geboekt={P2.begindatum: 700}), second(), periode(P3), feiten())
        assert table(found.effect) == [
            (1001, P1.begindatum, 850, 850, 0),
            (1001, P2.begindatum, 850, 850, 700),
            (1001, P3.begindatum, 850, 0, 0),
            (2001, P3.begindatum, 0, 550, 0),
            (2002, P3.begindatum, 0, 300, 0),
            (1001, P4.begindatum, 850, 0, 0),
            (2001, P4.begindatum, 0, 550, 0),
            (2002, P4.begindatum, 0, 300, 0),
        ]

    @pytest.mark.parametrize(
        ("percentage", "afronding", "expected"),
        [
            (Fraction(30), Afronding.HALF_UP, 255),
            (Fraction(333, 10), Afronding.HALF_UP, 283),
            (Fraction(333, 10), Afronding.OMLAAG, 283),
            (Fraction(1, 17), Afronding.HALF_UP, 1),
        ],
    )
    def test_by_percentage_the_first_keeps_the_rest(
        self, percentage: Fraction, afronding: Afronding, expected: int
    ) -> None:
        inrichting = an_inrichting(instellingen=Instellingen(afronding=afronding))
        found = split(running(), second(percentage=percentage), periode(P2), feiten(inrichting=inrichting))
        assert [volume(stap.na) for stap in found.stappen] == [850, 850 - expected, expected]

    def test_moves_what_was_granted_from_the_period_on(self) -> None:
        found = split(running(geboekt={P2.begindatum: 10, P3.begindatum: 550}), second(), periode(P3), feiten())
        assert [dict(stap.geboekt) for stap in found.stappen] == [{P2.begindatum: 10}, {P3.begindatum: 550}, {}]

    def test_is_refused_with_the_numbers_when_more_was_granted_than_would_remain(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            split(running(geboekt={P3.begindatum: 551, P4.begindatum: 600}), second(), periode(P2), feiten())
        assert [(w["periode"], w["gedeclareerd"], w["resteert"]) for w in numbers(refused)] == [
            (periode(P3).periode, 551, 550),
            (periode(P4).periode, 600, 550),
        ]

    def test_replaces_a_toewijzing_that_begins_in_the_period(self) -> None:
        begin = date(2019, 5, 27)
        found = split(running(ingangsdatum=begin), second(), periode(P1), feiten())
        old, new, other = (stap.na for stap in found.stappen)
        assert validity(old) == (begin, begin, "01")
        assert old.actueel.is_void
        assert validity(new) == validity(other) == (begin, P4.einddatum, None)

    def test_does_not_delete_what_something_was_granted_on(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            split(running(geboekt={P1.begindatum: 1}), second(), periode(P1), feiten())
        assert [(w["gedeclareerd"], w["resteert"]) for w in numbers(refused)] == [(1, 550)]

    def test_deletes_when_everything_was_credited(self) -> None:
        assert split(running(geboekt={P1.begindatum: 0}), second(), periode(P1), feiten()).stappen

    def test_one_day_before_the_period_is_not_mistaken_for_a_deletion(self) -> None:
        found = split(running(ingangsdatum=P1.einddatum), second(), periode(P2), feiten())
        assert validity(found.stappen[0].na) == (P1.einddatum, P1.einddatum, "09")
        assert not found.stappen[0].na.actueel.is_void

    @pytest.mark.parametrize(
        "tweede",
        [
            second(budget_per_periode=0),
            second(budget_per_periode=850),
            second(budget_per_periode=-1),
            second(percentage=Fraction(0)),
            second(percentage=Fraction(101)),
            second(percentage=Fraction(1, 100)),
            second(percentage=Fraction(50), budget_per_periode=300),
            TweedeAanbieder(agb=OTHER_AANBIEDER),
            TweedeAanbieder(agb=AANBIEDER, budget_per_periode=300),
        ],
    )
    def test_refuses_a_part_that_is_none(self, tweede: TweedeAanbieder) -> None:
        with pytest.raises(InvalidInput):
            split(running(), tweede, periode(P2), feiten())

    @pytest.mark.parametrize(
        "versie",
        [
            {"einddatum": P1.einddatum},
            {"ingangsdatum": P3.begindatum},
            {"einddatum": P1.begindatum, "reden_wijziging": "01"},
            {"omvang": None},
            {"omvang": an_omvang(frequentie=Frequentie.TOTAAL)},
        ],
    )
    def test_refuses_a_toewijzing_that_has_no_budget_in_the_period(self, versie: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput):
            split(running(**versie), second(), periode(P2), feiten())

    def test_refuses_a_second_toewijzing_of_the_product_at_one_aanbieder(self) -> None:
        has_it = a_toewijzing(nummer=1500, aanbieder=OTHER_AANBIEDER)
        with pytest.raises(InvalidInput) as refused:
            split(running(), second(), periode(P2), feiten(andere=(has_it,)))
        assert numbers(refused) == [{"toewijzingNummer": 1500, "aanbieder": OTHER_AANBIEDER}]

    def test_refuses_parts_that_are_not_the_whole(self) -> None:
        """By days each part is rounded by itself."""
        naar_rato = an_inrichting(instellingen=Instellingen(gebroken_periode=GebrokenPeriode.NAAR_RATO))
        last_day = date(2019, 8, 24)  # 13 of the 28 days of P4
        with pytest.raises(InvalidInput) as refused:
            split(running(einddatum=last_day), second(), periode(P2), feiten(inrichting=naar_rato))
        assert [(w["geheel"], w["delen"]) for w in numbers(refused)] == [(395, 394)]
        even = second(budget_per_periode=280)
        assert split(running(einddatum=last_day), even, periode(P2), feiten(inrichting=naar_rato)).stappen

    def test_refuses_a_month_that_the_period_cuts_in_two(self) -> None:
        omvang = an_omvang(frequentie=Frequentie.PER_MAAND)
        with pytest.raises(InvalidInput):
            split(running(omvang=omvang), second(), periode(P2), feiten())


class TestChange:
    def test_ends_the_number_and_begins_another(self) -> None:
        found = change(running(), volume=900, vanaf=periode(P3), feiten=feiten())
        old, new = (stap.na for stap in found.stappen)
        assert validity(old) == (P1.begindatum, P2.einddatum, "05")
        assert validity(new) == (P3.begindatum, P4.einddatum, None)
        assert (new.nummer, new.aanbieder, volume(new)) == (2001, AANBIEDER, 900)

    @pytest.mark.parametrize(("total", "reden"), [(30, "04"), (20, "05")])
    def test_of_a_total_is_a_version_of_the_same_number(self, total: int, reden: str) -> None:
        omvang = an_omvang(frequentie=Frequentie.TOTAAL, volume=24)
        lopend = running(omvang=omvang, geboekt={P1.begindatum: 20})
        found = change(lopend, volume=total, vanaf=periode(P3), feiten=feiten())
        (stap,) = found.stappen
        assert (stap.na.nummer, volume(stap.na), found.opvolging) == (1001, total, None)
        assert validity(stap.na) == (P1.begindatum, P4.einddatum, reden)
        assert [row[2:] for row in table(found.effect)] == [(24, total, 20)]

    def test_below_what_was_granted_is_refused(self) -> None:
        lopend = running(geboekt={P3.begindatum: 500})
        assert change(lopend, volume=500, vanaf=periode(P2), feiten=feiten()).stappen
        with pytest.raises(InvalidInput) as refused:
            change(lopend, volume=499, vanaf=periode(P2), feiten=feiten())
        assert [(w["gedeclareerd"], w["resteert"]) for w in numbers(refused)] == [(500, 499)]

    def test_of_a_total_below_what_was_granted_is_refused(self) -> None:
        lopend = running(omvang=an_omvang(frequentie=Frequentie.TOTAAL, volume=24), geboekt={P1.begindatum: 20})
        with pytest.raises(InvalidInput) as refused:
            change(lopend, volume=19, vanaf=periode(P1), feiten=feiten())
        assert [(w["gedeclareerd"], w["resteert"]) for w in numbers(refused)] == [(20, 19)]

    @pytest.mark.parametrize("wrong", [0, -1, 850, 100_000_000])
    def test_refuses_a_volume_that_is_none_or_the_same(self, wrong: int) -> None:
        with pytest.raises(InvalidInput):
            change(running(), volume=wrong, vanaf=periode(P2), feiten=feiten())


class TestEnd:
    @pytest.mark.parametrize(("einddatum", "reden"), [(P2.einddatum, "05"), (date(2019, 12, 31), "04")])
    def test_is_a_new_version(self, einddatum: date, reden: str) -> None:
        found = end(running(), einddatum=einddatum, reden=reden, feiten=feiten())
        (stap,) = found.stappen
        assert validity(stap.na) == (P1.begindatum, einddatum, reden)
        assert stap.na.actueel.rank == (NOW.date(), NOW.time())

    def test_is_always_newer_than_the_last_version(self) -> None:
        later = {"toewijzingsdatum": date(2019, 6, 20), "toewijzingstijd": time(23, 59, 59)}
        found = end(running(**later), einddatum=P2.einddatum, reden="05", feiten=feiten())
        assert found.stappen[0].na.actueel.rank == (date(2019, 6, 21), time(0))

    def test_shows_what_was_granted(self) -> None:
        found = end(running(geboekt={P1.begindatum: 5}), einddatum=P3.einddatum, reden="05", feiten=feiten())
        assert [row[2:] for row in table(found.effect)] == [(850, 850, 5), (850, 850, 0), (850, 850, 0), (850, 0, 0)]

    def test_before_what_was_granted_is_refused_with_the_numbers(self) -> None:
        lopend = running(geboekt={P1.begindatum: 5, P3.begindatum: 7, P4.begindatum: 0})
        with pytest.raises(InvalidInput) as refused:
            end(lopend, einddatum=P2.einddatum, reden="05", feiten=feiten())
        assert [(w["periode"], w["gedeclareerd"]) for w in numbers(refused)] == [(periode(P3).periode, 7)]
        assert end(lopend, einddatum=P3.einddatum, reden="05", feiten=feiten()).stappen

    def test_on_the_first_day_with_reden_01_deletes(self) -> None:
        found = end(running(), einddatum=P1.begindatum, reden="01", feiten=feiten())
        assert found.stappen[0].na.actueel.is_void
        assert {row.na for row in found.effect} == {0}
        with pytest.raises(InvalidInput):
            end(running(geboekt={P1.begindatum: 1}), einddatum=P1.begindatum, reden="01", feiten=feiten())

    @pytest.mark.parametrize("reden", ["00", "12", "", "1", "xx"])
    def test_refuses_an_unknown_reden(self, reden: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            end(running(), einddatum=P2.einddatum, reden=reden, feiten=feiten())
        assert refused.value.findings[0].pad == "redenWijziging"

    @pytest.mark.parametrize("einddatum", [date(2019, 5, 19), P4.einddatum])
    def test_refuses_a_date_before_the_begin_and_the_same_date(self, einddatum: date) -> None:
        with pytest.raises(InvalidInput):
            end(running(), einddatum=einddatum, reden="05", feiten=feiten())

    def test_does_not_bring_a_deleted_one_back(self) -> None:
        with pytest.raises(InvalidInput):
            end(
                running(einddatum=P1.begindatum, reden_wijziging="01"),
                einddatum=P2.einddatum,
                reden="04",
                feiten=feiten(),
            )

    def test_does_not_run_into_its_own_successor(self) -> None:
        parts = split(running(), second(), periode(P3), feiten()).stappen
        old = Lopend(toewijzing=parts[0].na, geboekt={})
        with pytest.raises(InvalidInput) as refused:
            end(old, einddatum=P3.begindatum, reden="04", feiten=feiten(andere=(parts[1].na, parts[2].na)))
        assert numbers(refused) == [{"toewijzingNummer": 2001, "aanbieder": AANBIEDER}]


class TestMerge:
    def parts(self) -> tuple[Lopend, Lopend]:
        stappen = split(running(), second(), periode(P2), feiten()).stappen
        return Lopend(toewijzing=stappen[1].na, geboekt={}), Lopend(toewijzing=stappen[2].na, geboekt={})

    def test_gives_the_volume_back_from_the_next_period(self) -> None:
        first, other = self.parts()
        later = feiten(nummers=(3001,), moment=datetime(2019, 7, 1, 9))
        found = merge(other, first, einddatum=P3.einddatum, reden="09", feiten=later)
        old, new, ended = (stap.na for stap in found.stappen)
        assert validity(old) == (P2.begindatum, P3.einddatum, "09")
        assert (new.nummer, volume(new), validity(new)) == (3001, 850, (P4.begindatum, P4.einddatum, None))
        assert validity(ended) == (P2.begindatum, P3.einddatum, "09")

    def test_of_a_deleted_part_gives_it_back_from_its_begin(self) -> None:
        first, other = self.parts()
        found = merge(other, first, einddatum=P2.begindatum, reden="01", feiten=feiten(nummers=(3001,)))
        old, new, ended = (stap.na for stap in found.stappen)
        assert old.actueel.is_void
        assert ended.actueel.is_void
        assert (volume(new), validity(new)) == (850, (P2.begindatum, P4.einddatum, None))

    def test_is_refused_when_the_second_was_granted_more(self) -> None:
        first, other = self.parts()
        used = replace(other, geboekt={P3.begindatum: 1})
        with pytest.raises(InvalidInput) as refused:
            merge(used, first, einddatum=P2.einddatum, reden="09", feiten=feiten())
        assert [(w["gedeclareerd"], w["resteert"]) for w in numbers(refused)] == [(1, 0)]

    def test_is_refused_when_the_first_runs_shorter(self) -> None:
        first, other = self.parts()
        short = end(first, einddatum=P3.einddatum, reden="05", feiten=feiten()).stappen[0].na
        with pytest.raises(InvalidInput) as refused:
            merge(other, replace(first, toewijzing=short), einddatum=P2.einddatum, reden="09", feiten=feiten())
        assert [(w["geheel"], w["delen"]) for w in numbers(refused)] == [(300, 0)]

    @pytest.mark.parametrize("einddatum", [P4.einddatum, date(2019, 10, 1)])
    def test_is_refused_when_nothing_would_come_back(self, einddatum: date) -> None:
        first, other = self.parts()
        with pytest.raises(InvalidInput):
            merge(other, first, einddatum=einddatum, reden="09", feiten=feiten())

    def find(self, other: Toewijzing, *andere: Toewijzing, day: date = P2.einddatum, nummer: int | None = None) -> Any:
        return find_eerste(other, feiten(andere=andere), day, nummer=nummer)

    def test_is_with_the_only_other_aanbieder_of_the_product(self) -> None:
        first, other = (part.toewijzing for part in self.parts())
        product = replace(a_versie().product, code="02A03")
        elsewhere = a_toewijzing(a_versie(product=product), nummer=7, aanbieder=AANBIEDER)
        own = a_toewijzing(nummer=8, aanbieder=OTHER_AANBIEDER)
        assert self.find(other, first, elsewhere, own) is first

    def test_is_refused_without_another_aanbieder_on_that_day(self) -> None:
        first, other = (part.toewijzing for part in self.parts())
        void = end(Lopend(toewijzing=first, geboekt={}), einddatum=P2.begindatum, reden="01", feiten=feiten())
        short = end(Lopend(toewijzing=first, geboekt={}), einddatum=P2.einddatum, reden="05", feiten=feiten())
        for andere, day in [
            ((), P2.einddatum),
            ((short.stappen[0].na,), P2.einddatum),
            ((void.stappen[0].na,), P2.begindatum),
        ]:
            with pytest.raises(InvalidInput) as refused:
                self.find(other, *andere, day=day)
            assert numbers(refused) == [{"aantal": 0, "toewijzingNummers": ""}]

    @pytest.mark.parametrize(
        ("current", "day"),
        [(P4.einddatum, P4.einddatum), (P4.einddatum, date.max), (None, date.max), (date.max, date.max)],
    )
    def test_is_refused_before_anything_is_looked_for_when_nothing_would_come_back(
        self, current: date | None, day: date
    ) -> None:
        first = a_toewijzing(a_versie(einddatum=None))
        other = a_toewijzing(a_versie(einddatum=current), nummer=2, aanbieder=OTHER_AANBIEDER)
        with pytest.raises(InvalidInput) as refused:
            self.find(other, first, day=day)
        assert [(finding.pad, finding.waarden) for finding in refused.value.findings] == [
            ("einddatum", {"einddatum": day.isoformat()})
        ]
        assert self.find(other, first, day=min(day, P4.einddatum) - timedelta(days=1)) is first

    def test_asks_which_one_when_there_are_more(self) -> None:
        first, other = (part.toewijzing for part in self.parts())
        third = a_toewijzing(nummer=9, aanbieder="42420003")
        with pytest.raises(InvalidInput) as refused:
            self.find(other, first, third)
        assert numbers(refused) == [{"aantal": 2, "toewijzingNummers": "2001, 9"}]
        assert self.find(other, first, third, nummer=9) is third
