"""The budget as a table: a row per period of the validity, and nothing granted ever out of sight."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from app.domain.bedrag import Bedrag
from app.domain.budget import WHOLE_VALIDITY
from app.domain.budget_rows import BudgetRow, budget_rows
from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.inrichting import GebrokenPeriode, Instellingen
from app.domain.versies import ToewijzingVersie
from tests.builders import P1, P2, P4, a_toewijzing, a_versie, an_inrichting, an_omvang

TODAY = date(2019, 7, 1)


def rows(
    *versies: ToewijzingVersie, toegekend: dict[date, tuple[int, int]] | None = None, today: date = TODAY
) -> tuple[BudgetRow, ...]:
    return budget_rows(a_toewijzing(*versies), an_inrichting(), toegekend or {}, today=today)


def changed(**changes: Any) -> ToewijzingVersie:
    return a_versie(toewijzingsdatum=date(2019, 6, 1), toewijzingstijd=time(9), **changes)


class TestBudgetRows:
    def test_a_row_per_cak_period_in_order(self) -> None:
        found = rows(toegekend={P1.begindatum: (800, 80_000)})
        assert [row.begindatum for row in found] == sorted(row.begindatum for row in found)
        assert (found[0].begindatum, found[-1].einddatum, len(found)) == (P1.begindatum, P4.einddatum, 4)
        assert (found[0].toegewezen, found[0].gedeclareerd, found[0].resterend) == (850, 800, 50)
        assert found[0].toegekend == Bedrag(80_000)
        assert {row.gedeclareerd for row in found[1:]} == {0}

    def test_a_period_of_which_the_days_come_to_nothing_is_a_row(self) -> None:
        naar_rato = an_inrichting(instellingen=Instellingen(gebroken_periode=GebrokenPeriode.NAAR_RATO))
        small = a_toewijzing(a_versie(ingangsdatum=P1.einddatum, omvang=an_omvang(volume=4)))
        found = budget_rows(small, naar_rato, {}, today=TODAY)
        assert [(row.begindatum, row.toegewezen) for row in found][:2] == [(P1.begindatum, 0), (P2.begindatum, 4)]

    def test_a_period_without_a_valid_day_is_no_row(self) -> None:
        later = changed(ingangsdatum=P4.begindatum)
        begins = [row.begindatum for row in rows(a_versie(einddatum=P1.einddatum), later)]
        assert begins == [P1.begindatum, P4.begindatum]

    def test_an_endless_one_is_shown_to_the_end_of_next_year(self) -> None:
        last = rows(a_versie(einddatum=None))[-1]
        assert last.begindatum <= date(2020, 12, 31) <= (last.einddatum or date.max)

    def test_granted_after_a_later_end_stays_in_sight(self) -> None:
        shorter = changed(einddatum=P1.einddatum)
        found = rows(a_versie(), shorter, toegekend={P4.begindatum: (10, 1_000)})
        assert [(row.begindatum, row.toegewezen, row.resterend) for row in found] == [
            (P1.begindatum, 850, 850),
            (P4.begindatum, 0, -10),
        ]

    def test_granted_before_a_deletion_stays_in_sight(self) -> None:
        deleted = changed(ingangsdatum=P4.begindatum, einddatum=P4.begindatum, reden_wijziging="01")
        (found,) = rows(a_versie(), deleted, toegekend={P1.begindatum: (10, 1_000)})
        assert (found.begindatum, found.toegewezen, found.gedeclareerd) == (P1.begindatum, 0, 10)

    def test_one_row_for_a_total(self) -> None:
        total = a_versie(omvang=an_omvang(volume=24, frequentie=Frequentie.TOTAAL))
        (row,) = rows(total, toegekend={WHOLE_VALIDITY.begindatum: (5, 500)})
        assert (row.jaar, row.periode, row.begindatum, row.einddatum) == (None, None, P1.begindatum, P4.einddatum)
        assert (row.toegewezen, row.resterend) == (24, 19)

    @pytest.mark.parametrize(("minutes", "hours"), [(60, 1), (61, 2), (0, 0)])
    def test_begun_hours_count(self, minutes: int, hours: int) -> None:
        in_hours = a_versie(omvang=an_omvang(volume=10, eenheid=Eenheid.UUR))
        assert rows(in_hours, toegekend={P1.begindatum: (minutes, 1)})[0].gedeclareerd == hours

    def test_no_rows_without_omvang(self) -> None:
        assert rows(a_versie(omvang=None)) == ()
