"""What a fault code means, by who sent it and when; a code in two lists shows both when that leaves a doubt."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.envelop_fouten import SOORT_3
from app.ggk.foutcodes import LATER, NEW_LIST, explain
from app.ggk.foutlijsten import STUF, TOT_2025, VANAF_2025, Herhaling, Lijst

OLD, NEW = date(2025, 10, 31), date(2026, 11, 22)
LISTS = {Lijst.STUF: STUF, Lijst.TOT_2025: TOT_2025, Lijst.VANAF_2025: VANAF_2025}
SENDERS = st.sampled_from(("BIDN", "IB", "RINIS", "VECOZO", "", "98000001"))
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
CODES = st.sampled_from(sorted({*STUF, *TOT_2025, *VANAF_2025}))


@pytest.mark.parametrize(("code", "old", "new"), [("IB007", "25 MB", "functie"), ("IB009", "UUID", "VECOZO")])
class TestInBothLists:
    def test_before_the_new_list_it_is_the_old_meaning(self, code: str, old: str, new: str):
        found = explain(code, "BIDN", OLD)
        assert found.zeker
        assert old in found.tekst
        assert new not in found.uitleg[0].omschrijving

    def test_from_bidn_it_is_the_new_meaning(self, code: str, old: str, new: str):
        found = explain(code, " bidn", NEW_LIST)
        assert found.zeker
        assert new in found.tekst
        assert old not in found.tekst

    @pytest.mark.parametrize("sender", ["IB", "RINIS", "", "98000001"])
    def test_from_another_both_are_shown(self, code: str, old: str, new: str, sender: str):
        found = explain(code, sender, NEW)
        assert [one.lijst for one in found.uitleg] == [Lijst.VANAF_2025, Lijst.TOT_2025]
        assert old in found.tekst
        assert new in found.tekst
        assert "twee betekenissen" in found.tekst


def test_lists_that_agree_leave_no_doubt():
    assert explain("IB002", "IB", NEW).zeker


@given(CODES, SENDERS, DAYS)
def test_every_code_is_explained(code: str, sender: str, day: date):
    found = explain(code, sender, day)
    assert 1 <= len(found.uitleg) <= 2
    assert found.wie
    assert all(one.omschrijving.endswith(".") and one.stap.endswith(".") for one in found.uitleg)


@given(st.text(max_size=7).filter(lambda code: all(code not in rows for rows in LISTS.values())), SENDERS, DAYS)
def test_a_code_of_no_list_is_explained_all_the_same(code: str, sender: str, day: date):
    found = explain(code, sender, day)
    assert (found.uitleg, found.zeker) == ((), False)
    assert "geen lijst" in found.tekst
    assert found.herhaling is Herhaling.NIEUW_BERICHT


def test_only_what_passes_by_itself_goes_again_unchanged():
    later = {code for rows in LISTS.values() for code in rows if explain(code, "", NEW).herhaling.startswith("later")}
    assert later == {"IB103", "IB023", "StUF046"} == {code for _, code in LATER}


def test_the_errors_that_we_send_ourselves_are_explained():
    assert set(SOORT_3) <= set(STUF)
    assert "StUF055" in STUF
