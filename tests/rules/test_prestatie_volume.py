"""Rules on the volume of a line against the room of its toewijzing."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.domain.codelijsten import Eenheid, Frequentie
from app.domain.declaratie import Prestatie
from app.domain.periode import GeslotenPeriode
from app.domain.retour import Finding
from app.domain.toewijzing import Omvang
from app.domain.versies import Toewijzing
from app.rules import prestatie as regels
from app.rules.technische_regel import TechnischeRegel
from tests.builders import P1, a_prestatie, a_toewijzing, a_versie
from tests.rules.prestatie_facts import PAD, ask, facts_about, with_rooms

WEEK_1 = GeslotenPeriode(P1.begindatum, date(2019, 5, 26))
ACROSS_JUNE = GeslotenPeriode(date(2019, 5, 31), date(2019, 6, 1))


def assigned(volume: int, eenheid: Eenheid, frequentie: Frequentie) -> Toewijzing:
    return a_toewijzing(a_versie(omvang=Omvang(volume=volume, eenheid=eenheid, frequentie=frequentie)))


def judged(
    regel: TechnischeRegel, prestatie: Prestatie, toewijzing: Toewijzing | None = None, **used: int
) -> list[Finding]:
    facts = facts_about(toewijzing=toewijzing or a_toewijzing())
    return ask(regel, prestatie, with_rooms(facts, prestatie, **used))


class TestTR321:
    REGEL = regels.volume_fits_room

    @given(st.integers(0, 2000))
    def test_more_than_the_room_and_nothing_else(self, volume: int) -> None:
        found = judged(self.REGEL, a_prestatie(geleverd_volume=volume))
        assert [f.retourcode for f in found] == (["9321"] if volume > 850 else [])

    def test_place_and_numbers(self) -> None:
        (finding,) = judged(self.REGEL, a_prestatie(geleverd_volume=851), P1=800)
        assert finding.pad == f"{PAD}/IngediendeBedragPrestatie/GeleverdVolume"
        assert finding.waarden == {"geleverdVolume": 851, "toegewezen": 850, "resterend": 50}

    def test_what_was_granted_before_does_not_matter(self) -> None:
        assert judged(self.REGEL, a_prestatie(), P1=850) == []

    def test_without_omvang_any_volume(self) -> None:
        toewijzing = a_toewijzing(a_versie(omvang=None))
        assert judged(self.REGEL, a_prestatie(geleverd_volume=99_999_999), toewijzing) == []

    def test_minutes_against_hours(self) -> None:
        hours = assigned(10, Eenheid.UUR, Frequentie.PER_VIER_WEKEN)
        assert judged(self.REGEL, a_prestatie(geleverd_volume=600, eenheid=Eenheid.MINUUT), hours) == []
        (finding,) = judged(self.REGEL, a_prestatie(geleverd_volume=601, eenheid=Eenheid.MINUUT), hours)
        assert finding.waarden == {"geleverdVolume": 601, "toegewezen": 10, "resterend": 10}
        assert judged(self.REGEL, a_prestatie(geleverd_volume=11, eenheid=Eenheid.UUR), hours) != []

    def test_per_week_the_weeks_of_the_product_periode(self) -> None:
        weekly = assigned(10, Eenheid.STUKS, Frequentie.PER_WEEK)
        assert judged(self.REGEL, a_prestatie(geleverd_volume=40), weekly) == []
        assert judged(self.REGEL, a_prestatie(geleverd_volume=10, product_periode=WEEK_1), weekly) == []
        (finding,) = judged(self.REGEL, a_prestatie(geleverd_volume=11, product_periode=WEEK_1), weekly)
        assert finding.waarden == {"geleverdVolume": 11, "toegewezen": 10, "resterend": 10}

    def test_per_day_the_days_of_the_product_periode(self) -> None:
        daily = assigned(1, Eenheid.ETMAAL, Frequentie.PER_DAG)
        line = {"eenheid": Eenheid.ETMAAL, "product_periode": WEEK_1}
        assert judged(self.REGEL, a_prestatie(geleverd_volume=7, **line), daily) == []
        assert judged(self.REGEL, a_prestatie(geleverd_volume=8, **line), daily) != []

    def test_every_month_that_is_touched_counts(self) -> None:
        monthly = assigned(10, Eenheid.STUKS, Frequentie.PER_MAAND)
        assert judged(self.REGEL, a_prestatie(geleverd_volume=20, product_periode=ACROSS_JUNE), monthly) == []
        assert judged(self.REGEL, a_prestatie(geleverd_volume=21, product_periode=ACROSS_JUNE), monthly) != []

    def test_no_room_where_no_cak_period_is_known(self) -> None:
        day = date(9999, 12, 31)
        toewijzing = a_toewijzing(a_versie(einddatum=None))
        line = a_prestatie(geleverd_volume=1, product_periode=GeslotenPeriode(day, day))
        assert [f.waarden["toegewezen"] for f in judged(self.REGEL, line, toewijzing)] == [0]


class TestTR322:
    REGEL = regels.volume_fits_what_is_left

    @given(st.integers(0, 900), st.integers(0, 900))
    def test_more_than_is_left_and_nothing_else(self, volume: int, used: int) -> None:
        found = judged(self.REGEL, a_prestatie(geleverd_volume=volume), P1=used)
        assert [f.retourcode for f in found] == (["9322"] if volume > max(850 - used, 0) else [])

    def test_place_and_numbers(self) -> None:
        (finding,) = judged(self.REGEL, a_prestatie(geleverd_volume=51), P1=800)
        assert finding.pad == f"{PAD}/IngediendeBedragPrestatie/GeleverdVolume"
        assert finding.waarden == {"geleverdVolume": 51, "toegewezen": 850, "resterend": 50}

    def test_other_periods_have_their_own_room(self) -> None:
        assert judged(self.REGEL, a_prestatie(), P2=850, P3=850) == []

    def test_an_overdrawn_room_has_nothing_left(self) -> None:
        (finding,) = judged(self.REGEL, a_prestatie(geleverd_volume=1), P1=900)
        assert finding.waarden["resterend"] == 0
        assert judged(self.REGEL, a_prestatie(geleverd_volume=0), P1=900) == []

    def test_a_total_counts_every_period(self) -> None:
        total = assigned(24, Eenheid.STUKS, Frequentie.TOTAAL)
        assert judged(self.REGEL, a_prestatie(geleverd_volume=4), total, P2=10, P4=10) == []
        assert judged(self.REGEL, a_prestatie(geleverd_volume=5), total, P2=10, P4=10) != []

    def test_without_omvang_any_volume(self) -> None:
        toewijzing = a_toewijzing(a_versie(omvang=None))
        assert judged(self.REGEL, a_prestatie(geleverd_volume=99_999_999), toewijzing) == []
