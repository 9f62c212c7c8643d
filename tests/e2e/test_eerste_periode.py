"""Splitting and changing from the first period of a toewijzing on which something was granted already."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, P1, P3
from tests.e2e.acts import a_split, claim, done, facts, numbers, refused, state
from tests.e2e.notation import BASE, C, line, message_303
from tests.e2e.service import Service

P1_NAME = {"jaar": 2019, "periode": 6}


@pytest.fixture(autouse=True)
def known(service: Service) -> None:
    """Toewijzing 1001 with 500 granted in its first period and 400 in the third."""
    service.clock.today = date(2019, 9, 10)
    for bericht in BASE:
        service.accept(bericht, as_=GEMEENTE)
    assert claim(service, 1001, 500, P1, "1") == "8001"
    assert claim(service, 1001, 400, P3, "3") == "8001"


def credit(service: Service, volume: int, vorig: str, name: str, periode: Any = P1) -> str:
    """The first code in the header of the 304 on a credit that names toewijzing 1001."""
    one = line(f"C{name}", 1001, periode, volume, 100, C(volume * 100), vorig=vorig)
    message = message_303(f"FC{name}", periode, "2019-09-10", one)
    return service.read304(service.accept(message, as_=AANBIEDER), as_=AANBIEDER).header.retour_codes[0]


class TestSplits:
    def test_moves_what_was_granted_to_the_new_number(self, service: Service):
        answer = done(service, "_splits", a_split(vanaf=P1_NAME))
        old, new, other = numbers(answer)
        assert facts(answer) == [
            (AANBIEDER, 850, "2019-05-20", "2019-05-20", "01"),
            (AANBIEDER, 550, "2019-05-20", "2019-09-08", None),
            (OTHER_AANBIEDER, 300, "2019-05-20", "2019-09-08", None),
        ]
        assert [service.granted(nummer)[0] for nummer in (old, new, other)] == [0, 900, 0]
        shown = [(row["voor"], row["na"], row["gedeclareerd"]) for row in answer["effect"] if row["periode"] == 6]
        assert shown == [(850, 0, 0), (0, 550, 500), (0, 300, 0)]

    def test_leaves_room_for_the_rest_only(self, service: Service):
        _, new, other = numbers(done(service, "_splits", a_split(vanaf=P1_NAME)))
        assert claim(service, new, 51, P1, "4") == "0200"
        assert claim(service, new, 50, P1, "5") == "8001"
        assert claim(service, other, 300, P1, "6", as_=OTHER_AANBIEDER) == "8001"

    def test_refuses_new_declaraties_under_the_old_number(self, service: Service):
        done(service, "_splits", a_split(vanaf=P1_NAME))
        for name, periode in (("4", P1), ("5", P3)):
            assert claim(service, 1001, 1, periode, name) == "0200"
        assert service.granted(1001)[0] == 0

    def test_lets_a_credit_under_the_old_number_give_its_room_back_under_the_new(self, service: Service):
        _, new, _ = numbers(done(service, "_splits", a_split(vanaf=P1_NAME)))
        assert credit(service, 500, "R1", "1") == "8001"
        assert [service.granted(nummer)[0] for nummer in (1001, new)] == [0, 400]
        assert credit(service, 500, "R1", "2") == "0200"
        assert claim(service, new, 550, P1, "4") == "8001"
        assert claim(service, new, 1, P1, "5") == "0200"

    def test_is_refused_with_the_numbers_when_more_was_granted(self, service: Service):
        before = state(service)
        (finding,) = refused(service, "_splits", a_split(vanaf=P1_NAME, budgetPerPeriode=351))["bevindingen"]
        assert {"periode": 6, "gedeclareerd": 500, "resteert": 499}.items() <= finding["waarden"].items()
        assert state(service) == before


class TestWijzig:
    def test_moves_it_again_and_again(self, service: Service):
        nummer = 1001
        for volume in (900, 500, 700):
            nummer = numbers(done(service, "_wijzig", {"volume": volume, "vanaf": P1_NAME}, nummer=nummer))[1]
        assert service.granted(nummer)[0] == 900
        refused(service, "_wijzig", {"volume": 499, "vanaf": P1_NAME}, nummer=nummer)
        assert credit(service, 400, "R3", "3", P3) == "8001"
        assert credit(service, 500, "R1", "1") == "8001"
        done(service, "_wijzig", {"volume": 499, "vanaf": P1_NAME}, nummer=nummer)
