"""A servicebureau that declares for an aanbieder, as long as the contract names it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.builders import AANBIEDER, GEMEENTE, P1
from tests.e2e.notation import BASE, D, answer_of, granted, line, message_303
from tests.e2e.service import Service
from tests.e2e.test_flow import OTHER_SERVICEBUREAU, SERVICEBUREAU, claim, load_contract


class TestServicebureau:
    def test_declares_for_an_aanbieder_whose_contract_names_it(self, service: Service, tmp_path: Path):
        load_contract(service, tmp_path, AANBIEDER, f'servicebureaus: ["{SERVICEBUREAU}"]')
        service.accept(BASE[0], as_=GEMEENTE)
        bericht = service.accept(claim("F400", servicebureau=SERVICEBUREAU), as_=SERVICEBUREAU)
        for party in (SERVICEBUREAU, AANBIEDER):
            retour = service.read304(bericht, as_=party)
            assert answer_of(retour) == granted(D(85000))
            assert retour.header.servicebureau == SERVICEBUREAU
            assert service.get(bericht["_links"]["declaratie"]["href"], as_=party)["toegekendCenten"] == 85000
        assert (bericht["afzender"], bericht["ontvanger"]) == (AANBIEDER, GEMEENTE)
        assert service.request("GET", bericht["_links"]["self"]["href"], as_=OTHER_SERVICEBUREAU).status_code == 404
        assert service.postbus(as_=OTHER_SERVICEBUREAU) == []

    def test_that_the_contract_does_not_name_is_forbidden(self, service: Service, tmp_path: Path):
        load_contract(service, tmp_path, AANBIEDER, f'servicebureaus: ["{SERVICEBUREAU}"]')
        service.accept(BASE[0], as_=GEMEENTE)
        service.refuse(claim("F401", servicebureau=OTHER_SERVICEBUREAU), as_=OTHER_SERVICEBUREAU, status=403)
        service.refuse(claim("F401", servicebureau=SERVICEBUREAU), as_=AANBIEDER, status=403)
        service.refuse(claim("F401"), as_=SERVICEBUREAU, status=403)
        assert service.granted(1001) == (0, 0)

    @pytest.mark.parametrize(
        ("first", "later"), [(True, True), (True, False), (False, True)], ids=["both", "struck", "not yet"]
    )
    def test_is_named_on_the_day_of_the_message_and_today(
        self, first: bool, later: bool, service: Service, tmp_path: Path
    ):
        """Else a bureau that was struck from the contract writes an earlier day on what it sends."""
        named = {True: f'["{SERVICEBUREAU}"]', False: "[]"}
        terms = (
            f"geldigTot: 2019-06-19, servicebureaus: {named[first]}}}\n"
            f'      - {{geldigVanaf: 2019-06-20, producten: ["02A01"], servicebureaus: {named[later]}'
        )
        load_contract(service, tmp_path, AANBIEDER, terms)
        service.accept(BASE[0], as_=GEMEENTE)
        assert service.runtime.today() == date(2019, 6, 20)
        declaratie = message_303(
            "F402", P1, "2019-06-19", line("R-F402", 1001, P1, 850, 100, D(85000)), servicebureau=SERVICEBUREAU
        )
        if first and later:
            service.accept(declaratie, as_=SERVICEBUREAU)
        else:
            service.refuse(declaratie, as_=SERVICEBUREAU, status=403)
