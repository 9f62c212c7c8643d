"""By days, too, the parts of a budget are the whole: after any row of splits and of merges of neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.act import Feiten, Lopend, Wijziging
from app.domain.budget import RoomPeriod, room
from app.domain.cak_periode import CakPeriode
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import GebrokenPeriode, Instellingen
from app.domain.refusals import InvalidInput
from app.domain.retour import Finding
from app.domain.splitsing import merge, split
from app.domain.toekenning import TweedeAanbieder
from app.domain.toewijzing import Omvang
from app.domain.versies import Toewijzing
from app.domain.wijzigingen import change, end
from tests.builders import P1, P2, P3, P4, a_contract, a_toewijzing, a_versie, an_inrichting

NAAR_RATO = GebrokenPeriode.NAAR_RATO
AANBIEDERS = tuple(f"424200{number:02}" for number in range(1, 20))
INRICHTING = an_inrichting(
    contracten=tuple(a_contract(aanbieder=agb) for agb in AANBIEDERS),
    instellingen=Instellingen(gebroken_periode=NAAR_RATO),
)
PERIODEN = tuple(p for p in INRICHTING.cak_perioden if P1.begindatum <= p.begindatum <= P4.begindatum)
MOMENT = datetime(2019, 5, 1, 9)


@dataclass
class Whole:
    """A budget, and the toewijzingen that it went to; `parts` are those that run, in order of their place in it."""

    budget: Toewijzing
    known: dict[str, Toewijzing] = field(default_factory=dict[str, Toewijzing])
    parts: list[Toewijzing] = field(default_factory=list[Toewijzing])

    def __post_init__(self) -> None:
        self.known[self.budget.sleutel] = self.budget
        self.parts = [self.budget]

    def feiten(self) -> Feiten:
        last = 5000 + 2 * len(self.known)
        return Feiten(inrichting=INRICHTING, today=MOMENT.date(), moment=MOMENT, nummers=(last, last + 1))

    def done(self, wijziging: Wijziging) -> list[Toewijzing]:
        """The toewijzingen that an act made."""
        self.known.update({stap.na.sleutel: stap.na for stap in wijziging.stappen})
        return [stap.na for stap in wijziging.stappen if stap.voor is None]

    def split(self, at: int, share: int, vanaf: CakPeriode) -> None:
        tweede = TweedeAanbieder(agb=AANBIEDERS[len(self.known)], budget_per_periode=share)
        self.parts[at : at + 1] = self.done(split(lopend(self.parts[at]), tweede, vanaf, self.feiten()))

    def merge(self, ending: int, staying: int, vanaf: CakPeriode) -> None:
        tweede, eerste = self.parts[ending], self.parts[staying]
        begin = tweede.actueel.ingangsdatum
        void = begin >= vanaf.begindatum
        wijziging = merge(
            lopend(tweede),
            lopend(eerste),
            einddatum=begin if void else vanaf.begindatum - timedelta(days=1),
            reden="01" if void else "09",
            feiten=self.feiten(),
        )
        (together,) = self.done(wijziging)
        kept = [part for part in self.parts if part not in {tweede, eerste}]
        self.parts = sorted([*kept, together], key=lambda part: part.actueel.aandeel_vanaf)

    def rooms(self) -> list[tuple[int, int]]:
        """Per period what all have together, and what the budget has."""
        return [
            (sum(room_in(part, periode) for part in self.known.values()), room_in(self.budget, periode))
            for periode in PERIODEN
        ]

    def is_even(self) -> bool:
        return all(together == whole for together, whole in self.rooms())


def lopend(toewijzing: Toewijzing) -> Lopend:
    return Lopend(toewijzing=toewijzing, geboekt={})


def room_in(toewijzing: Toewijzing, periode: CakPeriode) -> int:
    return room(toewijzing, RoomPeriod(periode.dagen), NAAR_RATO)


def volume_of(toewijzing: Toewijzing) -> int:
    assert toewijzing.actueel.omvang is not None
    return toewijzing.actueel.omvang.volume


@st.composite
def wholes(draw: st.DrawFn) -> Whole:
    """A budget that begins somewhere in P1 or P2 and ends somewhere in P4, not on its first day."""
    omvang = Omvang(
        volume=draw(st.integers(1, 2000)),
        eenheid=draw(st.sampled_from([Eenheid.STUKS, Eenheid.UUR])),
        frequentie=draw(
            st.sampled_from([Frequentie.PER_VIER_WEKEN] * 3 + [Frequentie.PER_WEEK, Frequentie.PER_DAG]),
        ),
    )
    begin = draw(st.dates(P1.begindatum, P2.einddatum))
    eind = draw(st.dates(P4.begindatum + timedelta(days=1), P4.einddatum))
    versie = a_versie(ingangsdatum=begin, einddatum=eind, omvang=omvang)
    return Whole(a_toewijzing(versie, aanbieder=AANBIEDERS[0]))


@st.composite
def divided(draw: st.DrawFn, number: int) -> Whole:
    """A budget of so many parts, each split off in P2, P3 or P4."""
    whole = draw(wholes().filter(lambda one: volume_of(one.budget) >= 10 * number))
    vanaf = 1
    while len(whole.parts) < number:
        vanaf = draw(st.integers(vanaf, 3))
        at = max(range(len(whole.parts)), key=lambda n: volume_of(whole.parts[n]))
        whole.split(at, draw(st.integers(1, volume_of(whole.parts[at]) - 1)), PERIODEN[vanaf])
    return whole


def refused(whole: Whole, ending: int, staying: int) -> tuple[Finding, ...]:
    """Why a merge from P4 on is not done."""
    try:
        whole.merge(ending, staying, PERIODEN[3])
    except InvalidInput as refusal:
        return refusal.findings
    return ()


class TestAnyRow:
    @given(wholes(), st.data())
    def test_of_splits_and_merges_of_neighbours_is_done_and_leaves_the_whole(
        self, whole: Whole, data: st.DataObject
    ) -> None:
        vanaf = PERIODEN.index(next(p for p in PERIODEN if p.einddatum >= whole.budget.actueel.ingangsdatum))
        for _ in range(data.draw(st.integers(1, 6))):
            vanaf = data.draw(st.integers(vanaf, 3))
            at = data.draw(st.integers(0, len(whole.parts) - 1))
            if at + 1 < len(whole.parts) and data.draw(st.booleans()):
                ending, staying = data.draw(st.permutations([at, at + 1]))
                whole.merge(ending, staying, PERIODEN[vanaf])
            elif volume_of(whole.parts[at]) > 1:
                whole.split(at, data.draw(st.integers(1, volume_of(whole.parts[at]) - 1)), PERIODEN[vanaf])
            assert whole.is_even()
        ends = [part.actueel.aandeel_vanaf + volume_of(part) for part in whole.parts]
        assert [part.actueel.aandeel_vanaf for part in whole.parts] == [0, *ends[:-1]]
        assert ends[-1] == volume_of(whole.budget)

    @given(divided(3), st.booleans())
    def test_a_merge_of_others_is_even_or_refused(self, whole: Whole, backwards: bool) -> None:
        ending, staying = (0, 2) if backwards else (2, 0)
        before = dict(whole.known)
        if findings := refused(whole, ending, staying):
            assert whole.known == before
            assert all(finding.waarden["geheel"] != finding.waarden["delen"] for finding in findings)
        else:
            assert whole.is_even()


class TestPlace:
    def a_whole(self, eind: date, volume: int) -> Whole:
        omvang = Omvang(volume=volume, eenheid=Eenheid.STUKS, frequentie=Frequentie.PER_VIER_WEKEN)
        versie = a_versie(ingangsdatum=P1.begindatum, einddatum=eind, omvang=omvang)
        return Whole(a_toewijzing(versie, aanbieder=AANBIEDERS[0]))

    def test_of_the_parts_gives_the_second_the_unit_that_each_by_itself_would_miss(self) -> None:
        """13 of the 28 days of 550 and 300 are 255.36 and 139.29, of 850 394.64."""
        whole = self.a_whole(P4.begindatum + timedelta(days=12), 850)
        whole.split(0, 300, PERIODEN[1])
        assert [room_in(part, PERIODEN[3]) for part in whole.parts] == [255, 140]
        assert room_in(whole.budget, PERIODEN[3]) == 395

    def test_of_the_first_that_is_split_again_is_before_that_of_the_second(self) -> None:
        whole = self.a_whole(P4.einddatum, 850)
        whole.split(0, 300, PERIODEN[1])
        whole.split(0, 200, PERIODEN[2])
        whole.split(2, 100, PERIODEN[2])
        assert [(p.actueel.aandeel_vanaf, volume_of(p)) for p in whole.parts] == [
            (0, 350),
            (350, 200),
            (550, 200),
            (750, 100),
        ]

    def test_stays_when_the_volume_changes_or_the_end_does(self) -> None:
        whole = self.a_whole(P4.einddatum, 850)
        whole.split(0, 300, PERIODEN[1])
        second = whole.parts[1]
        _, more = change(lopend(second), volume=400, vanaf=PERIODEN[2], feiten=whole.feiten()).stappen
        (shorter,) = end(lopend(second), einddatum=P3.einddatum, reden="05", feiten=whole.feiten()).stappen
        assert [stap.na.actueel.aandeel_vanaf for stap in (more, shorter)] == [550, 550]

    def test_between_two_is_in_the_way_of_their_merge_in_a_broken_period(self) -> None:
        """One of 28 days of 14, 1 and 13: borders at 0.5, 0.54 and 1 give 1, 0 and 0; 27 together are 0.96."""
        whole = self.a_whole(P4.begindatum, 28)
        whole.split(0, 13, PERIODEN[1])
        whole.split(0, 1, PERIODEN[1])
        assert [volume_of(part) for part in whole.parts] == [14, 1, 13]
        whole.merge(2, 0, PERIODEN[2])
        assert whole.is_even()
        whole = self.a_whole(P4.begindatum, 28)
        whole.split(0, 14, PERIODEN[1])
        whole.split(0, 1, PERIODEN[1])
        assert [room_in(part, PERIODEN[3]) for part in whole.parts] == [0, 1, 0]
        with pytest.raises(InvalidInput) as refusal:
            whole.merge(2, 0, PERIODEN[2])
        assert [(f.waarden["geheel"], f.waarden["delen"]) for f in refusal.value.findings] == [(0, 1)]
