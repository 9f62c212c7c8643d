"""Toekenningen over HTTP: from what a consulent decides to the sheet, the toewijzingen and the 301s."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.domain.toewijzing import Toewijzingsbericht
from app.iwmo.xsd import Schemas
from app.settings import PROJECT
from app.storage.base import Storage
from tests.builders import WRONG_BSN
from tests.builders.toekenning import FIRST, SECOND, STEENWIJKERLAND, UNCONTRACTED, toekenning_json
from tests.e2e.service import BEHEER, Service, a_runtime, early_2018

FIXTURES = PROJECT / "fixtures" / "inrichting"
DRECHTSTEDEN = "0482"
SAME_TARIEF = "42420002"  # SECOND has a tariff of its own for 04A01


@pytest.fixture
def service(storage: Storage, schemas: Schemas) -> Iterator[Service]:
    """Steenwijkerland, and Drechtsteden with its contracts in release 2.1, early in 2018."""
    with early_2018(storage, schemas) as running:
        yield running


def post(service: Service, body: Any, *, as_: str = STEENWIJKERLAND, key: str | None = None, **query: Any):
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key is not None else {})
    return service.request(
        "POST", "/v1/toekenningen", as_=as_, content=json.dumps(body), headers=headers, params=query or None
    )


def granted(service: Service, body: Any, **more: Any) -> dict[str, Any]:
    response = post(service, body, **more)
    assert response.status_code == 201, response.text
    answer = response.json()
    assert response.headers["location"] == answer["_links"]["self"]["href"] == f"/v1/toekenningen/{answer['id']}"
    return answer


def refused(service: Service, body: Any, status: int = 400, **more: Any) -> dict[str, Any]:
    response = post(service, body, **more)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()


def pads(problem: dict[str, Any]) -> set[str]:
    return {finding["pad"] for finding in problem["bevindingen"]}


def second(**share: Any) -> dict[str, Any]:
    return {"agb": SECOND, **share}


def volumes(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(t["aanbieder"], t["omvang"]["volume"]) for t in answer["toewijzingen"]]


def with_client(**changes: Any) -> dict[str, Any]:
    body = copy.deepcopy(toekenning_json())
    body["client"] |= changes
    return body


class TestToekenning:
    def test_comes_with_sheet_toewijzing_and_bericht(self, service: Service):
        answer = granted(service, toekenning_json())

        sheet = answer["berekening"]
        assert (sheet["bedragPerJaarCenten"], sheet["bedragPerPeriodeCenten"]) == (1287104, 99008)
        assert (sheet["budgetEuro"], sheet["volume"], sheet["product"]) == (
            990,
            990,
            {"categorie": "02", "code": "02A01"},
        )
        (toewijzing,), (bericht,) = answer["toewijzingen"], answer["berichten"]
        assert toewijzing["omvang"] == {"volume": 990, "eenheid": "82", "frequentie": "3"}
        assert (toewijzing["ingangsdatum"], toewijzing["einddatum"]) == ("2018-01-01", "2018-12-30")
        assert (bericht["soort"], bericht["release"], bericht["ontvanger"]) == ("WMO301", "2.3", FIRST)
        assert toewijzing["versies"][0]["_links"]["bericht"] == bericht["_links"]["self"]
        assert answer["_links"]["beschikking"]["href"] == f"/v1/toekenningen/{answer['id']}/beschikking"
        assert answer["waarschuwingen"] == []

    def test_gives_room_in_every_period_and_a_302_where_agreed(self, service: Service):
        answer = granted(service, toekenning_json())
        rows = service.budget(answer["toewijzingen"][0]["nummer"], as_=STEENWIJKERLAND, gemeente=STEENWIJKERLAND)
        assert [(row["periode"], row["toegewezen"]) for row in rows] == [(number, 990) for number in range(1, 14)]
        assert service.read302(answer["berichten"][0], as_=STEENWIJKERLAND).clienten == ()

    def test_reaches_the_aanbieder_without_results_or_indication(self, service: Service):
        answer = granted(service, toekenning_json(tweedeAanbieder=second(budgetPerPeriode=300)))
        for bericht, party in zip(answer["berichten"], (FIRST, SECOND), strict=True):
            assert bericht["id"] in [received["id"] for received in service.postbus(as_=party)]
            body = service.xml(bericht["id"], as_=party)
            for secret in (b"Kookt", b"zelfzorg", b"OZL1", b"OMD3", b"VERVOER"):
                assert secret not in body
            message = service.read(body)
            assert isinstance(message, Toewijzingsbericht)
            beschikking = message.clienten[0].beschikking
            assert beschikking.commentaar == f"Toekenning {answer['id']}"
            assert (beschikking.beschikking_nummer, beschikking.afgiftedatum) == (70001, date(2018, 1, 1))
            assert [p.toewijzingsdatum for p in beschikking.toegewezen_producten] == [date(2018, 1, 2)]

    def test_goes_out_in_the_release_of_the_contract(self, service: Service):
        body = toekenning_json(
            gemeente=DRECHTSTEDEN,
            indicatie=None,
            arrangement={"code": "BG2", "opslag": True},
            ingangsdatum="2016-03-28",
            einddatum="2016-12-31",
            resultaten=[],
            aanbieder="42420001",
            tweedeAanbieder={"agb": "42420002", "percentage": 25},
        )
        answer = granted(service, body, as_=DRECHTSTEDEN)
        assert answer["tarieven"] == [{"code": "BG2", "tariefCenten": 69221, "geldigVan": "2016-01-01"}]
        assert volumes(answer) == [("42420001", 665), ("42420002", 222)]  # 887.38 rounds to 887, a quarter to 222
        assert [bericht["release"] for bericht in answer["berichten"]] == ["2.1", "2.1"]
        assert service.check_outgoing(["42420001", "42420002"]) == {"WMO301"}

    def test_of_etmalen_has_its_own_product(self, service: Service):
        body = toekenning_json(indicatie=None, etmalen={"product": "04A01", "aantalPerPeriode": 4})
        answer = granted(service, body)
        assert answer["toewijzingen"][0]["omvang"] == {"volume": 4, "eenheid": "14", "frequentie": "3"}
        assert answer["berekening"]["bedragPerPeriodeCenten"] == 4 * 9450
        assert [tarief["code"] for tarief in answer["tarieven"]] == ["04A01"]

    def test_is_answered_from_storage_when_the_tariffs_have_changed(self, service: Service, tmp_path: Path):
        answer = granted(service, toekenning_json(tweedeAanbieder=second(percentage="30")))
        later = tmp_path / "later.yaml"
        later.write_text(
            'gemeente: {code: "1708"}\nproductspecificaties:\n  - {code: OZL1, naam: Anders, eenheid: uur,'
            ' tariefCenten: 9999, product: "02A01", geldigVanaf: 2018-01-01}\n'
        )
        a_runtime(service.runtime.storage, service.runtime.schemas, service.clock, later)
        service.clock.today = date(2025, 1, 1)
        again = service.get(answer["_links"]["self"]["href"], as_=STEENWIJKERLAND)
        assert again == answer
        assert again["tarieven"][0] == {"code": "OZL1", "tariefCenten": 4942, "geldigVan": "2018-01-01"}
        assert post(service, toekenning_json(), proef=True).status_code == 400

    def test_is_for_its_gemeente_only(self, service: Service):
        path = granted(service, toekenning_json())["_links"]["self"]["href"]
        for party in (FIRST, DRECHTSTEDEN, BEHEER):
            assert service.request("GET", path, as_=party).status_code == 404
        assert service.request("GET", f"{path[:-3]}fff", as_=STEENWIJKERLAND).status_code == 404

    @pytest.mark.parametrize("party", [FIRST, DRECHTSTEDEN, BEHEER])
    def test_is_for_a_key_of_the_gemeente_to_make(self, party: str, service: Service):
        refused(service, toekenning_json(), 403, as_=party)

    def test_is_judged_only_for_who_may_decide(self, service: Service):
        assert all("bevindingen" not in refused(service, {}, 403, as_=party) for party in (FIRST, BEHEER))

    def test_with_proef_shows_everything_and_keeps_nothing(self, service: Service):
        body = toekenning_json(tweedeAanbieder=second(budgetPerPeriode=300))
        response = post(service, body, proef=True, key="sleutel")
        assert response.status_code == 200, response.text
        tried = response.json()
        assert volumes(tried) == [(FIRST, 690), (SECOND, 300)]
        assert len(tried["berichten"]) == 2
        assert service.berichten(as_=STEENWIJKERLAND) == []
        assert service.get("/v1/toewijzingen", as_=STEENWIJKERLAND)["resultaten"] == []
        assert service.postbus(as_=FIRST) == []
        assert service.request("GET", tried["_links"]["self"]["href"], as_=STEENWIJKERLAND).status_code == 404
        assert volumes(granted(service, body, key="sleutel")) == volumes(tried)


class TestTweedeAanbieder:
    @pytest.mark.parametrize(
        ("share", "parts"),
        [
            ({"budgetPerPeriode": 300}, (690, 300)),
            ({"budgetPerPeriode": 1}, (989, 1)),
            ({"budgetPerPeriode": 989}, (1, 989)),
            ({"percentage": 30}, (693, 297)),
            ({"percentage": "33.3"}, (660, 330)),
            ({"percentage": 33.35}, (660, 330)),
            ({"percentage": "0.06"}, (989, 1)),
        ],
    )
    def test_gets_its_part_and_the_first_keeps_the_rest(self, share: Any, parts: Any, service: Service):
        answer = granted(service, toekenning_json(tweedeAanbieder=second(**share)))
        assert volumes(answer) == [(FIRST, parts[0]), (SECOND, parts[1])]
        assert [bericht["ontvanger"] for bericht in answer["berichten"]] == [FIRST, SECOND]
        assert answer["toewijzingen"][0]["nummer"] != answer["toewijzingen"][1]["nummer"]

    @pytest.mark.parametrize(
        ("share", "pad"),
        [
            ({"budgetPerPeriode": 0}, "tweedeAanbieder.budgetPerPeriode"),
            ({"budgetPerPeriode": -300}, "tweedeAanbieder.budgetPerPeriode"),
            ({"budgetPerPeriode": 990}, "tweedeAanbieder.budgetPerPeriode"),
            ({"budgetPerPeriode": 10**30}, "tweedeAanbieder.budgetPerPeriode"),
            ({"budgetPerPeriode": "300"}, "body.tweedeAanbieder.budgetPerPeriode"),
            ({"percentage": 0}, "tweedeAanbieder.percentage"),
            ({"percentage": -5}, "tweedeAanbieder.percentage"),
            ({"percentage": 101}, "tweedeAanbieder.percentage"),
            ({"percentage": "100.001"}, "tweedeAanbieder.percentage"),
            ({"percentage": 100}, "tweedeAanbieder.percentage"),
            ({"percentage": "0.01"}, "tweedeAanbieder.percentage"),
            ({"percentage": "33,3"}, "tweedeAanbieder.percentage"),
            ({"percentage": "1e1"}, "tweedeAanbieder.percentage"),
            ({}, "tweedeAanbieder"),
            ({"budgetPerPeriode": 300, "percentage": 30}, "tweedeAanbieder"),
        ],
    )
    def test_gets_no_part_that_is_none_or_everything(self, share: Any, pad: str, service: Service):
        assert pads(refused(service, toekenning_json(tweedeAanbieder=second(**share)))) == {pad}

    def test_is_another_one(self, service: Service):
        body = toekenning_json(tweedeAanbieder={"agb": FIRST, "percentage": 30})
        assert pads(refused(service, body)) == {"tweedeAanbieder.agb"}

    def test_without_contract_is_an_onderaannemer_that_only_the_gemeente_sees(self, service: Service):
        body = toekenning_json(tweedeAanbieder={"agb": UNCONTRACTED, "budgetPerPeriode": 300})
        answer = granted(service, body)
        assert volumes(answer) == [(FIRST, 990)]
        assert answer["onderaannemer"] == answer["toewijzingen"][0]["onderaannemer"] == UNCONTRACTED
        path = f"/v1/toewijzingen/{STEENWIJKERLAND}/{answer['toewijzingen'][0]['nummer']}"
        seen = service.get(path, as_=STEENWIJKERLAND)
        assert (seen["onderaannemer"], seen["versies"][0]["onderaannemer"]) == (UNCONTRACTED, UNCONTRACTED)
        assert UNCONTRACTED not in service.request("GET", path, as_=FIRST).text
        assert UNCONTRACTED not in service.request("GET", "/v1/toewijzingen", as_=FIRST).text
        assert UNCONTRACTED.encode() not in service.xml(answer["berichten"][0]["id"], as_=FIRST)
        assert service.postbus(as_=UNCONTRACTED) == []

    def test_with_a_contract_for_another_product_is_an_onderaannemer(self, service: Service):
        body = toekenning_json(
            indicatie=None,
            etmalen={"product": "04A06", "aantalPerPeriode": 4},
            tweedeAanbieder={"agb": SECOND, "percentage": 100},
        )
        assert granted(service, body)["onderaannemer"] == SECOND

    def test_gets_whole_etmalen(self, service: Service):
        etmalen = {"indicatie": None, "etmalen": {"product": "04A01", "aantalPerPeriode": 5}}
        tweede = {"agb": SAME_TARIEF, "budgetPerPeriode": 100}
        problem = refused(service, toekenning_json(**etmalen, tweedeAanbieder=tweede))
        assert pads(problem) == {"tweedeAanbieder.budgetPerPeriode"}
        answer = granted(service, toekenning_json(**etmalen, tweedeAanbieder=tweede | {"budgetPerPeriode": 189}))
        assert volumes(answer) == [(FIRST, 3), (SAME_TARIEF, 2)]  # 189 is twice 94.50

    def test_gets_no_part_at_another_tariff(self, service: Service):
        etmalen = {"indicatie": None, "etmalen": {"product": "04A01", "aantalPerPeriode": 5}}
        (finding,) = refused(service, toekenning_json(**etmalen, tweedeAanbieder=second(percentage=40)))["bevindingen"]
        assert (finding["pad"], *finding["waarden"].values()) == ("tweedeAanbieder", 9450, 9200)


class TestRefusals:
    def test_name_every_field_at_once(self, service: Service):
        body = with_client(bsn=WRONG_BSN) | {
            "ingangsdatum": "2018-05-01",
            "einddatum": "2018-04-01",
            "aanbieder": UNCONTRACTED,
            "tweedeAanbieder": {"agb": UNCONTRACTED, "percentage": 101},
            "resultaten": [
                {"domein": "koken", "omschrijving": "x", "baseline": 0, "doel": 6, "streefdatum": "2018-04-30"}
            ],
            "indicatie": [{"productspecificatie": "OZL9", "aantalPerWeek": "-1"}],
        }
        problem = refused(service, body)
        assert pads(problem) == {
            "client.bsn",
            "einddatum",
            "aanbieder",
            "tweedeAanbieder.agb",
            "resultaten[0].domein",
            "resultaten[0].baseline",
            "resultaten[0].doel",
            "resultaten[0].streefdatum",
            "indicatie[0].productspecificatie",
            "indicatie[0].aantalPerWeek",
        }
        assert WRONG_BSN not in str(problem)
        assert service.berichten(as_=STEENWIJKERLAND) == []

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"ingangsdatum": "2014-06-01", "einddatum": None}, "ingangsdatum"),  # no CAK period known
            ({"ingangsdatum": "2040-06-01", "einddatum": None}, "ingangsdatum"),
            ({"aanbieder": UNCONTRACTED}, "aanbieder"),
            ({"einddatum": "2017-12-31"}, "einddatum"),
            ({"indicatie": [{"productspecificatie": "VERVOER-LAAG", "aantalPerWeek": 1}]}, None),
            ({"indicatie": []}, "indicatie"),
            ({"etmalen": {"product": "04A01", "aantalPerPeriode": 4}}, "body"),
            ({"gemeente": "0998"}, "gemeente"),
        ],
    )
    def test_of_one_field(self, changes: dict[str, Any], expected: str | None, service: Service):
        body = toekenning_json(**changes, resultaten=[])
        problem = refused(service, body, as_=body["gemeente"])
        assert (expected or "indicatie[0].productspecificatie") in pads(problem)

    @pytest.mark.parametrize("bsn", ["", "9999.00.006", " 999900006", "99990000", "٩٩٩٩٠٠٠٠٦", "abc"])
    def test_of_a_bsn_that_is_none(self, bsn: str, service: Service):
        problem = refused(service, with_client(bsn=bsn))
        assert pads(problem) in ({"client.bsn"}, {"body.client.bsn"})

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"naam": {"achternaam": "Voor\ufffebeeld"}}, "body.client.naam.achternaam"),
            ({"naam": {"achternaam": "\ud800"}}, None),
            ({"naam": {"achternaam": "Voor\u0000beeld"}}, "body.client.naam.achternaam"),
            ({"naam": {"achternaam": " "}}, "client.naam.achternaam"),
            ({"naam": {"achternaam": "Voorbeeld", "voorletters": "12"}}, "client.naam.voorletters"),
            ({"geslacht": "7"}, "client.geslacht"),
            ({"geboortedatum": "2019-01-01"}, "client.geboortedatum"),
            ({"adres": {"huisnummer": 1, "postcode": "0000"}}, "client.adres.postcode"),
        ],
    )
    def test_of_what_no_message_can_say(self, changes: dict[str, Any], expected: str | None, service: Service):
        problem = refused(service, with_client(**changes))
        assert problem["bevindingen"]
        assert expected is None or expected in pads(problem)
        assert not any(f["pad"].startswith("/") or f.get("regelnummer") for f in problem["bevindingen"])
        assert "Voorbeeld" not in str(problem)
        assert service.get("/v1/toewijzingen", as_=STEENWIJKERLAND)["resultaten"] == []

    def test_of_an_overlap_names_the_toewijzing(self, service: Service):
        nummer = granted(service, toekenning_json())["toewijzingen"][0]["nummer"]
        problem = refused(
            service, toekenning_json(ingangsdatum="2018-12-30", einddatum=None, resultaten=[], aanbieder=SECOND)
        )
        (finding,) = problem["bevindingen"]
        assert (finding["regel"], finding["waarden"]["toewijzingNummer"]) == ("IWB-overlap", nummer)
        granted(service, toekenning_json(ingangsdatum="2018-12-31", einddatum=None, resultaten=[]))

    def test_are_not_for_another_client_or_product(self, service: Service):
        granted(service, toekenning_json())
        granted(service, with_client(bsn="999900018"))
        granted(service, toekenning_json(indicatie=None, etmalen={"product": "04A01", "aantalPerPeriode": 4}))


class TestDoubleFunding:
    def test_is_a_warning_that_stays_with_the_toekenning(self, service: Service):
        nummer = granted(service, toekenning_json())["toewijzingen"][0]["nummer"]
        extra = toekenning_json(indicatie=None, etmalen={"product": "04A06", "aantalPerPeriode": 4})
        answer = granted(service, extra)
        (warning,) = answer["waarschuwingen"]
        assert (warning["regel"], warning["ernst"]) == ("IWB-dubbel", "waarschuwing")
        assert warning["waarden"]["toewijzingNummer"] == nummer
        assert service.get(answer["_links"]["self"]["href"], as_=STEENWIJKERLAND)["waarschuwingen"] == [warning]

    def test_is_seen_from_both_sides_and_only_in_the_same_period(self, service: Service):
        extra = {"indicatie": None, "etmalen": {"product": "04A06", "aantalPerPeriode": 4}}
        granted(service, toekenning_json(**extra, einddatum="2018-06-30", resultaten=[]))
        assert len(granted(service, toekenning_json(einddatum="2018-06-30", resultaten=[]))["waarschuwingen"]) == 1
        assert granted(service, toekenning_json(ingangsdatum="2018-07-01"))["waarschuwingen"] == []


class TestIdempotencyKey:
    def test_gives_the_same_answer_and_does_nothing_again(self, service: Service):
        first = post(service, toekenning_json(), key="K1")
        again = post(service, dict(reversed(toekenning_json().items())), key="K1")
        assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
        assert again.headers["location"] == first.headers["location"]
        assert len(service.postbus(as_=FIRST)) == 1

    def test_with_another_body_is_a_conflict(self, service: Service):
        granted(service, toekenning_json(), key="K1")
        problem = refused(service, with_client(bsn="999900018"), 409, key="K1")
        assert problem["type"] == "/problems/idempotency-key-niet-uniek"
        granted(service, with_client(bsn="999900018"), key="K2")

    def test_is_not_used_up_by_a_refusal(self, service: Service):
        refused(service, with_client(bsn=WRONG_BSN), key="K1")
        granted(service, toekenning_json(), key="K1")

    def test_has_a_length(self, service: Service):
        refused(service, toekenning_json(), key="k" * 256)
        refused(service, toekenning_json(), key="")
        granted(service, toekenning_json(), key="k" * 255)
