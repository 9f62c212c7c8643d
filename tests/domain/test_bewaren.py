"""How long a dossier is kept: the longest that a part of it asks for, and not a day longer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bewaren import (
    Bewaarsoort,
    Bewaartermijnen,
    Bewaring,
    DossierFeiten,
    dossier_bewaring,
    laatste,
    los_bewaring,
    years_after,
)

DAYS = st.dates(date(1990, 1, 1), date(2050, 12, 31))
TERMIJNEN = Bewaartermijnen()


class TestDossier:
    @given(ontvangen=DAYS, einde=st.none() | DAYS, gedeclareerd=st.none() | DAYS)
    def test_is_never_shorter_than_the_law_asks(self, ontvangen: date, einde: date | None, gedeclareerd: date | None):
        feiten = DossierFeiten(laatst_ontvangen=ontvangen, einde=einde, laatst_gedeclareerd=gedeclareerd)
        tot = dossier_bewaring(feiten, TERMIJNEN).tot
        assert tot is not None
        assert tot >= years_after(ontvangen, 15)
        assert einde is None or tot >= years_after(einde, 15)
        assert gedeclareerd is None or tot >= date(gedeclareerd.year + 7, 12, 31)

    @given(ontvangen=DAYS, einde=st.none() | DAYS, gedeclareerd=st.none() | DAYS)
    def test_nor_longer(self, ontvangen: date, einde: date | None, gedeclareerd: date | None):
        feiten = DossierFeiten(laatst_ontvangen=ontvangen, einde=einde, laatst_gedeclareerd=gedeclareerd)
        asked = {years_after(ontvangen, 15)}
        asked |= {years_after(einde, 15)} if einde else set()
        asked |= {date(gedeclareerd.year + 7, 12, 31)} if gedeclareerd else set()
        assert dossier_bewaring(feiten, TERMIJNEN).tot == max(asked)

    def test_has_no_end_while_a_toewijzing_has_none(self):
        feiten = DossierFeiten(laatst_ontvangen=date(1990, 1, 1), loopt=True)
        bewaring = dossier_bewaring(feiten, TERMIJNEN)
        assert bewaring.tot is None
        assert not bewaring.verlopen(date.max)

    def test_says_why(self):
        feiten = DossierFeiten(laatst_ontvangen=date(2018, 1, 2), laatst_gedeclareerd=date(2019, 2, 3))
        assert dossier_bewaring(feiten, TERMIJNEN).reden.startswith("Wmo 2015 art. 5.3.4: 15 jaar na het laatste")
        longer = Bewaartermijnen(financieel_jaren=20)
        assert dossier_bewaring(feiten, longer) == Bewaring(
            date(2039, 12, 31), "AWR art. 52 en BW 2:10: 20 jaar na het jaar van de laatste declaratie."
        )


class TestVerlopen:
    @given(DAYS)
    def test_its_last_day_is_kept(self, day: date):
        assert not Bewaring(day, "").verlopen(day)
        assert Bewaring(day, "").verlopen(day + timedelta(days=1))


class TestLos:
    @pytest.mark.parametrize(
        ("soort", "tot"),
        [(Bewaarsoort.GEWEIGERD, date(2019, 1, 2)), (Bewaarsoort.ZONDER_CLIENT, date(2033, 1, 2))],
    )
    def test_has_its_own_term(self, soort: Bewaarsoort, tot: date):
        assert los_bewaring(date(2018, 1, 2), soort, TERMIJNEN).tot == tot


class TestYearsAfter:
    @given(DAYS, st.integers(1, 100))
    def test_is_never_early(self, day: date, years: int):
        later = years_after(day, years)
        assert later.year == day.year + years
        assert (later.month, later.day) >= (day.month, day.day)
        assert (later.month, later.day) == (day.month, day.day) or (day.month, day.day) == (2, 29)

    def test_ends_where_dates_do(self):
        assert years_after(date(9990, 1, 1), 15) == date.max


def test_the_longest_of_several_counts():
    assert laatste([Bewaring(date(2040, 1, 1), "a"), Bewaring(date(2041, 1, 1), "b")]).reden == "b"
