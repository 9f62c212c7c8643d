"""An onderaannemer of a running toewijzing: how it begins, follows and ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.domain.act import Lopend
from app.domain.onderaannemer import Onderaannemer, Onderaannemers
from app.domain.refusals import InvalidInput
from app.domain.splitsing import end_onderaannemer, has_onderaannemer_to_end, merge, split
from app.domain.wijzigingen import change, end
from tests.builders import OTHER_AANBIEDER, P1, P2, P3, P4, a_contract, a_toewijzing, a_versie, an_inrichting
from tests.builders.wijzigingen import feiten, numbers, periode, second

NOBODY_ELSE = an_inrichting(contracten=(a_contract(),))
THIRD = "42420003"
OPEN = Onderaannemer(aanbieder=THIRD, begindatum=P2.begindatum)
PARTS = frozenset({"1001", "2001"})
ENDED = Onderaannemer(aanbieder=THIRD, begindatum=P1.begindatum, einddatum=P2.einddatum)


def running(*onderaannemers: Onderaannemer, **versie: Any) -> Lopend:
    return Lopend(toewijzing=a_toewijzing(a_versie(**versie)), geboekt={}, onderaannemers=onderaannemers)


def days(onderaannemers: Onderaannemers | None) -> list[tuple[date, date | None]]:
    return [(one.begindatum, one.einddatum) for one in onderaannemers or ()]


class TestBegin:
    @pytest.mark.parametrize(
        ("ingangsdatum", "begin"), [(P1.begindatum, P2.begindatum), (date(2019, 6, 20), date(2019, 6, 20))]
    )
    def test_is_on_the_first_day_of_the_period_that_the_toewijzing_has(self, ingangsdatum: date, begin: date) -> None:
        lopend = running(ingangsdatum=ingangsdatum)
        found = split(lopend, second(), periode(P2), feiten(inrichting=NOBODY_ELSE))
        assert found.onderaannemers == (Onderaannemer(aanbieder=OTHER_AANBIEDER, begindatum=begin),)
        assert found.stappen == ()

    def test_is_after_the_one_before(self) -> None:
        found = split(running(ENDED), second(), periode(P3), feiten(inrichting=NOBODY_ELSE))
        assert days(found.onderaannemers) == [(P1.begindatum, P2.einddatum), (P3.begindatum, None)]

    @pytest.mark.parametrize("known", [ENDED, OPEN, Onderaannemer(aanbieder=THIRD, begindatum=P4.begindatum)])
    def test_is_refused_with_the_numbers_on_days_of_another(self, known: Onderaannemer) -> None:
        with pytest.raises(InvalidInput) as refused:
            split(running(known), second(), periode(P2), feiten(inrichting=NOBODY_ELSE))
        assert numbers(refused) == [
            {
                "toewijzingNummer": 1001,
                "aanbieder": THIRD,
                "begindatum": known.begindatum.isoformat(),
                "einddatum": known.einddatum.isoformat() if known.einddatum else None,
            }
        ]


class TestFollow:
    def test_the_successor_from_its_first_day(self) -> None:
        old, new = change(running(OPEN), volume=900, vanaf=periode(P3), feiten=feiten()).stappen
        assert days(old.onderaannemers) == [(P2.begindatum, P2.einddatum)]
        assert days(new.onderaannemers) == [(P3.begindatum, None)]

    def test_the_successor_alone_when_the_old_one_is_void(self) -> None:
        old, new, other = split(running(ENDED), second(), periode(P1), feiten()).stappen
        assert days(old.onderaannemers) == days(other.onderaannemers) == []
        assert new.onderaannemers == (ENDED,)

    def test_not_a_successor_that_begins_later(self) -> None:
        old, new = change(running(ENDED), volume=900, vanaf=periode(P3), feiten=feiten()).stappen
        assert (old.onderaannemers, new.onderaannemers) == ((ENDED,), ())

    def test_the_first_when_a_split_ends(self) -> None:
        _, first, part = split(running(OPEN), second(), periode(P2), feiten()).stappen
        eerste = Lopend(toewijzing=first.na, geboekt={}, onderaannemers=first.onderaannemers)
        tweede = Lopend(toewijzing=part.na, geboekt={})
        found = merge(tweede, eerste, einddatum=P3.einddatum, reden="09", feiten=feiten(nummers=(3001,))).stappen
        assert [days(stap.onderaannemers) for stap in found] == [
            [(P2.begindatum, P3.einddatum)],
            [(P4.begindatum, None)],
            [],
        ]

    def test_a_longer_toewijzing_when_it_had_no_end(self) -> None:
        for known in (OPEN, ENDED):
            (stap,) = end(running(known), einddatum=date(2019, 12, 29), reden="04", feiten=feiten()).stappen
            assert stap.onderaannemers == (known,)


class TestEnd:
    def test_is_with_the_toewijzing(self) -> None:
        (stap,) = end(running(OPEN), einddatum=P3.einddatum, reden="05", feiten=feiten()).stappen
        assert days(stap.onderaannemers) == [(P2.begindatum, P3.einddatum)]

    def test_of_one_that_would_begin_later_leaves_nothing(self) -> None:
        (stap,) = end(running(OPEN), einddatum=P1.einddatum, reden="05", feiten=feiten()).stappen
        assert stap.onderaannemers == ()

    def test_of_a_void_toewijzing_leaves_nothing(self) -> None:
        (stap,) = end(running(ENDED), einddatum=P1.begindatum, reden="01", feiten=feiten()).stappen
        assert stap.onderaannemers == ()

    def test_alone_leaves_the_toewijzing_as_it_is(self) -> None:
        found = end_onderaannemer(running(OPEN), einddatum=P3.einddatum, reden="09")
        assert (found.stappen, days(found.onderaannemers)) == ((), [(P2.begindatum, P3.einddatum)])

    def test_alone_leaves_the_others(self) -> None:
        later = Onderaannemer(aanbieder=OTHER_AANBIEDER, begindatum=P3.begindatum)
        found = end_onderaannemer(running(ENDED, later), einddatum=P3.einddatum, reden="09")
        assert days(found.onderaannemers) == [(P1.begindatum, P2.einddatum), (P3.begindatum, P3.einddatum)]

    @pytest.mark.parametrize(
        ("known", "einddatum", "pad"),
        [
            (ENDED, P3.begindatum, "einddatum"),
            (ENDED, P2.einddatum, "einddatum"),
            (OPEN, P4.einddatum + timedelta(days=1), "einddatum"),
        ],
        ids=["after it ended", "its last day already", "after the toewijzing"],
    )
    def test_alone_is_refused_where_nothing_ends(self, known: Onderaannemer, einddatum: date, pad: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            end_onderaannemer(running(known), einddatum=einddatum, reden="09")
        assert [finding.pad for finding in refused.value.findings] == [pad]

    def test_alone_asks_for_a_reden(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            end_onderaannemer(running(OPEN), einddatum=P3.einddatum, reden="12")
        assert [finding.pad for finding in refused.value.findings] == ["redenWijziging"]

    def test_is_possible_on_a_day_on_which_somebody_works(self) -> None:
        assert has_onderaannemer_to_end(running(OPEN), P2.begindatum, PARTS)
        assert not has_onderaannemer_to_end(running(ENDED), P3.begindatum, PARTS)
        assert not has_onderaannemer_to_end(running(), P2.begindatum, PARTS)

    def test_is_possible_before_it_begins_where_no_part_could_be_meant(self) -> None:
        eve = P1.einddatum
        assert has_onderaannemer_to_end(running(OPEN), eve, PARTS)
        assert not has_onderaannemer_to_end(running(OPEN), eve - timedelta(days=1), PARTS)
        assert has_onderaannemer_to_end(running(OPEN), eve - timedelta(days=1), frozenset({"1001"}))

    @pytest.mark.parametrize("einddatum", [P1.einddatum, P1.begindatum - timedelta(days=1)])
    def test_before_it_begins_leaves_nothing_of_it(self, einddatum: date) -> None:
        later = Onderaannemer(aanbieder=OTHER_AANBIEDER, begindatum=P3.begindatum)
        first = replace(OPEN, einddatum=P2.einddatum)
        assert end_onderaannemer(running(first, later), einddatum=einddatum, reden="01").onderaannemers == (later,)
