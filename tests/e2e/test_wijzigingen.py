"""Splitting, changing and ending a running toewijzing over HTTP, with the 303s that follow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.reading import read, recognise
from tests.builders import AANBIEDER, GEMEENTE, OTHER_AANBIEDER, P1, P2, P3
from tests.e2e.acts import (
    P2_NAME,
    P3_NAME,
    UNCONTRACTED,
    a_split,
    claim,
    done,
    facts,
    numbers,
    post,
    products,
    refused,
    state,
)
from tests.e2e.notation import BASE, C, D, days, line, message_301, message_303, toewijzing
from tests.e2e.service import BEHEER, Service


@pytest.fixture(autouse=True)
def known(service: Service) -> None:
    """Toewijzing 1001 and its neighbours: 850 per period from P1 up to and including P4."""
    service.clock.today = date(2019, 9, 10)
    for bericht in BASE:
        service.accept(bericht, as_=GEMEENTE)


class TestSplits:
    def test_gives_each_aanbieder_its_own_301(self, service: Service):
        answer = done(service, "_splits", a_split())
        old, new, other = numbers(answer)
        assert facts(answer) == [
            (AANBIEDER, 850, "2019-05-20", "2019-07-14", "09"),
            (AANBIEDER, 550, "2019-07-15", "2019-09-08", None),
            (OTHER_AANBIEDER, 300, "2019-07-15", "2019-09-08", None),
        ]
        first, second = answer["berichten"]
        assert (old, first["ontvanger"], second["ontvanger"]) == (1001, AANBIEDER, OTHER_AANBIEDER)
        assert [p.toewijzing_nummer for p in products(service, first, AANBIEDER)] == [1001, new]
        assert [p.toewijzing_nummer for p in products(service, second, OTHER_AANBIEDER)] == [other]
        for bericht, party in ((first, AANBIEDER), (second, OTHER_AANBIEDER)):
            assert bericht["id"] in [received["id"] for received in service.postbus(as_=party)]
            assert bericht["xml"].encode() == service.xml(bericht["id"], as_=party)

    def test_adds_up_in_every_period(self, service: Service):
        answer = done(service, "_splits", a_split(percentage=30, budgetPerPeriode=None))
        totals: dict[int, int] = {}
        for nummer in numbers(answer):
            for row in service.budget(nummer):
                totals[row["periode"]] = totals.get(row["periode"], 0) + row["toegewezen"]
        assert totals == {6: 850, 7: 850, 8: 850, 9: 850}
        for periode in totals:
            rows = [row for row in answer["effect"] if row["periode"] == periode]
            assert sum(row["voor"] for row in rows) == sum(row["na"] for row in rows) == 850

    def test_settles_the_parts_apart(self, service: Service):
        _, new, other = numbers(done(service, "_splits", a_split()))
        assert claim(service, new, 551, P3, "1") == "0200"
        assert claim(service, new, 550, P3, "2") == "8001"
        assert claim(service, other, 301, P3, "3", as_=OTHER_AANBIEDER) == "0200"
        assert claim(service, other, 300, P3, "4", as_=OTHER_AANBIEDER) == "8001"
        assert claim(service, 1001, 1, P3, "5") == "0200"
        assert claim(service, 1001, 850, P2, "6") == "8001"

    def test_counts_what_was_declared_before_on_the_new_number(self, service: Service):
        """The whole of a period is never granted twice, whichever number a line names."""
        assert claim(service, 1001, 500, P3, "1") == "8001"
        answer = done(service, "_splits", a_split())
        _, new, other = numbers(answer)
        assert claim(service, new, 51, P3, "2") == "0200"
        assert claim(service, new, 50, P3, "3") == "8001"
        assert claim(service, other, 300, P3, "4", as_=OTHER_AANBIEDER) == "8001"
        assert [service.granted(nummer)[0] for nummer in (1001, new, other)] == [0, 550, 300]
        assert {"gedeclareerd": 500, "na": 550}.items() <= answer["effect"][3].items()

    def test_a_credit_of_an_old_line_gives_room_back_on_the_new_number(self, service: Service):
        assert claim(service, 1001, 500, P3, "1") == "8001"
        _, new, _ = numbers(done(service, "_splits", a_split()))
        one = line("C1", 1001, P3, 500, 100, C(50000), vorig="R1")
        retour = service.read304(service.accept(message_303("FC", P3, "2019-09-10", one), as_=AANBIEDER), as_=AANBIEDER)
        assert retour.header.retour_codes == ("8001",)
        assert [service.granted(nummer)[0] for nummer in (1001, new)] == [0, 0]
        assert claim(service, new, 550, P3, "2") == "8001"

    def test_is_refused_with_the_numbers(self, service: Service):
        assert claim(service, 1001, 551, P3, "1") == "8001"
        before = state(service)
        problem = refused(service, "_splits", a_split())
        (finding,) = problem["bevindingen"]
        assert {"jaar": 2019, "periode": 8, "gedeclareerd": 551, "resteert": 550}.items() <= finding["waarden"].items()
        assert state(service) == before

    def test_in_the_first_period_replaces_it(self, service: Service):
        answer = done(service, "_splits", a_split(vanaf={"jaar": 2019, "periode": 6}))
        assert facts(answer) == [
            (AANBIEDER, 850, "2019-05-20", "2019-05-20", "01"),
            (AANBIEDER, 550, "2019-05-20", "2019-09-08", None),
            (OTHER_AANBIEDER, 300, "2019-05-20", "2019-09-08", None),
        ]
        one = line("R1", 1001, days("2019-05-20", "2019-05-20"), 1, 100, D(100))
        message = message_303("F1", P1, "2019-09-10", one)
        retour = service.read304(service.accept(message, as_=AANBIEDER), as_=AANBIEDER)
        assert retour.clienten[0].prestaties[0].retour_codes == ("9321",)
        assert service.granted(1001) == (0, 0)

    def test_without_contract_only_names_the_onderaannemer(self, service: Service):
        before = state(service)
        answer = done(service, "_splits", a_split(aanbieder=UNCONTRACTED))
        assert (answer["berichten"], answer["effect"]) == ([], [])
        assert [t["onderaannemer"] for t in answer["toewijzingen"]] == [UNCONTRACTED]
        path = f"/v1/toewijzingen/{GEMEENTE}/1001"
        assert service.get(path)["onderaannemer"] == UNCONTRACTED
        assert service.get(path, as_=AANBIEDER)["onderaannemer"] is None
        assert state(service)[1:] == before[1:]
        successor = numbers(done(service, "_wijzig", {"volume": 900, "vanaf": P3_NAME}))[1]
        assert service.get(f"/v1/toewijzingen/{GEMEENTE}/{successor}")["onderaannemer"] == UNCONTRACTED

    def test_on_trial_shows_everything_and_keeps_nothing(self, service: Service):
        before = state(service)
        response = post(service, "_splits", a_split(), proef="true")
        assert response.status_code == 200, response.text
        trial = response.json()
        assert state(service) == before
        for bericht in trial["berichten"]:
            body = bericht["xml"].encode()
            assert service.runtime.xsd_findings("2.3", recognise(body).soort, body) == ()
            assert isinstance(read(recognise(body)), Toewijzingsbericht)
        answer = done(service, "_splits", a_split())
        assert (facts(trial), trial["effect"]) == (facts(answer), answer["effect"])
        assert refused(service, "_splits", a_split(), proef="true")["status"] == 400

    def test_with_a_key_happens_once(self, service: Service):
        answer = done(service, "_splits", a_split(), key="k1")
        assert done(service, "_splits", a_split(), key="k1") == answer
        refused(service, "_splits", a_split(budgetPerPeriode=301), key="k1", status=409)

    @pytest.mark.parametrize(
        "body",
        [
            a_split(budgetPerPeriode=0),
            a_split(budgetPerPeriode=850),
            a_split(budgetPerPeriode=-300),
            a_split(budgetPerPeriode="300"),
            a_split(budgetPerPeriode=None),
            a_split(budgetPerPeriode=None, percentage=101),
            a_split(budgetPerPeriode=None, percentage="abc"),
            a_split(percentage=30),
            a_split(aanbieder=AANBIEDER),
            a_split(aanbieder="1"),
            a_split(vanaf={"jaar": 2019, "periode": 14}),
            a_split(vanaf={"jaar": 2019, "periode": 5}),
            a_split(vanaf={"jaar": 2019, "periode": 10}),
            a_split(vanaf=None),
            {},
            [],
        ],
    )
    def test_refuses_what_is_not_a_split(self, body: Any, service: Service):
        before = state(service)
        assert refused(service, "_splits", body)["bevindingen"]
        assert state(service) == before


class TestWijzig:
    def test_continues_under_a_new_number(self, service: Service):
        answer = done(service, "_wijzig", {"volume": 900, "vanaf": P2_NAME})
        assert facts(answer) == [
            (AANBIEDER, 850, "2019-05-20", "2019-06-16", "05"),
            (AANBIEDER, 900, "2019-06-17", "2019-09-08", None),
        ]
        (bericht,) = answer["berichten"]
        assert len(products(service, bericht, AANBIEDER)) == 2
        assert answer["waarschuwingen"] == []

    def test_of_a_total_is_a_new_version(self, service: Service):
        answer = done(service, "_wijzig", {"volume": 30, "vanaf": P2_NAME}, nummer=1003)
        assert facts(answer) == [(AANBIEDER, 30, "2019-06-03", "2019-12-31", "04")]
        assert len(answer["toewijzingen"][0]["versies"]) == 2
        assert [(row["voor"], row["na"], row["periode"]) for row in answer["effect"]] == [(24, 30, None)]

    def test_can_be_done_again_on_the_new_number(self, service: Service):
        nummer = numbers(done(service, "_wijzig", {"volume": 900, "vanaf": P3_NAME}))[-1]
        answer = done(service, "_wijzig", {"volume": 700, "vanaf": P3_NAME}, nummer=nummer)
        assert [t["redenWijziging"] for t in answer["toewijzingen"]] == ["01", None]


class TestBeeindig:
    @pytest.mark.parametrize(("einddatum", "reden"), [("2019-07-14", "07"), ("2019-12-29", "04")])
    def test_gives_a_new_version(self, einddatum: str, reden: str, service: Service):
        answer = done(service, "_beeindig", {"einddatum": einddatum, "redenWijziging": reden})
        assert facts(answer) == [(AANBIEDER, 850, "2019-05-20", einddatum, reden)]
        (product,) = products(service, answer["berichten"][0], AANBIEDER)
        assert (product.toewijzing_nummer, product.reden_wijziging) == (1001, reden)

    def test_of_what_was_just_changed_is_newer_again(self, service: Service):
        for einddatum in ("2019-07-14", "2019-08-11", "2019-07-20"):
            answer = done(service, "_beeindig", {"einddatum": einddatum, "redenWijziging": "05"})
        (found,) = answer["toewijzingen"]
        assert (found["einddatum"], len(found["versies"])) == ("2019-07-20", 4)
        moments = [(v["toewijzingsdatum"], v["toewijzingstijd"]) for v in found["versies"]]
        assert moments == sorted(moments, reverse=True)

    def test_before_what_was_granted_is_refused(self, service: Service):
        assert claim(service, 1001, 5, P3, "1") == "8001"
        problem = refused(service, "_beeindig", {"einddatum": "2019-07-14", "redenWijziging": "05"})
        assert problem["bevindingen"][0]["waarden"]["gedeclareerd"] == 5
        done(service, "_beeindig", {"einddatum": "2019-08-11", "redenWijziging": "05"})

    def test_ends_a_split(self, service: Service):
        _, first, second = numbers(done(service, "_splits", a_split(vanaf=P2_NAME)))
        ended = {"einddatum": P3.einddatum.isoformat(), "redenWijziging": "09", "samenvoegen": True}
        answer = done(service, "_beeindig", ended, nummer=second)
        assert facts(answer) == [
            (AANBIEDER, 550, "2019-06-17", "2019-08-11", "09"),
            (AANBIEDER, 850, "2019-08-12", "2019-09-08", None),
            (OTHER_AANBIEDER, 300, "2019-06-17", "2019-08-11", "09"),
        ]
        assert numbers(answer)[0] == first
        assert [bericht["ontvanger"] for bericht in answer["berichten"]] == [AANBIEDER, OTHER_AANBIEDER]

    def test_of_a_split_on_the_last_day_there_is_gives_nothing_back(self, service: Service):
        part = numbers(done(service, "_splits", a_split()))[2]
        ended = {"einddatum": "9999-12-31", "redenWijziging": "09", "samenvoegen": True}
        assert [row["pad"] for row in refused(service, "_beeindig", ended, nummer=part)["bevindingen"]] == ["einddatum"]

    def test_of_a_split_is_with_the_one_it_was_a_part_of(self, service: Service):
        more = message_301("A9", "2019-05-14", toewijzing(1900, 10), aanbieder="42420003")
        service.accept(more, as_=GEMEENTE)
        _, first, second = numbers(done(service, "_splits", a_split(vanaf=P2_NAME)))
        ended = {"einddatum": P3.einddatum.isoformat(), "redenWijziging": "09", "samenvoegen": True}
        assert numbers(done(service, "_beeindig", ended, nummer=second))[0] == first

    def test_of_a_split_asks_which_one_when_none_is_known(self, service: Service):
        """What a back office assigned apart is no split that was recorded here."""
        more = message_301("A9", "2019-05-14", toewijzing(1900, 10), aanbieder=OTHER_AANBIEDER)
        service.accept(more, as_=GEMEENTE)
        ended = {"einddatum": P3.einddatum.isoformat(), "redenWijziging": "09", "samenvoegen": True}
        (finding,) = refused(service, "_beeindig", ended, nummer=1900)["bevindingen"]
        assert finding["waarden"] == {"aantal": 0, "toewijzingNummers": "1001"}
        answer = done(service, "_beeindig", ended | {"samenvoegenMet": 1001}, nummer=1900)
        assert [t["omvang"]["volume"] for t in answer["toewijzingen"]] == [850, 860, 10]

    def test_that_adds_days_that_are_paid_twice_is_warned_for(self, service: Service):
        """1003 is 04A06 up to the end of the year."""
        ended = {"einddatum": "2019-12-29", "redenWijziging": "04"}
        trial = post(service, "_beeindig", ended, proef="true").json()
        answer = done(service, "_beeindig", ended)
        (warning,) = answer["waarschuwingen"]
        assert trial["waarschuwingen"] == [warning]
        assert (warning["regel"], warning["pad"], warning["ernst"]) == ("IWB-dubbel", "einddatum", "waarschuwing")
        assert warning["waarden"]["toewijzingNummer"] == 1003
        shorter = {"einddatum": "2019-12-28", "redenWijziging": "05"}
        assert done(service, "_beeindig", shorter)["waarschuwingen"] == []

    @pytest.mark.parametrize(
        "body",
        [
            {"einddatum": "2019-05-19", "redenWijziging": "05"},
            {"einddatum": "2019-07-14", "redenWijziging": "12"},
            {"einddatum": "2019-07-14", "redenWijziging": "5"},
            {"einddatum": "2019-07-14"},
            {"einddatum": "14-07-2019", "redenWijziging": "05"},
            {"einddatum": "2019-09-08", "redenWijziging": "05"},
            {"einddatum": "2019-07-14", "redenWijziging": "09", "samenvoegen": True},
        ],
    )
    def test_refuses_what_is_not_an_end(self, body: Any, service: Service):
        before = state(service)
        assert refused(service, "_beeindig", body)["bevindingen"]
        assert state(service) == before


class TestAccess:
    @pytest.mark.parametrize("as_", [AANBIEDER, OTHER_AANBIEDER, BEHEER])
    @pytest.mark.parametrize("act", ["_splits", "_wijzig", "_beeindig"])
    def test_is_for_the_gemeente_only(self, as_: str, act: str, service: Service):
        refused(service, act, a_split(), as_=as_, status=403)

    @pytest.mark.parametrize("where", [{"nummer": 9999}, {"gemeente": "1708"}, {"as_": "1708"}, {"nummer": "x y"}])
    def test_is_not_there_for_another(self, where: dict[str, Any], service: Service):
        refused(service, "_splits", a_split(), status=404, **where)

    def test_needs_json(self, service: Service):
        path = f"/v1/toewijzingen/{GEMEENTE}/1001/_splits"
        assert service.request("POST", path, as_=GEMEENTE, content="x").status_code == 415
