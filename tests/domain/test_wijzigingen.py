"""Changing and ending: what is issued, what it does, and when it is refused."""

from __future__ import annotations

from datetime import date, time

import pytest

from app.domain.act import Lopend
from app.domain.codelijsten import Frequentie
from app.domain.refusals import InvalidInput
from app.domain.splitsing import split
from app.domain.wijzigingen import change, end
from tests.builders import (
    AANBIEDER,
    P1,
    P2,
    P3,
    P4,
    an_omvang,
)
from tests.builders.wijzigingen import (
    NOW,
    feiten,
    numbers,
    periode,
    running,
    second,
    table,
    validity,
    volume,
)


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
