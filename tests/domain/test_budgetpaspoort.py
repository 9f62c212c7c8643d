"""How a budget was divided over time, how each period came to its rest, and in what versions differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from app.domain.bedrag import Bedrag
from app.domain.budget_rows import BudgetRow
from app.domain.budgetpaspoort import sporen, verdelingen
from app.domain.codelijsten import REDEN_VERWIJDERD
from app.domain.stand import Ruimte, Stand, row_on, ruimte_on, stand_of, total_of, verschillen
from tests.builders import OTHER_AANBIEDER, P1, P2, P3, P4, a_toewijzing, a_versie, an_inrichting, an_omvang


@dataclass(frozen=True)
class Booked:
    """A booking."""

    begin: date
    volume: int


def part(nummer: int, volume: int, van: date, tot: date | None, **changes: object):
    """A toewijzing of one version."""
    versie = a_versie(ingangsdatum=van, einddatum=tot, omvang=an_omvang(volume=volume), **changes)
    return a_toewijzing(versie, nummer=nummer, sleutel=str(nummer))


def row(periode: int, dagen: object, toegewezen: int = 990, gedeclareerd: int = 0) -> BudgetRow:
    """A period of 2019."""
    return BudgetRow(
        jaar=2019,
        periode=periode,
        begindatum=dagen.begindatum,  # type: ignore[attr-defined]
        einddatum=dagen.einddatum,  # type: ignore[attr-defined]
        toegewezen=toegewezen,
        gedeclareerd=gedeclareerd,
        toegekend=Bedrag(gedeclareerd * 100),
    )


class TestDivision:
    """Who has which part from when on."""

    def test_a_split_and_its_end(self):
        whole = part(1, 990, P1.begindatum, P1.einddatum)
        first, second = part(2, 690, P2.begindatum, P4.einddatum), part(3, 300, P2.begindatum, P3.einddatum)
        second = replace(second, aanbieder=OTHER_AANBIEDER)
        found = verdelingen([whole, first, second])
        assert [(one.begindatum, one.einddatum, one.volume) for one in found] == [
            (P1.begindatum, P1.einddatum, 990),
            (P2.begindatum, P3.einddatum, 990),
            (P4.begindatum, P4.einddatum, 690),
        ]
        assert [(deel.nummer, deel.aanbieder) for deel in found[1].delen] == [
            (2, first.aanbieder),
            (3, OTHER_AANBIEDER),
        ]

    def test_days_without_a_part_are_left_out(self):
        found = verdelingen([part(1, 5, P1.begindatum, P1.einddatum), part(2, 5, P3.begindatum, None)])
        assert [(one.begindatum, one.einddatum) for one in found] == [
            (P1.begindatum, P1.einddatum),
            (P3.begindatum, None),
        ]

    def test_a_new_version_with_the_same_volume_is_no_other_division(self):
        one = part(1, 5, P1.begindatum, P4.einddatum)
        later = replace(one.actueel, toewijzingsdatum=date(2019, 6, 1), ingangsdatum=P2.begindatum)
        found = verdelingen([replace(one, versies=(*one.versies, later))])
        assert [(one.begindatum, one.einddatum) for one in found] == [(P1.begindatum, P4.einddatum)]

    def test_what_was_deleted_is_no_part(self):
        gone = part(1, 5, P1.begindatum, P1.begindatum, reden_wijziging=REDEN_VERWIJDERD)
        assert verdelingen([gone]) == ()


class TestPeriods:
    """From room to rest."""

    def test_each_booking_stands_in_its_period(self):
        bookings = [Booked(P1.begindatum, 5), Booked(P2.begindatum, 7), Booked(P2.begindatum, -7)]
        found = sporen([row(6, P1), row(7, P2), row(8, P3)], bookings)
        assert [[one.volume for one in spoor.boekingen] for spoor in found] == [[5], [7, -7], []]

    def test_a_total_has_them_all(self):
        total = replace(row(1, P1), jaar=None, periode=None)
        (found,) = sporen([total], [Booked(date.min, 5), Booked(P3.begindatum, 1)])
        assert [one.volume for one in found.boekingen] == [5, 1]

    def test_a_day_and_the_total(self):
        rows = [row(6, P1, 990, 690), row(7, P2, 990, 1)]
        assert row_on(rows, P2.begindatum) == rows[1]
        assert row_on(rows, P3.begindatum) is None
        total = total_of(rows)
        assert total is not None
        assert (total.begindatum, total.einddatum) == (P1.begindatum, P2.einddatum)
        assert (total.toegewezen, total.gedeclareerd, total.resterend, total.toegekend) == (
            1980,
            691,
            1289,
            Bedrag(69100),
        )
        assert total_of([]) is None


class TestStand:
    """How a toewijzing stands on a day."""

    @pytest.mark.parametrize(
        ("today", "stand"),
        [
            (date(2019, 5, 19), Stand.KOMT),
            (P1.begindatum, Stand.LOOPT),
            (P4.einddatum, Stand.LOOPT),
            (date(2019, 9, 9), Stand.GEEINDIGD),
        ],
        ids=["before", "first-day", "last-day", "after"],
    )
    def test_by_its_days(self, today: date, stand: Stand):
        assert stand_of(part(1, 5, P1.begindatum, P4.einddatum), today) is stand

    def test_deleted_or_refused(self):
        gone = part(1, 5, P1.begindatum, P1.begindatum, reden_wijziging=REDEN_VERWIJDERD)
        assert stand_of(gone, P1.begindatum) is Stand.VERWIJDERD
        assert stand_of(None, P1.begindatum) is Stand.GEWEIGERD

    def test_what_is_left_of_a_period(self):
        one, inrichting = part(1, 990, P1.begindatum, P4.einddatum), an_inrichting()
        booked = {P1.begindatum: 690, P2.begindatum: 5}
        assert ruimte_on(one, inrichting, booked, P1.einddatum) == Ruimte(990, 300)
        assert ruimte_on(one, inrichting, booked, date(2019, 9, 9)) is None


def test_versions_differ_in_what_was_decided():
    old = a_versie(einddatum=P4.einddatum, omvang=an_omvang(volume=990))
    new = replace(old, toewijzingsdatum=date(2019, 6, 1), einddatum=P2.einddatum, omvang=an_omvang(volume=800))
    assert [tuple(one) for one in verschillen(old, new)] == [
        ("einddatum", P4.einddatum, P2.einddatum),
        ("volume", 990, 800),
    ]
    assert verschillen(old, replace(old, toewijzingsdatum=date(2019, 6, 1), reden_wijziging="05")) == ()
