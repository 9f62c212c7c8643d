"""An aanbieder without a contract beside the first one: who it is on which days, for the gemeente only."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.builders import AANBIEDER, GEMEENTE, P3
from tests.e2e.acts import P2_NAME, P3_NAME, UNCONTRACTED, a_split, done, numbers, post, refused, state
from tests.e2e.notation import BASE
from tests.e2e.service import Service

NEXT = "42420008"


@pytest.fixture(autouse=True)
def known(service: Service) -> None:
    """Toewijzing 1001 from P1 up to and including P4, and an onderaannemer for it from P2 on."""
    service.clock.today = date(2019, 9, 1)
    for bericht in BASE:
        service.accept(bericht, as_=GEMEENTE)
    done(service, "_splits", a_split(aanbieder=UNCONTRACTED, vanaf=P2_NAME))


def seen(service: Service, nummer: int = 1001, as_: str = GEMEENTE) -> dict[str, Any]:
    return service.get(f"/v1/toewijzingen/{GEMEENTE}/{nummer}", as_=as_)


def days(toewijzing: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(one["aanbieder"], one["begindatum"], one["einddatum"]) for one in toewijzing["onderaannemers"]]


def ended(einddatum: str, **more: Any) -> dict[str, Any]:
    return {"einddatum": einddatum, "redenWijziging": "09"} | more


class TestOnderaannemer:
    def test_has_days_that_only_the_gemeente_sees(self, service: Service):
        found = seen(service)
        assert found["onderaannemer"] == found["versies"][0]["onderaannemer"] == UNCONTRACTED
        assert days(found) == days(found["versies"][0]) == [(UNCONTRACTED, "2019-06-17", None)]
        (listed,) = [t for t in service.get("/v1/toewijzingen")["resultaten"] if t["nummer"] == 1001]
        assert listed == found
        for_aanbieder = seen(service, as_=AANBIEDER)
        assert (for_aanbieder["onderaannemer"], days(for_aanbieder)) == (None, [])
        assert (for_aanbieder["versies"][0]["onderaannemer"], days(for_aanbieder["versies"][0])) == (None, [])

    def test_is_one_at_a_time(self, service: Service):
        before = state(service)
        (finding,) = refused(service, "_splits", a_split(aanbieder=NEXT))["bevindingen"]
        assert finding["waarden"] == {
            "toewijzingNummer": 1001,
            "aanbieder": UNCONTRACTED,
            "begindatum": "2019-06-17",
            "einddatum": None,
        }
        assert state(service) == before

    def test_ends_without_a_301_and_another_may_follow(self, service: Service):
        before = state(service)
        asked = ended(P3.begindatum.isoformat(), samenvoegen=True)
        assert post(service, "_beeindig", asked, proef="true").status_code == 200
        assert state(service) == before
        answer = done(service, "_beeindig", asked)
        assert (answer["berichten"], answer["effect"]) == ([], [])
        assert [days(t) for t in answer["toewijzingen"]] == [[(UNCONTRACTED, "2019-06-17", "2019-07-15")]]
        assert state(service)[1:] == before[1:]
        assert refused(service, "_splits", a_split(aanbieder=NEXT))["bevindingen"]
        done(service, "_splits", a_split(aanbieder=NEXT, vanaf={"jaar": 2019, "periode": 9}))
        found = seen(service)
        assert days(found) == [(UNCONTRACTED, "2019-06-17", "2019-07-15"), (NEXT, "2019-08-12", None)]
        assert found["onderaannemer"] == NEXT
        service.clock.today = date(2019, 8, 1)
        assert seen(service)["onderaannemer"] == UNCONTRACTED

    def test_that_was_named_by_mistake_is_taken_back_before_it_begins(self, service: Service):
        before = state(service)
        answer = done(service, "_beeindig", ended("2019-06-16", samenvoegen=True))
        assert (answer["berichten"], [days(t) for t in answer["toewijzingen"]]) == ([], [[]])
        assert seen(service)["onderaannemer"] is None
        assert state(service)[1:] == before[1:]
        assert refused(service, "_beeindig", ended("2019-06-16", samenvoegen=True))["bevindingen"]

    def test_that_has_yet_to_begin_is_not_mistaken_for_a_part(self, service: Service):
        """Of a divided budget only the day before its begin is about the onderaannemer."""
        done(service, "_beeindig", ended("2019-06-16", samenvoegen=True))
        _, new, other = numbers(done(service, "_splits", a_split(vanaf=P2_NAME)))
        done(service, "_splits", a_split(aanbieder=NEXT, vanaf={"jaar": 2019, "periode": 9}), nummer=other)
        trial = post(service, "_beeindig", ended("2019-07-14", samenvoegen=True), nummer=other, proef="true").json()
        assert numbers(trial)[0] == new
        answer = done(service, "_beeindig", ended("2019-08-11", samenvoegen=True), nummer=other)
        assert (numbers(answer), answer["berichten"]) == ([other], [])

    def test_ends_with_the_toewijzing(self, service: Service):
        done(service, "_beeindig", ended("2019-07-20"))
        found = seen(service)
        assert days(found) == [(UNCONTRACTED, "2019-06-17", "2019-07-20")]
        newest, oldest = found["versies"]
        assert days(newest) == days(oldest) == days(found)

    def test_shows_with_the_versions_on_whose_days_it_worked(self, service: Service):
        done(service, "_beeindig", ended("2019-07-14", samenvoegen=True))
        found = seen(service)
        assert (found["onderaannemer"], days(found)) == (UNCONTRACTED, [(UNCONTRACTED, "2019-06-17", "2019-07-14")])
        _, successor = numbers(done(service, "_wijzig", {"volume": 900, "vanaf": P3_NAME}))
        assert (seen(service, successor)["onderaannemer"], days(seen(service, successor))) == (None, [])
        assert days(seen(service)["versies"][0]) == days(found)

    def test_goes_on_with_the_successor(self, service: Service):
        old, new, other = numbers(done(service, "_splits", a_split(vanaf=P3_NAME)))
        assert days(seen(service, old)) == [(UNCONTRACTED, "2019-06-17", "2019-07-14")]
        assert days(seen(service, new)) == [(UNCONTRACTED, "2019-07-15", None)]
        assert days(seen(service, other)) == []
        back = done(service, "_beeindig", ended("2019-08-11", samenvoegen=True), nummer=other)
        assert days(seen(service, numbers(back)[1])) == [(UNCONTRACTED, "2019-08-12", None)]

    def test_may_stay_when_another_number_is_named_for_the_volume(self, service: Service):
        _, new, other = numbers(done(service, "_splits", a_split(vanaf=P3_NAME)))
        answer = done(service, "_beeindig", ended("2019-08-11", samenvoegenMet=other), nummer=new)
        assert [t["omvang"]["volume"] for t in answer["toewijzingen"]] == [300, 850, 550]
