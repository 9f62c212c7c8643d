"""Deadlines over HTTP: what a toekenning brings, messages without answer, pages, CSV, and whose they are."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest

from app.domain.antwoord import toewijzing_retour
from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.xsd import Schemas
from app.settings import PROJECT
from app.storage.base import Storage
from tests.builders.toekenning import FIRST, SECOND, STEENWIJKERLAND, toekenning_json
from tests.e2e.service import BEHEER, Clock, Service, a_runtime, serving

PATH = "/v1/rapportages/termijnen"
OTHER_GEMEENTE = "0384"
Row = dict[str, Any]


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """Steenwijkerland on Tuesday 2 January 2018."""
    clock = Clock()
    clock.today = date(2018, 1, 2)
    inrichting = PROJECT / "fixtures" / "inrichting" / "steenwijkerland-2018.yaml"
    with serving(a_runtime(storage, schemas, clock, inrichting), clock) as running:
        yield running


def grant(service: Service, **changes: Any) -> dict[str, Any]:
    response = service.request(
        "POST",
        "/v1/toekenningen",
        as_=STEENWIJKERLAND,
        content=json.dumps(toekenning_json(**changes)),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 201, response.text
    return response.json()


def rows(service: Service, as_: str = STEENWIJKERLAND, **query: Any) -> list[Row]:
    return service.get(PATH, as_=as_, limiet=500, **query)["resultaten"]


def brief(found: list[Row]) -> list[tuple[str, str, str, str]]:
    return [(row["soort"], row["datum"], row["status"], row["aanZet"]) for row in found]


def second() -> dict[str, Any]:
    return {"agb": SECOND, "budgetPerPeriode": 300}


RECORDED = ("begeleidingsplan", "evaluatie", "einde-indicatie")
OF_ONE = [
    ("begeleidingsplan", "2018-02-27", "open", "aanbieder"),
    ("evaluatie", "2018-07-01", "open", "gemeente"),
    ("einde-indicatie", "2018-12-30", "open", "gemeente"),
]


class TestOfAToekenning:
    def test_are_there_at_once_earliest_first(self, service: Service):
        toekenning = grant(service)
        found = [row for row in rows(service) if row["soort"] in RECORDED]
        assert brief(found) == OF_ONE
        nummer = str(toekenning["toewijzingen"][0]["nummer"])
        assert {(row["gemeente"], row["toewijzing"], row["bericht"]) for row in found} == {("1708", nummer, None)}
        assert service.get(found[0]["_links"]["toewijzing"]["href"], as_=STEENWIJKERLAND)["nummer"] == int(nummer)

    def test_the_agreed_evaluation_stands_in_it(self, service: Service):
        toekenning = grant(service, evaluatiedatum="2018-04-03")
        assert toekenning["evaluatiedatum"] == "2018-04-03"
        assert brief(rows(service, soort="evaluatie")) == [("evaluatie", "2018-04-03", "open", "gemeente")]

    def test_an_evaluation_outside_the_validity_is_refused(self, service: Service):
        for day in ("2017-12-31", "2018-12-31"):
            response = service.request(
                "POST",
                "/v1/toekenningen",
                as_=STEENWIJKERLAND,
                content=json.dumps(toekenning_json(evaluatiedatum=day)),
                headers={"Content-Type": "application/json"},
            )
            assert response.status_code == 400
            assert [finding["pad"] for finding in response.json()["bevindingen"]] == ["evaluatiedatum"]
        assert rows(service) == []

    def test_late_is_what_was_not_done_in_time(self, service: Service):
        grant(service)
        service.clock.today = date(2018, 7, 2)
        late = [row for row in rows(service, teLaat=True) if row["soort"] in RECORDED]
        assert [row["soort"] for row in late] == ["begeleidingsplan", "evaluatie"]
        for row in late:
            for _ in range(2):
                marked = service.request("POST", row["_links"]["gehaald"]["href"], as_=STEENWIJKERLAND)
                assert (marked.status_code, marked.json()["status"]) == (200, "gehaald")
        assert [row for row in rows(service, teLaat=True) if row["soort"] in RECORDED] == []
        service.clock.today = date(2019, 1, 1)
        ended = rows(service, soort="einde-indicatie")
        assert [(row["status"], row["_links"]["gehaald"]) for row in ended] == [("gehaald", None)]
        assert rows(service, soort="einde-indicatie", teLaat=True) == []
        assert len(rows(service, soort="einde-indicatie", teLaat=False)) == 1


class TestAfterAnEnd:
    def test_what_would_come_after_it_lapses(self, service: Service):
        nummer = granted(service)
        service.clock.today = date(2018, 2, 1)
        act(service, nummer, "_beeindig", einddatum="2018-03-31", redenWijziging="05")
        found = by_soort(service)
        assert brief(list(found.values())) == [
            ("begeleidingsplan", "2018-02-27", "open", "aanbieder"),
            ("einde-indicatie", "2018-03-31", "open", "gemeente"),
            ("evaluatie", "2018-07-01", "vervallen", "gemeente"),
        ]
        lapsed = found["evaluatie"]
        assert (lapsed["vervallenOp"], lapsed["vervallenReden"]) == ("2018-02-01", "eindigt-eerder")
        assert {found[soort]["vervallenOp"] for soort in ("begeleidingsplan", "einde-indicatie")} == {None}

    def test_what_lapsed_is_neither_met_nor_late(self, service: Service):
        nummer = granted(service)
        evaluatie = by_soort(service)["evaluatie"]["_links"]["gehaald"]["href"]
        act(service, nummer, "_beeindig", einddatum="2018-03-31", redenWijziging="05")
        service.clock.today = date(2018, 7, 2)
        assert [row["soort"] for row in recorded(service, teLaat=True)] == ["begeleidingsplan"]
        assert [row["soort"] for row in recorded(service, status="gehaald")] == ["einde-indicatie"]
        assert [row["soort"] for row in recorded(service, status="vervallen")] == ["evaluatie"]
        assert recorded(service, status="vervallen", teLaat=True) == []
        assert by_soort(service)["evaluatie"]["_links"]["gehaald"] is None
        assert service.request("POST", evaluatie, as_=STEENWIJKERLAND).status_code == 404
        assert by_soort(service)["evaluatie"]["status"] == "vervallen"

    def test_a_later_end_opens_again_what_comes_before_it(self, service: Service):
        nummer = granted(service)
        before = recorded(service)
        for einddatum, status in (("2018-03-31", "vervallen"), ("2018-06-30", "vervallen"), ("2018-12-30", "open")):
            act(service, nummer, "_beeindig", einddatum=einddatum, redenWijziging="05")
            assert by_soort(service)["evaluatie"]["status"] == status
        assert recorded(service) == before

    def test_what_was_met_stays_met(self, service: Service):
        nummer = granted(service)
        meet(service, "evaluatie")
        for einddatum in ("2018-03-31", "2018-12-30"):
            act(service, nummer, "_beeindig", einddatum=einddatum, redenWijziging="05")
            assert by_soort(service)["evaluatie"]["status"] == "gehaald"

    def test_of_a_void_toewijzing_nothing_is_waited_for(self, service: Service):
        nummer = granted(service)
        act(service, nummer, "_beeindig", einddatum="2018-01-01", redenWijziging="01")
        service.clock.today = date(2019, 1, 2)
        lapsed = {(row["status"], row["vervallenOp"], row["vervallenReden"]) for row in recorded(service)}
        assert lapsed == {("vervallen", "2018-01-02", "verwijderd")}
        assert len(recorded(service, status="vervallen")) == len(RECORDED)

    def test_the_csv_says_since_when_and_why(self, service: Service):
        act(service, granted(service), "_beeindig", einddatum="2018-03-31", redenWijziging="05")
        (row,) = csv.DictReader(StringIO(csv_of(service, status="vervallen")))
        assert (row["soort"], row["vervallenOp"], row["vervallenReden"]) == (
            "evaluatie",
            "2018-01-02",
            "eindigt-eerder",
        )


class TestAfterASplit:
    def split(self, service: Service, nummer: str) -> None:
        vanaf = {"jaar": 2018, "periode": 5}
        act(service, nummer, "_splits", aanbieder=SECOND, budgetPerPeriode=300, vanaf=vanaf)

    def test_the_first_goes_on_under_its_new_number_as_it_was(self, service: Service):
        old = granted(service)
        before = [dict(row, _links=None, toewijzing=None) for row in recorded(service, FIRST)]
        service.clock.today = date(2018, 2, 20)
        self.split(service, old)
        assert [dict(row, _links=None, toewijzing=None) for row in recorded(service, FIRST)] == before
        assert old not in {row["toewijzing"] for row in recorded(service)}

    def test_the_second_follows_the_evaluation_and_has_a_plan_of_its_own(self, service: Service):
        nummer = granted(service, evaluatiedatum="2018-04-03")
        service.clock.today = date(2018, 2, 20)
        self.split(service, nummer)
        assert brief(recorded(service, SECOND)) == [
            ("evaluatie", "2018-04-03", "open", "gemeente"),
            ("begeleidingsplan", "2018-04-17", "open", "aanbieder"),
            ("einde-indicatie", "2018-12-30", "open", "gemeente"),
        ]

    def test_a_plan_that_was_there_stays_with_the_old_number_and_no_new_one_is_asked(self, service: Service):
        old = granted(service)
        meet(service, "begeleidingsplan")
        service.clock.today = date(2018, 2, 20)
        self.split(service, old)
        plans = [(row["toewijzing"], row["status"]) for row in recorded(service, FIRST, soort="begeleidingsplan")]
        assert plans == [(old, "gehaald")]

    def test_an_evaluation_that_was_there_is_there_for_the_second(self, service: Service):
        nummer = granted(service)
        meet(service, "evaluatie")
        self.split(service, nummer)
        assert [row["status"] for row in recorded(service, SECOND, soort="evaluatie")] == ["gehaald"]

    def test_one_evaluation_is_enough_for_both(self, service: Service):
        self.split(service, granted(service))
        meet(service, "evaluatie", SECOND)
        assert [row["status"] for row in recorded(service, soort="evaluatie")] == ["gehaald", "gehaald"]
        assert {row["status"] for row in recorded(service, soort="begeleidingsplan")} == {"open"}

    def test_that_ends_the_evaluation_of_the_second_lapses_and_that_of_the_first_does_not(self, service: Service):
        self.split(service, granted(service))
        nummer = recorded(service, SECOND)[0]["toewijzing"]
        act(service, nummer, "_beeindig", einddatum="2018-06-17", redenWijziging="09", samenvoegen=True)
        assert [row["status"] for row in recorded(service, SECOND, soort="evaluatie")] == ["vervallen"]
        assert [row["status"] for row in recorded(service, FIRST, soort="evaluatie")] == ["open"]


def granted(service: Service, **changes: Any) -> str:
    return str(grant(service, **changes)["toewijzingen"][0]["nummer"])


def recorded(service: Service, as_: str = STEENWIJKERLAND, **query: Any) -> list[Row]:
    return [row for row in rows(service, as_, **query) if row["soort"] in RECORDED]


def by_soort(service: Service) -> dict[str, Row]:
    return {row["soort"]: row for row in recorded(service)}


def meet(service: Service, soort: str, aanbieder: str = FIRST) -> None:
    (row,) = recorded(service, aanbieder, soort=soort)
    response = service.request("POST", row["_links"]["gehaald"]["href"], as_=STEENWIJKERLAND)
    assert response.is_success, response.text


def act(service: Service, nummer: str, what: str, **body: Any) -> None:
    path = f"/v1/toewijzingen/{STEENWIJKERLAND}/{nummer}/{what}"
    headers = {"Content-Type": "application/json"}
    response = service.request("POST", path, as_=STEENWIJKERLAND, content=json.dumps(body), headers=headers)
    assert response.is_success, response.text


class TestRetouren:
    def test_a_301_without_retour_is_late_after_five_working_days(self, service: Service):
        bericht = grant(service, aanbieder=SECOND)["berichten"][0]
        service.clock.today = date(2018, 1, 9)
        expected = {"soort": "retour-301", "bericht": bericht["id"], "datum": "2018-01-09", "aanZet": "aanbieder"}
        (row,) = rows(service, soort="retour-301")
        assert {name: row[name] for name in expected} == expected
        assert (row["status"], row["toewijzing"], rows(service, teLaat=True)) == ("open", None, [])
        service.clock.today = date(2018, 1, 10)
        assert [r["bericht"] for r in rows(service, teLaat=True)] == [bericht["id"]]
        assert rows(service, soort="retour-301", teLaat=False) == []

    def test_an_answered_301_waits_no_longer(self, service: Service):
        bericht = grant(service, aanbieder=SECOND)["berichten"][0]
        heen = service.read(service.xml(bericht["id"], as_=SECOND))
        assert isinstance(heen, Toewijzingsbericht)
        service.clock.today = date(2018, 3, 1)
        assert len(rows(service, soort="retour-301")) == 1
        retour = toewijzing_retour(heen, (), identificatie_retour="R1", today=service.clock.today)
        service.accept(retour, as_=SECOND)
        assert rows(service, soort="retour-301") == []

    def test_a_301_that_the_service_answers_never_waits(self, service: Service):
        bericht = grant(service, aanbieder=FIRST)["berichten"][0]
        assert bericht["_links"]["antwoord"] is not None
        assert rows(service, soort="retour-301") == []


class TestSight:
    def test_each_sees_its_own(self, service: Service):
        grant(service, tweedeAanbieder=second())
        everything = rows(service)
        own = {party: rows(service, party) for party in (FIRST, SECOND)}
        assert sorted(map(str, [*own[FIRST], *own[SECOND]])) == sorted(map(str, everything))
        assert all(own.values())
        for party in (FIRST, SECOND):
            assert brief([row for row in own[party] if row["soort"] in RECORDED]) == OF_ONE
        assert rows(service, OTHER_GEMEENTE) == []
        assert service.request("GET", PATH, as_=BEHEER).status_code == 404

    def test_who_is_not_in_turn_marks_nothing(self, service: Service):
        grant(service)
        plan, evaluatie = (rows(service, soort=soort)[0]["_links"]["gehaald"]["href"] for soort in RECORDED[:2])
        for party, href, expected in (
            (SECOND, plan, 404),
            (OTHER_GEMEENTE, plan, 404),
            (BEHEER, plan, 403),
            (FIRST, evaluatie, 403),
            (FIRST, plan, 200),
        ):
            assert service.request("POST", href, as_=party).status_code == expected, (party, href)
        assert service.request("POST", f"{PATH}/999999/_gehaald", as_=STEENWIJKERLAND).status_code == 404
        assert rows(service, soort="evaluatie")[0]["status"] == "open"

    def test_nothing_in_it_names_a_client(self, service: Service):
        grant(service)
        said = json.dumps(rows(service)) + csv_of(service)
        client = toekenning_json()["client"]
        for fact in (client["bsn"], client["geboortedatum"], "Voorbeeld", "Dorpsstraat"):
            assert fact not in said


def csv_of(service: Service, **query: Any) -> str:
    response = service.request("GET", PATH, as_=STEENWIJKERLAND, headers={"Accept": "text/csv"}, params=query or None)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    return response.text


def granted_many(service: Service, count: int = 6) -> list[Row]:
    """Clients who start one after the other, half of them with two aanbieders, on several business dates."""
    for number in range(count):
        service.clock.today = date(2018, 1, 2 + number)
        client = toekenning_json()["client"] | {"bsn": BSNS[number]}
        more = {"tweedeAanbieder": second()} if number % 2 else {}
        grant(service, client=client, **more)
    act(service, recorded(service)[0]["toewijzing"], "_beeindig", einddatum="2018-02-12", redenWijziging="05")
    return rows(service)


BSNS = [str(number) for number in range(999900000, 999900100) if sum(
    int(digit) * weight for digit, weight in zip(str(number), (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)
) % 11 == 0]  # fmt: skip


class TestList:
    @pytest.mark.parametrize("limiet", [1, 7])
    def test_pages_are_the_whole_in_order(self, service: Service, limiet: int):
        whole = granted_many(service)
        assert len(whole) > 25
        assert [row["datum"] for row in whole] == sorted(row["datum"] for row in whole)
        queries: list[Row] = [{}, {"teLaat": True}, {"teLaat": False}, {"soort": "retour-301"}, {"tot": "2018-02-28"}]
        for query in queries:
            service.clock.today = date(2018, 2, 28)
            expected = rows(service, **query)
            found: list[Row] = []
            page = service.get(PATH, as_=STEENWIJKERLAND, limiet=limiet, **query)
            while True:
                found += page["resultaten"]
                if page["_links"]["next"] is None:
                    break
                page = service.get(page["_links"]["next"]["href"], as_=STEENWIJKERLAND)
            assert found == expected

    def test_filters_divide_the_whole(self, service: Service):
        granted_many(service)
        service.clock.today = date(2018, 2, 28)
        whole = rows(service)
        late, rest = rows(service, teLaat=True), rows(service, teLaat=False)
        assert [row for row in whole if row["status"] == "te-laat"] == late
        assert [row for row in whole if row["status"] != "te-laat"] == rest
        assert late
        for status in ("open", "te-laat", "gehaald", "vervallen"):
            assert rows(service, status=status) == [row for row in whole if row["status"] == status]
            assert rows(service, status=status, teLaat=False) == [row for row in rest if row["status"] == status]
        for soort in {row["soort"] for row in whole}:
            assert rows(service, soort=soort) == [row for row in whole if row["soort"] == soort]
        for tot in ("0001-01-01", "2018-01-09", "2018-02-27", "9999-12-31"):
            assert rows(service, tot=tot) == [row for row in whole if row["datum"] <= tot]

    def test_csv_is_the_whole_list(self, service: Service):
        whole = granted_many(service)
        read = list(csv.DictReader(StringIO(csv_of(service, limiet=1))))
        assert [(r["soort"], r["datum"], r["toewijzing"], r["bericht"], r["status"], r["aanZet"]) for r in read] == [
            (r["soort"], r["datum"], r["toewijzing"] or "", r["bericht"] or "", r["status"], r["aanZet"]) for r in whole
        ]

    @pytest.mark.parametrize(
        "query",
        [
            {"soort": "x"},
            {"tot": "2018-02-30"},
            {"teLaat": "misschien"},
            {"status": "weg"},
            {"limiet": 0},
            {"na": "x"},
            {"na": "2018-02-30_0_2018-01-01_1"},
            {"na": "2018-02-28_0_2018-01-01_abc"},
            {"na": f"2018-02-28_0_2018-01-01_{'9' * 30}"},
        ],
    )
    def test_a_question_that_makes_no_sense_is_refused(self, service: Service, query: Row):
        response = service.request("GET", PATH, as_=STEENWIJKERLAND, params=query)
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"

    def test_a_cursor_from_the_ends_of_the_calendar_is_no_failure(self, service: Service):
        grant(service)
        for cursor in ("9999-12-31_0_9999-12-31_1", "0001-01-01_1_0001-01-01_a", "9999-12-31_3_9999-12-31_f"):
            assert service.request("GET", PATH, as_=STEENWIJKERLAND, params={"na": cursor}).status_code == 200
