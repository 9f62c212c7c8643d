"""Lengthening a part of a budget: never above the whole, and possible where nobody else has the volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.act import Feiten, Lopend
from app.domain.budget import RoomPeriod, room
from app.domain.codelijsten import Frequentie
from app.domain.inrichting import GebrokenPeriode, Inrichting, Instellingen
from app.domain.periode import GeslotenPeriode
from app.domain.refusals import InvalidInput
from app.domain.splitsing import merge, split
from app.domain.versies import Toewijzing
from app.domain.wijzigingen import change, end
from tests.builders import OTHER_AANBIEDER, P1, P2, P3, P4, a_toewijzing, a_versie, an_inrichting, an_omvang
from tests.builders.wijzigingen import feiten, numbers, periode, running, second

DAY = timedelta(days=1)
SETTINGS = [an_inrichting(instellingen=Instellingen(gebroken_periode=one)) for one in GebrokenPeriode]
FREE = (3001, 3002)


def around(part: Toewijzing, parts: Sequence[Toewijzing], inrichting: Inrichting = SETTINGS[0]) -> Feiten:
    """What an act on the part may look at: the others are all its relatives."""
    andere = tuple(one for one in parts if one.sleutel != part.sleutel)
    verwant = frozenset(one.sleutel for one in parts)
    return feiten(inrichting=inrichting, andere=andere, verwant=verwant, nummers=FREE)


def lengthened(
    part: Toewijzing, parts: Sequence[Toewijzing], einddatum: date, inrichting: Inrichting = SETTINGS[0]
) -> list[Toewijzing]:
    """All parts, with this one up to and including the day."""
    lopend = Lopend(toewijzing=part, geboekt={})
    (stap,) = end(lopend, einddatum=einddatum, reden="04", feiten=around(part, parts, inrichting)).stappen
    return [stap.na if one.sleutel == part.sleutel else one for one in parts]


def shortened(part: Toewijzing, einddatum: date) -> Toewijzing:
    return end(Lopend(toewijzing=part, geboekt={}), einddatum=einddatum, reden="05", feiten=feiten()).stappen[0].na


def divided(share: int = 300) -> tuple[Toewijzing, ...]:
    """From P2 on 850 - share and share."""
    tweede = second(budget_per_periode=share)
    return tuple(stap.na for stap in split(running(), tweede, periode(P2), feiten()).stappen)


def merged(day: date = P3.einddatum) -> tuple[Toewijzing, ...]:
    """Divided in P2, and together again after the day."""
    whole, first, other = divided()
    back = merge(
        Lopend(toewijzing=other, geboekt={}),
        Lopend(toewijzing=first, geboekt={}),
        einddatum=day,
        reden="09",
        feiten=feiten(nummers=FREE),
    )
    return (whole, *(stap.na for stap in back.stappen))


def rooms(parts: Sequence[Toewijzing], inrichting: Inrichting) -> list[int]:
    perioden = [RoomPeriod(dagen) for dagen in (P1, P2, P3, P4)]
    return [sum(room(p, one, inrichting.instellingen.gebroken_periode) for p in parts) for one in perioden]


class TestRefused:
    @pytest.mark.parametrize("inrichting", SETTINGS)
    @pytest.mark.parametrize("einddatum", [P4.begindatum, P4.einddatum, date(2019, 12, 29)])
    def test_after_the_volume_went_back(self, einddatum: date, inrichting: Inrichting) -> None:
        parts = merged()
        with pytest.raises(InvalidInput) as refused:
            lengthened(parts[3], parts, einddatum, inrichting)
        assert numbers(refused) == [{"jaar": 2019, "periode": 9, "geheel": 850, "delen": 1150}]
        assert [finding.pad for finding in refused.value.findings] == ["einddatum"]

    def test_after_the_volume_was_divided_earlier(self) -> None:
        """What was split in P3, and of which P2 is split after that."""
        later = [stap.na for stap in split(running(), second(), periode(P3), feiten()).stappen]
        earlier = split(Lopend(toewijzing=later[0], geboekt={}), second(), periode(P2), feiten(nummers=FREE))
        parts = [*(stap.na for stap in earlier.stappen), *later[1:]]
        third = replace(parts[2], aanbieder="42420003")
        with pytest.raises(InvalidInput) as refused:
            lengthened(third, [*parts[:2], third, *parts[3:]], P3.begindatum)
        assert numbers(refused) == [{"jaar": 2019, "periode": 8, "geheel": 850, "delen": 1150}]

    def test_where_a_period_is_broken(self) -> None:
        """By rooms alone this would fit: both have part of the days only."""
        parts = [shortened(part, P4.begindatum + DAY * 6) if part.nummer == 3001 else part for part in merged()]
        with pytest.raises(InvalidInput) as refused:
            lengthened(parts[3], parts, P4.begindatum + DAY * 6, SETTINGS[1])
        assert [finding.waarden["delen"] for finding in refused.value.findings] == [1150]

    def test_names_each_stretch_in_which_it_is_too_much(self) -> None:
        own = a_toewijzing(a_versie(einddatum=P1.einddatum), nummer=1)
        others = [
            a_toewijzing(a_versie(ingangsdatum=p.begindatum, einddatum=p.einddatum), nummer=number, aanbieder=agb)
            for number, (p, agb) in enumerate([(P2, "42420003"), (P4, OTHER_AANBIEDER)], start=2)
        ]
        with pytest.raises(InvalidInput) as refused:
            lengthened(own, [own, *others], P4.einddatum)
        assert [w["periode"] for w in numbers(refused)] == [7, 9]


class TestAllowed:
    @pytest.mark.parametrize("inrichting", SETTINGS)
    def test_of_both_parts_that_were_shortened(self, inrichting: Inrichting) -> None:
        parts: Sequence[Toewijzing] = [*divided()[:1], *(shortened(part, P2.einddatum) for part in divided()[1:])]
        for number in (2, 1):
            parts = lengthened(parts[number], parts, date(2019, 12, 29), inrichting)
        assert rooms(parts, inrichting) == [850] * 4

    def test_of_a_whole_by_itself(self) -> None:
        alone = a_toewijzing()
        assert lengthened(alone, [alone], date(2020, 5, 1))

    def test_of_a_volume_that_a_change_had_made_higher(self) -> None:
        _, first, other = divided()
        lopend = Lopend(toewijzing=first, geboekt={})
        more = change(lopend, volume=900, vanaf=periode(P2), feiten=feiten(nummers=FREE)).stappen
        parts = [*(stap.na for stap in more), other]
        for number in (1, 2):
            parts = lengthened(parts[number], parts, date(2019, 12, 29))

    @pytest.mark.parametrize(
        "other",
        [
            a_toewijzing(nummer=7, aanbieder=OTHER_AANBIEDER),
            a_toewijzing(a_versie(omvang=an_omvang(frequentie=Frequentie.PER_WEEK)), nummer=8, aanbieder="42420003"),
            a_toewijzing(
                a_versie(product=replace(a_versie().product, code="02A03")), nummer=8, aanbieder=OTHER_AANBIEDER
            ),
        ],
        ids=["no relative", "told otherwise", "another product"],
    )
    def test_beside_what_is_no_part_of_it(self, other: Toewijzing) -> None:
        own = a_toewijzing(a_versie(einddatum=P2.einddatum))
        seen = feiten(andere=(other,), verwant=frozenset({own.sleutel, "8"}))
        assert end(Lopend(toewijzing=own, geboekt={}), einddatum=P4.einddatum, reden="04", feiten=seen).stappen

    def test_of_a_total_that_is_no_more_by_more_days(self) -> None:
        total = a_versie(omvang=an_omvang(frequentie=Frequentie.TOTAAL), einddatum=P2.einddatum)
        own, other = a_toewijzing(total), a_toewijzing(total, nummer=7, aanbieder=OTHER_AANBIEDER)
        assert lengthened(own, [own, other], P4.einddatum)


class TestAnyDays:
    @given(
        st.integers(1, 849),
        st.tuples(st.dates(P2.begindatum, P4.einddatum), st.dates(P2.begindatum, P4.einddatum)),
        st.dates(P2.begindatum, P4.einddatum),
        st.sampled_from(SETTINGS),
    )
    def test_parts_that_only_ended_may_both_go_on_and_stay_the_whole(
        self, share: int, ends: tuple[date, date], einddatum: date, inrichting: Inrichting
    ) -> None:
        whole, *both = divided(share)
        cut = (min(day, P4.einddatum - DAY) for day in ends)
        parts: Sequence[Toewijzing] = [whole, *(shortened(part, day) for part, day in zip(both, cut, strict=True))]
        for number in (1, 2):
            if einddatum > (parts[number].actueel.einddatum or date.max):
                parts = lengthened(parts[number], parts, einddatum, inrichting)
        assert max(rooms(parts, inrichting)) <= 850

    @given(
        st.dates(P2.begindatum + DAY, P4.begindatum - DAY),
        st.dates(P3.begindatum, date(2019, 12, 31)),
        st.sampled_from(SETTINGS),
    )
    def test_a_part_whose_volume_went_back_goes_on_exactly_until_that_day(
        self, gone: date, einddatum: date, inrichting: Inrichting
    ) -> None:
        parts = merged(gone)
        current, back = parts[3].actueel.einddatum, parts[2].actueel.ingangsdatum
        assert current is not None
        if einddatum <= current:
            return
        if einddatum < back:
            assert max(rooms(lengthened(parts[3], parts, einddatum, inrichting), inrichting)) <= 850
        else:
            with pytest.raises(InvalidInput):
                lengthened(parts[3], parts, einddatum, inrichting)


def test_the_days_of_a_period_that_nobody_knows_have_no_name() -> None:
    parts = [replace(one, versies=(replace(one.actueel, einddatum=None),)) for one in divided()[1:]]
    far = GeslotenPeriode(date(2050, 1, 3), date(2050, 12, 31))
    short = replace(parts[1], versies=(replace(parts[1].actueel, einddatum=far.begindatum - DAY),))
    more = a_toewijzing(
        a_versie(ingangsdatum=far.begindatum, einddatum=None, omvang=an_omvang(volume=300)),
        nummer=9,
        aanbieder="42420003",
    )
    with pytest.raises(InvalidInput) as refused:
        lengthened(short, [parts[0], short, more], far.einddatum)
    assert numbers(refused) == [{"jaar": None, "periode": None, "geheel": 850, "delen": 1150}]
