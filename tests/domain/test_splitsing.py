"""Splitting a toewijzing and ending that: what is issued, what it does, and when it is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from app.domain.act import Lopend, Opvolging
from app.domain.codelijsten import Frequentie
from app.domain.inrichting import Afronding, GebrokenPeriode, Instellingen
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
from tests.builders.wijzigingen import (
    feiten,
    numbers,
    periode,
    running,
    second,
    table,
    validity,
    volume,
)

UNRELATED = 1900


def endless(toewijzing: Toewijzing) -> Toewijzing:
    return replace(toewijzing, versies=(replace(toewijzing.actueel, einddatum=None),))


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

    def test_of_the_first_period_moves_everything_that_was_granted(self) -> None:
        found = split(running(geboekt={P1.begindatum: 550, P3.begindatum: 7}), second(), periode(P1), feiten())
        assert found.opvolging == Opvolging("1001", "2001", date.min)
        assert [dict(stap.geboekt) for stap in found.stappen] == [{}, {P1.begindatum: 550, P3.begindatum: 7}, {}]
        assert table(found.effect)[:3] == [
            (1001, P1.begindatum, 850, 0, 0),
            (2001, P1.begindatum, 0, 550, 550),
            (2002, P1.begindatum, 0, 300, 0),
        ]

    def test_of_the_first_period_is_refused_with_the_numbers_when_more_was_granted(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            split(running(geboekt={P1.begindatum: 551}), second(), periode(P1), feiten())
        assert [(w["toewijzingNummer"], w["gedeclareerd"], w["resteert"]) for w in numbers(refused)] == [
            (1001, 551, 550)  # 2001 was never given
        ]

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

    def test_by_days_gives_each_what_is_between_its_borders(self) -> None:
        naar_rato = an_inrichting(instellingen=Instellingen(gebroken_periode=GebrokenPeriode.NAAR_RATO))
        last_day = date(2019, 8, 24)  # 13 of the 28 days of P4: 255.36 and 139.29 of 394.64
        effect = split(running(einddatum=last_day), second(), periode(P2), feiten(inrichting=naar_rato)).effect
        assert [(row.voor, row.na) for row in effect if row.periode.dagen == P4] == [(395, 0), (0, 255), (0, 140)]

    def test_refuses_a_month_that_the_period_cuts_in_two(self) -> None:
        omvang = an_omvang(frequentie=Frequentie.PER_MAAND)
        with pytest.raises(InvalidInput):
            split(running(omvang=omvang), second(), periode(P2), feiten())


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

    def test_refused_names_the_number_that_there_is(self) -> None:
        first, _ = self.parts()
        used = replace(first, geboekt={P3.begindatum: 600})
        with pytest.raises(InvalidInput) as refused:
            change(used, volume=599, vanaf=periode(P3), feiten=feiten(nummers=(3001,)))
        assert [(w["toewijzingNummer"], w["gedeclareerd"], w["resteert"]) for w in numbers(refused)] == [
            (2001, 600, 599)
        ]

    def test_is_refused_when_the_first_runs_shorter(self) -> None:
        first, other = self.parts()
        short = end(first, einddatum=P3.einddatum, reden="05", feiten=feiten()).stappen[0].na
        with pytest.raises(InvalidInput) as refused:
            merge(other, replace(first, toewijzing=short), einddatum=P2.einddatum, reden="09", feiten=feiten())
        assert [(w["geheel"], w["delen"]) for w in numbers(refused)] == [(300, 0)]

    @pytest.mark.parametrize("day", [P3.begindatum, P3.einddatum - timedelta(days=1)])
    def test_by_days_within_a_period_is_refused_with_the_way_out(self, day: date) -> None:
        first, other = self.parts()
        naar_rato = an_inrichting(instellingen=Instellingen(gebroken_periode=GebrokenPeriode.NAAR_RATO))
        by_days = feiten(inrichting=naar_rato, nummers=(3001,))
        with pytest.raises(InvalidInput, match=f"de laatste dag van een CAK-periode, zoals {P3.einddatum}"):
            merge(other, first, einddatum=day, reden="09", feiten=by_days)
        assert merge(other, first, einddatum=P3.einddatum, reden="09", feiten=by_days).stappen
        assert merge(other, first, einddatum=day, reden="09", feiten=feiten(nummers=(3001,))).stappen

    def test_that_would_be_uneven_for_long_shows_the_first_periods(self) -> None:
        first, other = (replace(part, toewijzing=endless(part.toewijzing)) for part in self.parts())
        short = end(first, einddatum=P3.einddatum, reden="05", feiten=feiten()).stappen[0].na
        with pytest.raises(InvalidInput, match="de eerste 3 staan erbij") as refused:
            merge(other, replace(first, toewijzing=short), einddatum=P2.einddatum, reden="09", feiten=feiten())
        assert len(numbers(refused)) == 3

    @pytest.mark.parametrize("einddatum", [P4.einddatum, date(2019, 10, 1)])
    def test_is_refused_when_nothing_would_come_back(self, einddatum: date) -> None:
        first, other = self.parts()
        with pytest.raises(InvalidInput):
            merge(other, first, einddatum=einddatum, reden="09", feiten=feiten())

    def find(self, other: Toewijzing, *andere: Toewijzing, day: date = P2.einddatum, nummer: int | None = None) -> Any:
        verwant = frozenset(toewijzing.sleutel for toewijzing in andere if toewijzing.nummer != UNRELATED)
        return find_eerste(other, feiten(andere=andere, verwant=verwant), day, nummer=nummer)

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

    @pytest.mark.parametrize(
        ("changes", "melding"),
        [
            ({"aanbieder": OTHER_AANBIEDER}, "Deze toewijzing is van dezelfde aanbieder."),
            ({"code": "02A03"}, "Deze toewijzing is van een ander product."),
            ({"einddatum": P2.einddatum}, "Deze toewijzing loopt niet na de einddatum."),
            ({"ingangsdatum": P4.begindatum}, "Deze toewijzing loopt niet na de einddatum."),
            ({"einddatum": P1.begindatum, "reden_wijziging": "01"}, "Deze toewijzing is verwijderd."),
        ],
    )
    def test_with_a_number_says_what_is_wrong_with_it(self, changes: dict[str, Any], melding: str) -> None:
        _, other = (part.toewijzing for part in self.parts())
        changes = dict(changes)  # whoever runs the tests twice finds them as they are
        aanbieder, code = changes.pop("aanbieder", AANBIEDER), changes.pop("code", "02A01")
        versie = a_versie(product=replace(a_versie().product, code=code), **changes)
        named = a_toewijzing(versie, nummer=7, aanbieder=aanbieder)
        with pytest.raises(InvalidInput) as refused:
            self.find(other, named, nummer=7)
        (finding,) = refused.value.findings
        assert (finding.pad, finding.melding) == ("samenvoegenMet", melding)
        assert finding.waarden["toewijzingNummer"] == 7

    def test_with_a_number_of_nothing_says_so(self) -> None:
        first, other = (part.toewijzing for part in self.parts())
        for nummer, melding in [(7, "De client heeft geen andere"), (other.nummer, "Dit is de toewijzing zelf")]:
            with pytest.raises(InvalidInput) as refused:
                self.find(other, first, nummer=nummer)
            assert [finding.melding.startswith(melding) for finding in refused.value.findings] == [True]

    def test_is_not_with_one_that_it_was_no_part_of_unless_that_is_named(self) -> None:
        first, other = (part.toewijzing for part in self.parts())
        unrelated = a_toewijzing(nummer=UNRELATED, aanbieder="42420003")
        assert self.find(other, first, unrelated) is first
        with pytest.raises(InvalidInput) as refused:
            self.find(other, unrelated)
        assert numbers(refused) == [{"aantal": 0, "toewijzingNummers": str(UNRELATED)}]
        assert self.find(other, first, unrelated, nummer=UNRELATED) is unrelated

    def test_asks_which_one_when_there_are_more(self) -> None:
        first, other = (part.toewijzing for part in self.parts())
        third = a_toewijzing(nummer=9, aanbieder="42420003")
        with pytest.raises(InvalidInput) as refused:
            self.find(other, first, third)
        assert numbers(refused) == [{"aantal": 2, "toewijzingNummers": "2001, 9"}]
        assert self.find(other, first, third, nummer=9) is third
